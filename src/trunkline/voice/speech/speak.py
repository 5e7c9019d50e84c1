"""Texts to files that the engine plays: rendered once by a worker, and kept."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import structlog

from trunkline.faults import fault
from trunkline.voice.speech.audio_cache import AudioCache, Write
from trunkline.voice.speech.find_engines import FoundEngine, engines_for
from trunkline.voice.speech.hosted_voice import HostedFailed, HostedTooSlow, HostedVoice
from trunkline.voice.speech.orders import Bleep, Part, Quiet, Recorded, Render, Spoken
from trunkline.voice.speech.plan_speech import Piece, Words, plan_speech
from trunkline.voice.speech.voices import DEFAULT_LANGUAGE, find_speaker
from trunkline.voice.speech.workers import TookTooLong, Workers, WorkFailed

if TYPE_CHECKING:
    from trunkline.twiml.voice.say import Say

__all__ = ["Speak"]

log = structlog.get_logger(__name__)

VERSION = b"2"  # of the way in which texts are rendered: another one makes other files
SECONDS = 60.0  # for one text
LONG = 1000  # characters: texts beyond are rendered one at a time, so that others need not wait
SHORT = 300  # characters: a text that every engine speaks in a moment
REST = 60.0  # seconds for which an engine that hung over such a text is asked nothing new


class Speak:
    """Renders texts with the first engine that can, each text once.

    `engines` looks which there are, once, when the first text comes. The hosted one, where there
    is one, goes before those of this machine. One that hangs keeps no more than one call waiting:
    for a minute the others are asked in its place.
    """

    def __init__(
        self,
        cache: AudioCache,
        workers: Workers,
        *,
        engines: Callable[[], Sequence[FoundEngine]],
        hosted: HostedVoice | None = None,
    ) -> None:
        self._cache = cache
        self._workers = workers
        self._find = engines
        self._found: Sequence[FoundEngine] | None = None
        self._hosted = hosted
        self._long = asyncio.Semaphore(1)
        self._rests: dict[FoundEngine, float] = {}  # until when, of the loop's time

    async def render(self, say: Say) -> Path | None:
        """The WAV of a text: 8 kHz, 16 bit, mono. None where no engine could speak it: then the
        log tells why."""
        speaker = find_speaker(say.voice, say.language)
        return await self._render(plan_speech(say.parts, speaker), say.voice or "")

    async def text(
        self, text: str, *, voice: str | None = None, language: str | None = None
    ) -> Path | None:
        """The WAV of a plain text, as `render`."""
        return await self._render(plan_speech((text,), find_speaker(voice, language)), voice or "")

    async def _render(self, pieces: Sequence[Piece], voice: str) -> Path | None:
        for engine in self._engines(pieces):
            try:
                if engine.name == "hosted":
                    return await self._by_hosted(engine, pieces, voice)
                parts = tuple(self._part(piece, engine) for piece in pieces)
                return await self._by_local(engine, parts)
            except (WorkFailed, HostedFailed) as error:
                log.warning("speech.not_spoken", engine=engine.name, reason=str(error))
                if isinstance(error, TookTooLong | HostedTooSlow) and _length(pieces) <= SHORT:
                    self._rests[engine] = asyncio.get_running_loop().time() + REST
            except OSError as error:
                log.warning("speech.not_kept", engine=engine.name, **fault(error))
        return None

    async def _by_local(self, engine: FoundEngine, parts: tuple[Part, ...]) -> Path:
        length = sum(len(part.text) for part in parts if isinstance(part, Spoken))

        async def write(target: Path) -> None:
            async with self._long if length > LONG else contextlib.nullcontext():
                await self._workers.run(Render(parts=parts, target=str(target)), seconds=SECONDS)

        return await self._make(engine, _key(parts), write)

    async def _by_hosted(self, engine: FoundEngine, pieces: Sequence[Piece], voice: str) -> Path:
        assert self._hosted is not None
        hosted = self._hosted

        async def write(target: Path) -> None:
            files: list[Path] = []
            parts: list[Part] = []
            try:
                async with asyncio.timeout(SECONDS):
                    for piece in pieces:
                        if isinstance(piece, Words):
                            file = self._cache.spool()
                            files.append(file)
                            kind = await hosted.speak(piece, voice, file)
                            gain = piece.manner.gain
                            parts.append(Recorded(path=str(file), content_type=kind, gain=gain))
                        else:
                            parts.append(piece)
                order = Render(parts=tuple(parts), target=str(target))
                await self._workers.run(order, seconds=SECONDS)
            except TimeoutError:
                raise HostedFailed(f"not all was spoken within {SECONDS:g} s") from None
            finally:
                for file in files:
                    file.unlink(missing_ok=True)

        return await self._make(engine, _key([*hosted.manner(voice), *pieces]), write)

    async def _make(self, engine: FoundEngine, key: str, write: Write) -> Path:
        """The file of a key. An engine that rests is asked for nothing new."""
        if self._rests.get(engine, 0.0) > asyncio.get_running_loop().time():
            if (found := self._cache.find(key)) is not None:
                return found
            raise WorkFailed("it took too long a moment ago, and is not asked")
        return await self._cache.make(key, write)

    def _engines(self, pieces: Sequence[Piece]) -> list[FoundEngine]:
        if self._found is None:
            self._found = list(self._find())
            if not self._found:
                log.warning("speech.no_engine")
        words = next((each for each in pieces if isinstance(each, Words)), None)
        return engines_for(words.manner.language if words else DEFAULT_LANGUAGE, self._found)

    def _part(self, piece: Piece, engine: FoundEngine) -> Part:
        """As an engine of this machine is told; a part in another language is said by one that
        speaks it, where there is one."""
        if isinstance(piece, Quiet | Bleep):
            return piece
        manner = piece.manner
        language = manner.language
        if not engine.speaks(language):
            engine = next((each for each in self._local() if each.speaks(language)), engine)
        assert engine.name != "hosted"
        return Spoken(
            engine=engine.name,
            program=engine.program,
            text=piece.text,
            language=language,
            woman=manner.woman,
            rate=manner.rate,
            pitch=manner.pitch,
            gain=manner.gain,
        )

    def _local(self) -> list[FoundEngine]:
        return [each for each in self._found or () if each.name != "hosted"]


def _length(pieces: Sequence[Piece]) -> int:
    return sum(len(piece.text) for piece in pieces if isinstance(piece, Words))


def _key(made_of: object) -> str:
    """Of all that a file depends on."""
    return hashlib.sha256(VERSION + msgspec.msgpack.encode(made_of)).hexdigest()
