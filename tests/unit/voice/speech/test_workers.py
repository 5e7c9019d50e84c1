"""A worker that fails costs the work that it had, and nothing else."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
from pathlib import Path

import pytest

from trunkline.voice.speech.orders import Convert, Done, Quiet, Render
from trunkline.voice.speech.workers import BadInput, Workers, WorkFailed

PARENT = """
import asyncio, os, signal, sys
from trunkline.voice.speech.orders import Convert
from trunkline.voice.speech.workers import Workers

async def main():
    workers = Workers(1)
    order = Convert(source=sys.argv[1], content_type="", target=sys.argv[1] + ".wav")
    task = asyncio.create_task(workers.run(order))
    await asyncio.to_thread(sys.stdin.read, 1)
    print(workers.pids[0], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def silence(folder: Path, ms: int = 20) -> Render:
    return Render(parts=(Quiet(ms=ms),), target=str(folder / "silence.wav"))


async def ended(pid: int) -> None:
    """Wait until a process is gone."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        readable, _, _ = await asyncio.to_thread(select.select, [descriptor], [], [], 30.0)
        assert readable
    finally:
        os.close(descriptor)


async def test_processes_are_started_when_needed_and_used_again(tmp_path: Path) -> None:
    workers = Workers(2)
    assert workers.pids == []
    assert await workers.run(silence(tmp_path, 100)) == Done(ms=100)
    before = workers.pids
    await workers.run(silence(tmp_path))
    assert workers.pids == before
    assert len(before) == 1
    orders = [silence(tmp_path / str(number)) for number in range(6)]
    for number in range(6):
        (tmp_path / str(number)).mkdir()
    await asyncio.gather(*map(workers.run, orders))
    assert len(workers.pids) == 2
    pids = workers.pids
    await workers.stop()
    for pid in pids:
        await ended(pid)
    with pytest.raises(WorkFailed, match="stopping"):
        await workers.run(silence(tmp_path))


async def test_idle_processes_end(tmp_path: Path) -> None:
    workers = Workers(1, idle_seconds=0.0)
    await workers.run(silence(tmp_path))
    await ended(workers.pids[0])
    assert workers.pids == []
    assert await workers.run(silence(tmp_path)) == Done(ms=20)
    await workers.stop()


async def test_a_worker_that_takes_too_long_is_ended_and_replaced(tmp_path: Path) -> None:
    workers = Workers(1)
    await workers.run(silence(tmp_path))
    (stuck,) = workers.pids
    never = tmp_path / "never"
    os.mkfifo(never)
    with pytest.raises(WorkFailed, match=r"longer than 0\.1 s"):
        await workers.run(
            Convert(source=str(never), content_type="", target=str(tmp_path / "out")), seconds=0.1
        )
    await ended(stuck)
    assert await workers.run(silence(tmp_path)) == Done(ms=20)
    assert stuck not in workers.pids
    await workers.stop()


async def test_a_worker_that_was_killed_while_idle_is_not_noticed(tmp_path: Path) -> None:
    workers = Workers(1)
    await workers.run(silence(tmp_path))
    os.kill(workers.pids[0], signal.SIGKILL)
    assert await workers.run(silence(tmp_path)) == Done(ms=20)
    await workers.stop()


async def test_work_that_kills_its_worker_fails_alone(tmp_path: Path) -> None:
    workers = Workers(1)
    never = tmp_path / "never"
    os.mkfifo(never)
    order = Convert(source=str(never), content_type="", target=str(tmp_path / "out"))
    killed = asyncio.create_task(workers.run(order))
    waits = asyncio.create_task(workers.run(silence(tmp_path)))
    end = await asyncio.to_thread(never.open, "wb")  # until the worker reads
    os.kill(workers.pids[0], signal.SIGKILL)
    with pytest.raises(WorkFailed, match="died"):
        await killed
    end.close()
    assert await waits == Done(ms=20)
    await workers.stop()


async def test_stopping_does_not_wait_for_what_is_being_done(tmp_path: Path) -> None:
    workers = Workers(1)
    never = tmp_path / "never"
    os.mkfifo(never)
    order = Convert(source=str(never), content_type="", target=str(tmp_path / "out"))
    task = asyncio.create_task(workers.run(order))
    end = await asyncio.to_thread(never.open, "wb")  # until the worker reads
    await workers.stop()
    end.close()
    with pytest.raises(WorkFailed):
        await task


async def test_what_cannot_be_read_is_told_apart_from_what_cannot_be_written(
    workers: Workers, tmp_path: Path
) -> None:
    source = tmp_path / "text"
    source.write_text("no audio at all")
    with pytest.raises(BadInput, match="no WAV, MP3 or AIFF"):
        await workers.run(Convert(source=str(source), content_type="", target=str(tmp_path / "o")))
    with pytest.raises(WorkFailed, match="FileNotFoundError") as failed:
        await workers.run(silence(tmp_path / "nowhere"))
    assert not isinstance(failed.value, BadInput)


async def test_a_worker_ends_with_a_platform_that_is_killed(tmp_path: Path) -> None:
    never = tmp_path / "never"
    os.mkfifo(never)
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", PARENT, str(never)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    end = await asyncio.to_thread(never.open, "wb")  # until the worker reads: it is busy for ever
    parent.stdin.write(b"x")
    worker = int(await parent.stdout.readline())
    assert await parent.wait() == -signal.SIGKILL
    await ended(worker)
    end.close()


async def test_the_platform_itself_loads_no_numpy() -> None:
    code = "import sys, trunkline.server.speech; assert 'numpy' not in sys.modules"
    process = await asyncio.create_subprocess_exec(sys.executable, "-P", "-c", code)
    assert await process.wait() == 0
