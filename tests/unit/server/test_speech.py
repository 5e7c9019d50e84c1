"""Speech as it is put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest_asyncio

from tests.unit.voice.speech.sounds import heard, loudness
from trunkline.server.speech import Speech
from trunkline.settings import Settings
from trunkline.twiml.voice import Say
from trunkline.webhooks.http import Egress, NetworkRules


@pytest_asyncio.fixture(loop_scope="session")
async def egress() -> AsyncIterator[Egress]:
    egress = Egress(NetworkRules(private=True))
    yield egress
    await egress.close()


def speech(egress: Egress, data: Path, **settings: Any) -> Speech:
    core = SimpleNamespace(
        settings=Settings(data=data, **settings), base_url=lambda: "http://127.0.0.1:1"
    )
    webhooks = SimpleNamespace(
        egress=egress, accounts=SimpleNamespace(allowed=None), locate=lambda *_: None
    )
    return Speech(core, webhooks)  # type: ignore[arg-type]


async def test_say_is_spoken_without_anything_to_configure(egress: Egress, tmp_path: Path) -> None:
    part = speech(egress, tmp_path)
    path = await part.speak.render(Say(parts=("Hello.",)))
    assert path is not None
    assert path.is_relative_to(tmp_path / "speech")
    assert loudness(heard(path)) > 0.01
    mp3 = tmp_path / "hello.mp3"
    await part.encode_mp3(path, mp3)
    assert await part.convert(mp3, "audio/mpeg") != path
    await part.stop()


async def test_nothing_is_spoken_where_that_is_wanted(egress: Egress, tmp_path: Path) -> None:
    part = speech(egress, tmp_path, speech_engine="none")
    assert await part.speak.text("Hello.") is None
    await part.stop()


async def test_the_hosted_engine_goes_first(egress: Egress, tmp_path: Path) -> None:
    # Nobody answers there: the next one speaks, and the text is heard all the same.
    part = speech(egress, tmp_path, speech_url="http://127.0.0.1:1/v1/audio/speech")
    assert await part.speak.text("Hello.") is not None
    await part.stop()
    alone = speech(
        egress, tmp_path, speech_url="http://127.0.0.1:1/v1/audio/speech", speech_engine="hosted"
    )
    assert await alone.speak.text("Hello.") is None
    await alone.stop()
