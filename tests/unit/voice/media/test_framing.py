"""Commands and reports as bytes."""

from __future__ import annotations

import struct

import msgspec
import pytest

from trunkline.voice.media.framing import commands_of, encoded, reports_of
from trunkline.voice.media.wire import Answered, Command, File, OpenPhone, Play, Thaw
from trunkline.voice.phones.script import StepAnswer, StepPress

COMMANDS: list[Command] = [
    OpenPhone(
        leg="CA1", world="W", rings=True, script=(StepAnswer(after_ms=5), StepPress(keys="1#"))
    ),
    Play(leg="CA1", playback=1, sources=(File(path="/a b/ü.wav"),), loop=0),
    Thaw(world="W"),
]


def test_what_is_sent_comes_back() -> None:
    assert commands_of().feed(encoded(COMMANDS)) == COMMANDS


def test_byte_by_byte() -> None:
    reader = commands_of()
    data = encoded(COMMANDS) + encoded(COMMANDS[:1])
    got = [command for number in range(len(data)) for command in reader.feed(data[number:][:1])]
    assert got == COMMANDS + COMMANDS[:1]


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="bytes"):
        reports_of().feed(b"GET / HTTP/1.1\r\n")
    body = msgspec.msgpack.encode([["Answered", 5]])
    with pytest.raises(ValueError, match="Expected"):
        reports_of().feed(struct.pack(">I", len(body)) + body)
    assert reports_of().feed(encoded([Answered(leg="CA1", frame=5)]))
