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
from pathlib import Path

import numpy as np

from trunkline.voice.legs import Heard, Leg, RecordingOrder
from trunkline.voice.media.client import MediaClient
from trunkline.voice.media.link import Link, start_media_process
from trunkline.voice.media.wire import Digit, File, Played, Tone
from trunkline.voice.phones.script import StepAnswer, StepHear, StepPlay, StepPress, StepWait

WORLD = "bench"
KINDS = ("play", "bridge", "record")


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
                print(asyncio.run(bench.stepped()))
            elif kind == "key":
                print(asyncio.run(bench.key_to_silence()))
            else:
                print(asyncio.run(bench.loaded(kind, options.legs, options.seconds)))


class Bench:
    """One run, with files in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._prompt = folder / "prompt.wav"
        self._links: list[Link] = []
        _write_prompt(self._prompt, seconds=7)

    async def loaded(self, kind: str, legs: int, seconds: float) -> str:
        """So many legs for so long."""
        client = self._client(most_legs=legs)
        await client.warm()
        before = _memory_kb(self._links[0].pid)
        opened = [await self._open(client, kind, number) for number in range(legs)]
        for number, leg in enumerate(opened):
            self._begin(kind, number, leg)
        await asyncio.sleep(2.5)
        first, cpu = client.statistics()[0], _cpu_seconds(self._links[0].pid)
        await asyncio.sleep(seconds)
        last, used = client.statistics()[0], _cpu_seconds(self._links[0].pid) - cpu
        memory = (_memory_kb(self._links[0].pid) - before) / legs
        ticks, late = last.ticks - first.ticks, last.late - first.late
        await client.stop()
        return (
            f"{kind:8} {legs} legs, {ticks} ticks: {late / ticks:.2%} late, tick p50 "
            f"{last.p50_ms:.2f} ms, p99 {last.p99_ms:.2f} ms, {used / seconds:.0%} of a core, "
            f"{memory:.0f} kB a leg"
        )

    async def stepped(self) -> str:
        """Ten minutes of a call that hears a prompt, presses keys and is recorded."""
        client = self._client(most_legs=1)
        reports: asyncio.Queue[Heard] = asyncio.Queue()
        await client.warm()
        frame = await client.freeze(WORLD)
        script = [StepAnswer(), *[StepHear(), StepPress(keys="12"), StepWait(ms=5000)] * 40]
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
        return f"stepped  600 s of a call in {took:.2f} s: {600 / took:.0f} times real time"

    async def key_to_silence(self) -> str:
        """From the press of a key to its report, in real time: the prompt has ended by then."""
        client = self._client(most_legs=1)
        reports: asyncio.Queue[Heard] = asyncio.Queue()
        leg = await client.open_phone(
            "CA0", WORLD, reports.put_nowait, rings=True, script=[StepAnswer()], heard=None
        )
        leg.barge_in(True)
        took = []
        for _ in range(20):
            leg.play([File(path=str(self._prompt))])
            await asyncio.sleep(0.25)
            began = time.perf_counter()
            leg.do([StepPress(keys="5")])
            while not isinstance(await reports.get(), Digit):
                pass
            took.append((time.perf_counter() - began) * 1000)
        await client.stop()
        took.sort()
        return f"key      to silence: p50 {took[10]:.0f} ms, p95 {took[18]:.0f} ms"

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
