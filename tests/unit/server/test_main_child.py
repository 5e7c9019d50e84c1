from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from trunkline.server.main_child import MainChild, StartFailed, ended_how

MODULE = "tests.unit.server.children"


@pytest.fixture
async def listening() -> AsyncIterator[socket.socket]:
    with socket.socket() as made:
        yield made


def order(folder: Path, kind: str, listening: socket.socket) -> dict[str, Any]:
    return {"data": str(folder / kind), "socket_fd": listening.fileno()}


@pytest.fixture(autouse=True)
def _tests_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))


async def start(folder: Path, kind: str, listening: socket.socket) -> MainChild:
    return await MainChild.start(order(folder, kind, listening), folder / "logs" / "x.log", MODULE)


async def test_it_is_ready_when_it_says_so_and_stops_when_asked(
    tmp_path: Path, listening: socket.socket
) -> None:
    child = await start(tmp_path, "good", listening)
    assert await child.ready() == "tlc_x"
    await child.stop(10, asyncio.Event())
    assert await child.wait() == -signal.SIGTERM


async def test_it_hears_when_the_database_is_there(
    tmp_path: Path, listening: socket.socket
) -> None:
    child = await start(tmp_path, "obedient", listening)
    ready = asyncio.create_task(child.ready())
    await child.migrate()
    assert not ready.done()
    child.go()
    with pytest.raises(StartFailed, match=r"^It was told: 'migrate\\ngo\\n'\.$"):
        await ready


async def test_a_refusal_is_told_in_its_own_words(tmp_path: Path, listening: socket.socket) -> None:
    child = await start(tmp_path, "refuses", listening)
    with pytest.raises(StartFailed, match=r"^The database cannot be reached\.$"):
        await child.ready()


async def test_a_fault_at_the_start_points_to_the_log(
    tmp_path: Path, listening: socket.socket
) -> None:
    child = await start(tmp_path, "breaks", listening)
    with pytest.raises(StartFailed, match=r"ended with status 1 at its start: see .*x\.log"):
        await child.ready()
    assert "RuntimeError: a fault" in (tmp_path / "logs" / "x.log").read_text()


async def test_what_it_goes_on_to_say_does_not_block_it(
    tmp_path: Path, listening: socket.socket
) -> None:
    child = await start(tmp_path, "talkative", listening)
    await child.ready()
    async with asyncio.timeout(20):
        assert await child.wait() == 0


async def test_one_that_does_not_stop_in_time_is_killed(
    tmp_path: Path, listening: socket.socket
) -> None:
    child = await start(tmp_path, "stubborn", listening)
    await child.ready()
    await child.stop(0.05, asyncio.Event())
    assert await child.wait() == -signal.SIGKILL


async def test_a_hurry_does_not_wait(tmp_path: Path, listening: socket.socket) -> None:
    child = await start(tmp_path, "stubborn", listening)
    await child.ready()
    hurry = asyncio.Event()
    stopping = asyncio.create_task(child.stop(60, hurry))
    hurry.set()
    async with asyncio.timeout(20):
        await stopping
    assert await child.wait() == -signal.SIGKILL


async def test_a_log_that_cannot_be_written_is_told(
    tmp_path: Path, listening: socket.socket
) -> None:
    (tmp_path / "logs").write_text("a file")
    with pytest.raises(StartFailed, match=r"The log .*x\.log cannot be written"):
        await start(tmp_path, "good", listening)


async def test_a_large_log_is_put_aside(
    tmp_path: Path, listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trunkline.server.main_child.LARGEST_LOG_BYTES", 10)
    log = tmp_path / "logs" / "x.log"
    log.parent.mkdir()
    log.write_text("much of the past")
    child = await start(tmp_path, "refuses", listening)
    with pytest.raises(StartFailed):
        await child.ready()
    assert log.with_name("x.log.1").read_text() == "much of the past"
    assert "past" not in log.read_text()


def test_an_end_is_told_in_words() -> None:
    assert ended_how(0) == "ended with status 0"
    assert ended_how(-9) == "was killed by SIGKILL"
    assert ended_how(-250) == "was killed by signal 250"
