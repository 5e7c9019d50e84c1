"""Messages between the main process and a media process as bytes: a length of four bytes, then
that many bytes of MessagePack, which is a list of commands or reports in their order."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

from trunkline.voice.media.wire import Command, Report

__all__ = ["FrameReader", "commands_of", "encoded", "reports_of"]

LENGTH = struct.Struct(">I")
MOST_BYTES = 64 << 20  # of one list

Message = TypeVar("Message")
_encoder = msgspec.msgpack.Encoder()


def encoded(messages: Sequence[Command] | Sequence[Report]) -> bytes:
    """A list of messages as it is sent."""
    body = _encoder.encode(messages)
    return LENGTH.pack(len(body)) + body


class FrameReader(Generic[Message]):
    """Puts lists together from bytes as they come in."""

    def __init__(self, decoder: msgspec.msgpack.Decoder[list[Message]]) -> None:
        self._decoder = decoder
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are whole by now, in their order. Raises ValueError when the other
        side speaks another language."""
        held = self._held
        held += data
        messages: list[Message] = []
        start = 0
        while len(held) - start >= LENGTH.size:
            (length,) = LENGTH.unpack_from(held, start)
            if length > MOST_BYTES:
                raise ValueError(f"a list of {length} bytes")
            end = start + LENGTH.size + length
            if len(held) < end:
                break
            messages += self._decoder.decode(bytes(held[start + LENGTH.size : end]))
            start = end
        del held[:start]
        return messages


def commands_of() -> FrameReader[Command]:
    """The media process's reader."""
    return FrameReader(msgspec.msgpack.Decoder(list[Command]))


def reports_of() -> FrameReader[Report]:
    """The main process's reader."""
    return FrameReader(msgspec.msgpack.Decoder(list[Report]))
