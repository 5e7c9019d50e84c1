"""Makes scripts ready for the engine: every text is rendered, every name is a path."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import structlog

from trunkline.voice.phones.audio_files import AudioFiles, AudioGone
from trunkline.voice.phones.call_scripts import CallScripts
from trunkline.voice.phones.script import Step, StepPlay, StepSay, StepWait

__all__ = ["ReadyScripts", "SayText", "with_digests"]

log = structlog.get_logger(__name__)
# The WAV of a text; None where there is no engine that could speak it.
SayText = Callable[[str], Awaitable[Path | None]]
UNSAID_MS = 1000  # of silence, in place of what cannot be said


class ReadyScripts:
    """The scripts of phones as a leg is given them: `say` and `play` are files of this machine.

    What cannot be spoken or found is a second of silence: a phone that says nothing is still a
    phone, and its call goes on.
    """

    def __init__(self, scripts: CallScripts, files: AudioFiles, say: SayText) -> None:
        self._scripts = scripts
        self._files = files
        self._say = say

    async def of(self, world_id: str, address: str) -> tuple[Step, ...]:
        """What a phone does when it rings. `address` is its number, or `client:name`. Raises
        StoreUnavailable."""
        script = await self._scripts.of(world_id, address)
        return await self.ready(world_id, with_digests(script.steps, script.audio))

    async def ready(self, world_id: str, steps: Sequence[Step]) -> tuple[Step, ...]:
        """These steps; their `play` names a digest of `AudioFiles`. Raises StoreUnavailable."""
        return tuple([await self._ready(step) for step in steps])

    async def _ready(self, step: Step) -> Step:
        if isinstance(step, StepSay):
            path = await self._say(step.text)
            if path is None:
                log.warning("phone.cannot_speak")
                return StepWait(ms=UNSAID_MS)
            return StepPlay(path=str(path))
        if isinstance(step, StepPlay):
            try:
                return StepPlay(path=str(await self._files.path(step.path)))
            except (AudioGone, OSError) as error:
                log.warning("phone.cannot_play", error=type(error).__name__)
                return StepWait(ms=UNSAID_MS)
        return step


def with_digests(steps: Sequence[Step], audio: Mapping[str, str]) -> tuple[Step, ...]:
    """The steps with the digests of the files that they name."""
    return tuple(
        StepPlay(path=audio.get(step.path, step.path)) if isinstance(step, StepPlay) else step
        for step in steps
    )
