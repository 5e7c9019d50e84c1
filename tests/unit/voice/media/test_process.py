"""Real media processes: real time, stepped time, and their ends."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from trunkline.server.known_process import KnownProcess
from trunkline.server.process_end import end_of
from trunkline.voice.legs import EngineLost, Heard, MediaUnavailable, RecordingOrder
from trunkline.voice.media import link as link_module
from trunkline.voice.media.client import MediaClient
from trunkline.voice.media.link import Link, start_media_process
from trunkline.voice.media.wave_file import read_wave, repair_wave
from trunkline.voice.media.wire import (
    Answered,
    Digit,
    HungUp,
    Played,
    RecordingEnded,
    Report,
    Statistics,
    Tone,
)
from trunkline.voice.phones.script import StepAnswer, StepHangUp, StepHear, StepPress

SCRIPT = (StepAnswer(after_ms=100), StepHear(), StepPress(keys="1"), StepHangUp())

# What the test's own platform is in the last test: a process that is killed.
PLATFORM = """
import asyncio, sys
from trunkline.voice.legs import RecordingOrder
from trunkline.voice.media.client import MediaClient
from trunkline.voice.media.link import start_media_process
from trunkline.voice.phones.script import StepAnswer

async def main():
    async def start(reported, ended):
        link = await start_media_process(reported, ended)
        print(link.pid, flush=True)
        return link
    client = MediaClient(start)
    end = await client.freeze("W1") + 175
    leg = await client.open_phone("CA1", "W1", print, rings=True,
                                  script=[StepAnswer(after_ms=0)], heard=None)
    leg.start_recording(RecordingOrder(recording="RE1", path=sys.argv[1]))
    while await client.step("W1", end) < end:
        pass
    print("ready", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


class Client:
    """A client with its processes and all that it was told."""

    def __init__(self) -> None:
        self.links: list[Link] = []
        self.heard: asyncio.Queue[Heard] = asyncio.Queue()
        self.statistics: asyncio.Queue[Statistics] = asyncio.Queue()
        self.client = MediaClient(self._start)

    async def _start(self, reported: Callable[[Report], None], ended: Callable[[], None]) -> Link:
        def tell(report: Report) -> None:
            reported(report)
            if isinstance(report, Statistics):
                self.statistics.put_nowait(report)

        link = await start_media_process(tell, ended)
        self.links.append(link)
        return link

    async def until(self, kind: type) -> list[Any]:
        """All that is told, to the first of a kind."""
        told = []
        async with asyncio.timeout(30):
            while True:
                told.append(await self.heard.get())
                if isinstance(told[-1], kind):
                    return told


@pytest.fixture
async def media() -> AsyncIterator[Client]:
    client = Client()
    yield client
    await client.client.stop()
    for link in client.links:
        assert KnownProcess.running(link.pid) is None


async def test_a_call_in_real_time(media: Client, tmp_path: Path) -> None:
    heard, recorded = tmp_path / "heard.wav", tmp_path / "recorded.wav"
    leg = await media.client.open_phone(
        "CA1", "W1", media.heard.put_nowait, rings=True, script=SCRIPT, heard=str(heard)
    )
    await media.until(Answered)
    began = time.monotonic()
    leg.start_recording(RecordingOrder(recording="RE1", path=str(recorded), channels=2))
    playback = leg.play([Tone(name="beep")])
    told = await media.until(HungUp)
    # A beep of 0.25 s, half a second of silence, a key of 0.2 s.
    assert 0.8 < time.monotonic() - began < 5
    assert [report.playback for report in told if isinstance(report, Played)] == [playback]
    assert [report.digit for report in told if isinstance(report, Digit)] == ["1"]
    (ended,) = await media.until(RecordingEnded)
    assert ended.sound
    assert ended.reason == "hangup"
    await media.client.written("CA1")
    assert abs(len(read_wave(heard)) - 160 * ended.frames) <= 160 * 3
    assert recorded.stat().st_size == 44 + 640 * ended.frames


async def test_a_call_in_stepped_time(media: Client) -> None:
    frame = await media.client.freeze("W1")
    await media.client.open_phone(
        "CA1", "W1", media.heard.put_nowait, rings=True, script=SCRIPT, heard=None
    )
    while await media.client.step("W1", frame + 10_000) < frame + 10_000:
        if any(isinstance(heard, HungUp) for heard in media.heard._queue):  # type: ignore[attr-defined]
            break
    told = await media.until(HungUp)
    # Answered at 6, a minute of silence, and a key of 0.2 s.
    assert told[-1].frame == frame + 6 + 3000 + 10


async def test_a_process_that_is_killed(media: Client) -> None:
    await media.client.open_phone(
        "CA1", "W1", media.heard.put_nowait, rings=True, script=(), heard=None
    )
    os.kill(media.links[0].pid, signal.SIGKILL)
    assert (await media.until(EngineLost))[-1] == EngineLost("CA1")
    await media.client.open_phone(
        "CA2", "W1", media.heard.put_nowait, rings=True, script=SCRIPT, heard=None
    )
    await media.until(Answered)
    assert len(media.links) == 2


async def test_statistics(media: Client) -> None:
    await media.client.warm()
    await media.client.open_phone(
        "CA1", "W1", media.heard.put_nowait, rings=True, script=SCRIPT, heard=None
    )
    async with asyncio.timeout(30):
        while (last := await media.statistics.get()).ticks < 20:
            pass
    assert last.legs == 1
    assert media.client.statistics() == [last]


async def test_a_process_that_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "MODULE", "trunkline.no_such_module")
    with pytest.raises(MediaUnavailable, match="ended at its start"):
        await MediaClient().open_phone("CA1", "W1", print, rings=True, script=(), heard=None)


async def test_the_end_of_the_platform_is_its_end(tmp_path: Path) -> None:
    path = tmp_path / "RE1.wav"
    platform = subprocess.Popen(  # noqa: ASYNC220 - it is killed, and read by a thread
        [sys.executable, "-c", PLATFORM, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert platform.stdout is not None
    pid = int(await asyncio.to_thread(platform.stdout.readline))
    while "ready" not in await asyncio.to_thread(platform.stdout.readline):
        pass
    process = KnownProcess.running(pid)
    assert process is not None
    platform.kill()
    async with asyncio.timeout(20):
        await end_of(process)
    platform.wait()
    platform.stdout.close()
    # What was recorded so far is kept, all of it.
    repair_wave(path)
    assert len(read_wave(path)) == 175 * 160


async def test_a_process_that_is_deaf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deaf.py").write_text(
        "import os, sys, time\nos.close(int(sys.argv[1]))\ntime.sleep(600)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(link_module, "MODULE", "deaf")
    async with asyncio.timeout(20):
        with pytest.raises(MediaUnavailable, match="status -9"):
            await MediaClient().warm()
