"""How many legs a media process carries: `python -m benchmarks.voice_engine`.

Legs of virtual phones in real time, all of them in one process: each hears a prompt (`play`); two
and two of them talk through a room (`bridge`); each hears a prompt and is recorded (`record`). Told
is the share of ticks that began over 10 ms late, what of a core the process used, and what a leg
needs of memory. `stepped`: how much faster than real time one call is in a world that is stepped.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trunkline.voice.legs import Heard, Leg, RecordingOrder
from trunkline.voice.media.client import MediaClient
from trunkline.voice.media.link import Link, start_media_process
from trunkline.voice.media.wire import Digit, File, Played, Tone
from trunkline.voice.phones.script import Step, StepAnswer, StepHear, StepPlay, StepPress, StepWait

__all__ = ["KINDS", "Bench", "Loaded"]

WORLD = "bench"
KINDS = ("play", "bridge", "record")
KEYS = 40


def main() -> None:
    """Measure, and print a line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--legs", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("kinds", nargs="*", default=[*KINDS, "stepped", "key"])
    options = parser.parse_args()
    for kind in options.kinds:
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(Path(folder))
            if kind == "stepped":
                print(f"stepped  {asyncio.run(bench.stepped()):.0f} times real time")
            elif kind == "key":
                for in_band in (False, True):
                    p50, p95 = asyncio.run(bench.key_to_silence(in_band=in_band))
                    how = "in band" if in_band else "event"
                    print(f"key      {how}: p50 {p50:.0f} ms, p95 {p95:.0f} ms")
            else:
                print(asyncio.run(bench.loaded(kind, options.legs, options.seconds)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """How a media process was under a load."""

    kind: str
    legs: int
    ticks: int
    late: float  # share of the ticks
    p50_ms: float  # that a tick took
    p99_ms: float
    cores: float  # that it used
    leg_kb: float  # memory

    def __str__(self) -> str:
        return (
            f"{self.kind:8} {self.legs} legs, {self.ticks} ticks: {self.late:.2%} late, tick p50 "
            f"{self.p50_ms:.2f} ms, p99 {self.p99_ms:.2f} ms, {self.cores:.0%} of a core, "
            f"{self.leg_kb:.0f} kB a leg"
        )


class Bench:
    """One run, with files in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._prompt = folder / "prompt.wav"
        self._links: list[Link] = []
        _write_prompt(self._prompt, seconds=7)

    async def loaded(self, kind: str, legs: int, seconds: float) -> Loaded:
        """So many legs for so long."""
        client = self._client(most_legs=legs)
        await client.warm()
        before = _memory_kb(self._links[-1].pid)
        opened = [await self._open(client, kind, number) for number in range(legs)]
        for number, leg in enumerate(opened):
            self._begin(kind, number, leg)
        await asyncio.sleep(2.5)
        first, cpu = client.statistics()[0], _cpu_seconds(self._links[-1].pid)
        await asyncio.sleep(seconds)
        last, used = client.statistics()[0], _cpu_seconds(self._links[-1].pid) - cpu
        memory = (_memory_kb(self._links[-1].pid) - before) / legs
        ticks, late = last.ticks - first.ticks, last.late - first.late
        await client.stop()
        return Loaded(
            kind=kind,
            legs=legs,
            ticks=ticks,
            late=late / ticks,
            p50_ms=last.p50_ms,
            p99_ms=last.p99_ms,
            cores=used / seconds,
            leg_kb=memory,
        )

    async def stepped(self) -> float:
        """How many times faster than real time ten minutes of a call are, which hears a prompt,
        presses keys and is recorded."""
        client = self._client(most_legs=1)
        reports: asyncio.Queue[Heard] = asyncio.Queue()
        await client.warm()
        frame = await client.freeze(WORLD)
        again: list[Step] = [StepHear(), StepPress(keys="12"), StepWait(ms=5000)]
        script: list[Step] = [StepAnswer(), *again * 40]
        leg = await client.open_phone(
            "CA0", WORLD, reports.put_nowait, rings=True, script=script, heard=None
        )
        leg.start_recording(RecordingOrder(recording="RE0", path=str(self._folder / "re.wav")))
        leg.play([File(path=str(self._prompt))])
        end = frame + 600 * 50
        began = time.perf_counter()
        while await client.step(WORLD, end) < end:
            while not reports.empty():
                if isinstance(reports.get_nowait(), Played):
                    leg.play([Tone(name="beep"), File(path=str(self._prompt))])
        took = time.perf_counter() - began
        await client.stop()
        return 600 / took

    async def key_to_silence(self, *, in_band: bool = False) -> tuple[float, float]:
        """From the order to press a key until it is reported, in real time: the prompt has ended
        by then. Milliseconds, p50 and p95."""
        client = self._client(most_legs=1)
        reports: asyncio.Queue[Heard] = asyncio.Queue()
        leg = await client.open_phone(
            "CA0",
            WORLD,
            reports.put_nowait,
            rings=True,
            script=[StepAnswer(after_ms=0)],
            heard=None,
        )
        leg.barge_in(True)
        took = []
        for number in range(KEYS):
            leg.play([File(path=str(self._prompt))])
            # Anywhere in a frame, and after the end of the key before.
            await asyncio.sleep(0.25 + number * 7 % 20 / 1000)
            began = time.perf_counter()
            leg.do([StepPress(keys="5", in_band=in_band)])
            while not isinstance(await reports.get(), Digit):
                pass
            took.append((time.perf_counter() - began) * 1000)
        await client.stop()
        took.sort()
        return took[len(took) // 2], took[len(took) * 95 // 100]

    async def _open(self, client: MediaClient, kind: str, number: int) -> Leg:
        talks = [StepPlay(path=str(self._prompt))] * 100 if kind == "bridge" else []
        return await client.open_phone(
            f"CA{number}",
            WORLD,
            lambda _: None,
            rings=True,
            script=[StepAnswer(after_ms=number * 997 % 2000), *talks],
            heard=None,
        )

    def _begin(self, kind: str, number: int, leg: Leg) -> None:
        if kind == "bridge":
            leg.join(f"room {number // 2}")
            return
        leg.play([File(path=str(self._prompt))], loop=0)
        if kind == "record":
            path = str(self._folder / f"{number}.wav")
            leg.start_recording(RecordingOrder(recording=f"RE{number}", path=path, channels=2))

    def _client(self, most_legs: int) -> MediaClient:
        async def start(*arguments: object) -> Link:
            link = await start_media_process(*arguments)  # type: ignore[arg-type]
            self._links.append(link)
            return link

        return MediaClient(start, most_legs=most_legs)


def _write_prompt(path: Path, seconds: int) -> None:
    at = np.arange(8000 * seconds) / 8000
    speech = 6000 * np.sin(2 * np.pi * 300 * at) * (np.sin(2 * np.pi * 2 * at) > 0)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(speech.astype("<i2").tobytes())


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


if __name__ == "__main__":
    main()
