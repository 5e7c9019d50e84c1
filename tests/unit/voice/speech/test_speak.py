"""Texts are rendered once, by the first engine that can."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.unit.voice.speech.sounds import heard, loudness, silences
from trunkline.twiml.voice.say import Say, SsmlBreak, SsmlLang, SsmlProsody
from trunkline.voice.speech.audio_cache import AudioCache
from trunkline.voice.speech.find_engines import FoundEngine
from trunkline.voice.speech.orders import Done, Order, Render, Spoken
from trunkline.voice.speech.speak import Speak
from trunkline.voice.speech.workers import TookTooLong, Workers, WorkFailed


class Remembers(Workers):
    """Writes a word in place of audio, and remembers what it was told."""

    def __init__(self, *, broken: Sequence[str] = ()) -> None:
        super().__init__(1)
        self.told: list[tuple[tuple[str, str, str], ...]] = []
        self._broken = broken

    async def run(self, order: Order, *, seconds: float = 0) -> Done:
        assert isinstance(order, Render)
        spoken = [part for part in order.parts if isinstance(part, Spoken)]
        self.told.append(tuple((each.engine, each.language, each.text) for each in spoken))
        await asyncio.sleep(0)
        if any(each.engine in self._broken for each in spoken):
            raise WorkFailed("it is broken")
        Path(order.target).write_text(order.target)  # noqa: ASYNC240
        return Done(ms=20)


FLITE = FoundEngine("flite", "/usr/bin/flite", frozenset({"en"}))
ESPEAK = FoundEngine("espeak-ng", "/usr/bin/espeak-ng", None)


def speak(cache: AudioCache, workers: Workers, *engines: FoundEngine) -> Speak:
    return Speak(cache, workers, engines=lambda: engines)


async def test_say_becomes_a_file(cache: AudioCache, workers: Workers, espeak: FoundEngine) -> None:
    say = Say(parts=("Hello.", SsmlBreak(time=1000), SsmlProsody(rate="slow", parts=("Bye.",))))
    path = await speak(cache, workers, espeak).render(say)
    assert path is not None
    said = heard(path)
    assert loudness(said) > 0.01
    assert silences(said, 0.5) == pytest.approx([1.0], abs=0.08)


async def test_a_text_is_rendered_once(cache: AudioCache) -> None:
    workers = Remembers()
    voice = speak(cache, workers, FLITE)
    paths = await asyncio.gather(*(voice.text("Hello") for _ in range(5)))
    assert len(set(paths)) == 1
    assert await voice.render(Say(voice="alice", parts=(" Hello\n",))) == paths[0]
    assert len(workers.told) == 1
    others = [
        await voice.text("Hello!"),
        await voice.text("Hello", voice="man"),
        await voice.text("Hello", language="en-GB"),
        await speak(cache, workers, ESPEAK).text("Hello"),
    ]
    assert len({*others, paths[0]}) == 5


async def test_the_engine_that_speaks_the_language_is_asked(cache: AudioCache) -> None:
    workers = Remembers()
    voice = speak(cache, workers, FLITE, ESPEAK)
    await voice.text("Hallo", language="de-DE")
    await voice.render(
        Say(language="en-US", parts=("Say ", SsmlLang(xml_lang="de-DE", parts=("hallo",))))
    )
    await speak(cache, workers, FLITE).text("Bonjour", language="fr-FR")
    assert workers.told == [
        (("espeak-ng", "de-DE", "Hallo"),),
        (("flite", "en-US", "Say"), ("espeak-ng", "de-DE", "hallo")),
        (("flite", "fr-FR", "Bonjour"),),
    ]


async def test_when_an_engine_fails_the_next_is_asked(cache: AudioCache) -> None:
    workers = Remembers(broken=["flite"])
    assert await speak(cache, workers, FLITE, ESPEAK).text("Hello") is not None
    assert [told[0][0] for told in workers.told] == ["flite", "espeak-ng"]
    assert await speak(cache, workers, FLITE).text("Hello") is None


async def test_without_an_engine_there_is_nothing(cache: AudioCache) -> None:
    assert await speak(cache, Remembers()).text("Hello") is None


class Hangs(Remembers):
    """flite takes too long."""

    async def run(self, order: Order, *, seconds: float = 0) -> Done:
        done = await super().run(order)
        if self.told[-1][0][0] == "flite":
            raise TookTooLong("it took longer than 15 s")
        return done


async def test_an_engine_that_hangs_keeps_one_call_waiting(cache: AudioCache) -> None:
    kept = await speak(cache, Remembers(), FLITE).text("Kept")
    workers = Hangs()
    voice = speak(cache, workers, FLITE, ESPEAK)
    for text in ("One", "Two", "Three"):
        assert await voice.text(text) is not None
    assert [told[0][0] for told in workers.told] == ["flite", *["espeak-ng"] * 3]
    assert await voice.text("Kept") == kept


async def test_a_long_text_makes_no_engine_rest(cache: AudioCache) -> None:
    workers = Hangs()
    voice = speak(cache, workers, FLITE, ESPEAK)
    await voice.text("9 " * 2000)
    await voice.text("One")
    assert [told[0][0] for told in workers.told] == ["flite", "espeak-ng"] * 2
