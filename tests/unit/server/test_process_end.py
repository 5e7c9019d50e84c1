from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from trunkline.server import process_end
from trunkline.server.known_process import KnownProcess
from trunkline.server.process_end import end_of


@pytest.fixture(params=["with descriptors", "without"])
def _by_either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without":
        monkeypatch.delattr(os, "pidfd_open", raising=False)
        monkeypatch.setattr(process_end, "POLL_SECONDS", 0.01)


@pytest.fixture
async def process() -> AsyncIterator[asyncio.subprocess.Process]:
    made = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE)
    yield made
    if made.returncode is None:
        made.kill()
    await made.communicate()


def known(process: asyncio.subprocess.Process) -> KnownProcess:
    found = KnownProcess.running(process.pid)
    assert found is not None
    return found


@pytest.mark.usefixtures("_by_either_way")
async def test_the_end_is_told_and_nothing_before_it(process: asyncio.subprocess.Process) -> None:
    ended = asyncio.create_task(end_of(known(process)))
    itself = asyncio.create_task(end_of(KnownProcess(pid=os.getpid())))
    done, _ = await asyncio.wait({ended, itself}, timeout=0.1)
    assert done == set()
    process.kill()
    async with asyncio.timeout(20):
        await ended
    assert not itself.done()
    itself.cancel()


@pytest.mark.usefixtures("_by_either_way")
async def test_one_that_has_ended_is_not_waited_for(process: asyncio.subprocess.Process) -> None:
    former = known(process)
    assert former.started is not None
    async with asyncio.timeout(20):
        await end_of(replace(former, started=former.started - 1))  # its pid is another's now
        process.kill()
        await process.wait()
        await end_of(former)
