"""An engine without a process around it, and phones in it."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from trunkline.voice.media.engine import Engine
from trunkline.voice.media.frame import FRAME_SAMPLES
from trunkline.voice.media.playing import Sounds
from trunkline.voice.media.recording import RecordingWriter
from trunkline.voice.media.stepping import Stepping
from trunkline.voice.media.wire import (
    File,
    OpenPair,
    OpenPhone,
    OpenWorld,
    Play,
    Report,
    Source,
    Stepped,
    StepWorld,
)
from trunkline.voice.phones.script import Step

WORLD = "W1"

Kind = TypeVar("Kind")


class EngineRun:
    """An engine with a world that stands still at frame 0."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Exception] = []
        self.unwritten: list[tuple[str, str]] = []
        self.engine = Engine(
            Sounds(),
            RecordingWriter(),
            faulty=self.faults.append,
            unwritten=lambda *what: self.unwritten.append(what),
        )
        self.reports: list[Report] = []
        self._now = 0.0
        self._stepping = Stepping(self.engine, lambda: self._now)
        self.engine.apply(OpenWorld(world=WORLD, frame=0, frozen=True))

    @property
    def frame(self) -> int:
        """Of the world."""
        return self.engine.worlds[WORLD].frame

    def step(self, until: int) -> list[Report]:
        """To a frame, or the first that reports: what it reported."""
        self._stepping.add(StepWorld(world=WORLD, until=until))
        while self._stepping.run():
            pass
        *reports, stepped = self.engine.take_reports()
        assert stepped == Stepped(world=WORLD, frame=self.frame)
        self.reports += reports
        return reports

    def run(self, until: int) -> list[Report]:
        """To a frame: all that was reported on the way."""
        reports = self.step(until)
        while self.frame < until:
            reports += self.step(until)
        return reports

    def until(self, kind: type[Kind], most: int = 5000) -> Kind:
        """To the next report of a kind."""
        end = self.frame + most
        while self.frame < end:
            for report in self.step(end):
                if isinstance(report, kind):
                    return report
        raise AssertionError(f"no {kind.__name__} in {self.reports}")

    def phone(
        self,
        *script: Step,
        leg: str = "CA1",
        rings: bool = True,
        heard: str | None = None,
    ) -> str:
        """A leg with a phone."""
        self.engine.apply(OpenPhone(leg=leg, world=WORLD, rings=rings, script=script, heard=heard))
        return leg

    def pair(self) -> None:
        """Legs CA1 (the caller's) and CA2."""
        self.engine.apply(OpenPair(leg="CA1", other="CA2", world=WORLD))

    def play(self, leg: str, *sources: Source, playback: int = 1, loop: int = 1) -> None:
        """Play to the far end of a leg."""
        self.engine.apply(Play(leg=leg, playback=playback, sources=sources, loop=loop))

    def levels(self, name: str, levels: Sequence[int]) -> File:
        """A WAV with a frame of each of these values."""
        path = self.folder / name
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(np.repeat(np.array(levels, "<i2"), FRAME_SAMPLES).tobytes())
        return File(path=str(path))


def frames_of(path: Path | str) -> list[list[int]]:
    """Of a WAV: the first sample of each frame, by channel."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        channels = samples.reshape(-1, file.getnchannels())[::FRAME_SAMPLES]
    return [column.tolist() for column in channels.T]
