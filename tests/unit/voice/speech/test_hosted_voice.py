from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from tests.support.hostile_server import HostileServer, answer, hostile_server
from tests.unit.voice.speech.sounds import heard, level, silences, sine, write
from trunkline.twiml.voice.say import Say, SsmlBreak, SsmlProsody
from trunkline.voice.speech.audio_cache import AudioCache
from trunkline.voice.speech.find_engines import FoundEngine
from trunkline.voice.speech.hosted_voice import HostedVoice
from trunkline.voice.speech.speak import Speak
from trunkline.voice.speech.workers import Workers
from trunkline.webhooks.http import Egress, NetworkRules


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> AsyncIterator[HostileServer]:
    async with hostile_server() as serving:
        yield serving


@pytest_asyncio.fixture(loop_scope="session")
async def egress() -> AsyncIterator[Egress]:
    # The operator's engine may be on a private address, also in production.
    egress = Egress(NetworkRules(private=False))
    yield egress
    await egress.close()


@pytest.fixture
def tone(tmp_path: Path) -> bytes:
    return write(tmp_path / "tone.wav", sine(440, 1.0, 24_000), 24_000).read_bytes()


def speak(
    cache: AudioCache, workers: Workers, egress: Egress, url: str, *others: FoundEngine, **how: str
) -> Speak:
    options = {"key": "secret", "model": "tts-1", "voice": "alloy", **how}
    hosted = HostedVoice(egress, url, **options)  # type: ignore[arg-type]
    engines = [FoundEngine("hosted", url, None), *others]
    return Speak(cache, workers, engines=lambda: engines, hosted=hosted)


async def test_what_it_is_asked_and_what_is_made_of_its_answers(
    cache: AudioCache, workers: Workers, egress: Egress, server: HostileServer, tone: bytes
) -> None:
    server.says(answer(body=tone, headers=[("Content-Type", "audio/wav")]))
    voice = speak(cache, workers, egress, server.url("/v1/audio/speech"))
    say = Say(
        voice="Polly.Hans",
        parts=("Guten Tag.", SsmlBreak(time=500), SsmlProsody(rate="slow", parts=("Wie geht's?",))),
    )
    path = await voice.render(say)
    assert path is not None
    said = heard(path)
    assert silences(said, 0.3) == pytest.approx([0.5], abs=0.08)
    assert level(said[800:7200], 440) == pytest.approx(0.5, rel=0.05)
    assert [msgspec.json.decode(request.body) for request in server.heard] == [
        {
            "model": "tts-1",
            "input": text,
            "voice": "alloy",
            "language": "de-DE",
            "response_format": "wav",
            "speed": speed,
        }
        for text, speed in (("Guten Tag.", 1.0), ("Wie geht's?", 0.8))
    ]
    assert server.heard[0].header("Authorization") == "Bearer secret"
    assert await voice.render(say) == path
    assert len(server.heard) == 2


async def test_without_a_voice_of_its_own_it_is_told_the_documents(
    cache: AudioCache, workers: Workers, egress: Egress, server: HostileServer, tone: bytes
) -> None:
    server.says(answer(body=tone, headers=[("Content-Type", "audio/wav")]))
    voice = speak(cache, workers, egress, server.url(), voice="")
    first = await voice.text("Hello", voice="Polly.Joanna")
    assert first != await voice.text("Hello", voice="Polly.Salli")
    voices = [msgspec.json.decode(request.body)["voice"] for request in server.heard]
    assert voices == ["Polly.Joanna", "Polly.Salli"]


@pytest.mark.parametrize(
    "bad",
    [
        answer("500 Internal Server Error", b"no"),
        answer(body=b"<html>", headers=[("Content-Type", "audio/wav")]),
        answer(then="reset"),
    ],
)
async def test_when_it_fails_the_next_engine_is_asked(
    cache: AudioCache,
    workers: Workers,
    egress: Egress,
    server: HostileServer,
    espeak: FoundEngine,
    tmp_path: Path,
    bad: object,
) -> None:
    server.says(bad)  # type: ignore[arg-type]
    assert await speak(cache, workers, egress, server.url()).text("Hello") is None
    path = await speak(cache, workers, egress, server.url(), espeak).text("Hello")
    assert path is not None
    assert list((tmp_path / "speech" / "incoming").iterdir()) == []
