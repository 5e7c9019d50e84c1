"""Which of several addresses is connected to."""

from __future__ import annotations

import asyncio
import errno
import socket
import time

import pytest

from tests.support.hostile_server import HostileServer
from trunkline.webhooks.http import dialing
from trunkline.webhooks.http.dialing import HEAD_START, connect, in_turns


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (["1", "2", "3"], ["1", "2", "3"]),
        (["1", "2", ":a", ":b"], ["1", ":a", "2", ":b"]),
        ([":a", ":b", "1"], [":a", "1", ":b"]),
    ],
)
def test_families_take_turns(addresses: list[str], expected: list[str]) -> None:
    assert in_turns(addresses) == expected


async def test_one_that_refuses_gives_way_at_once(server: HostileServer) -> None:
    began = time.monotonic()
    made, address = await connect(["127.0.0.9", "127.0.0.8", "127.0.0.1"], server.port)
    made.close()

    assert address == "127.0.0.1"
    assert time.monotonic() - began < HEAD_START


async def test_one_that_is_silent_does_not_hold_the_next_up(
    server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, called_off = dialing._dial, asyncio.Event()

    async def dial(address: str, port: int) -> socket.socket:
        if address == "127.0.0.1":
            return await real(address, port)
        try:
            await asyncio.Event().wait()
        finally:
            called_off.set()
        raise AssertionError

    monkeypatch.setattr(dialing, "_dial", dial)
    monkeypatch.setattr(dialing, "HEAD_START", 0.01)
    made, address = await connect(["10.0.0.1", "127.0.0.1"], server.port)
    made.close()

    assert address == "127.0.0.1"
    assert called_off.is_set()


async def test_of_two_at_once_one_is_kept(
    server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, second = dialing._dial, asyncio.Event()
    dialled: list[socket.socket] = []

    async def dial(address: str, port: int) -> socket.socket:
        dialled.append(await real("127.0.0.1", port))
        made = dialled[-1]
        if address == "127.0.0.1":
            await second.wait()
        second.set()
        return made

    monkeypatch.setattr(dialing, "_dial", dial)
    monkeypatch.setattr(dialing, "HEAD_START", 0.01)
    made, _ = await connect(["127.0.0.1", "127.0.0.2"], server.port)

    assert [one for one in dialled if one.fileno() >= 0] == [made]
    made.close()


async def test_the_error_of_all_is_told_where_it_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = {"1": errno.ECONNREFUSED, "2": errno.ECONNREFUSED, "3": errno.ENETUNREACH}

    async def dial(address: str, _: int) -> socket.socket:
        raise OSError(errors[address], address)

    monkeypatch.setattr(dialing, "_dial", dial)
    with pytest.raises(OSError, match="1") as same:
        await connect(["1", "2"], 80)
    with pytest.raises(OSError, match=r"1.*3") as mixed:
        await connect(["1", "3"], 80)

    assert same.value.errno == errno.ECONNREFUSED
    assert mixed.value.errno is None


async def test_whoever_is_called_off_leaves_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[socket.socket] = []
    real = socket.socket

    def note(*arguments: int) -> socket.socket:
        made.append(real(*arguments))
        return made[-1]

    monkeypatch.setattr(dialing.socket, "socket", note)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        where = full.getsockname()
        fill = [real(socket.AF_INET, socket.SOCK_STREAM) for _ in range(4)]
        for one in fill:
            one.setblocking(False)
            one.connect_ex(where)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await connect(["127.0.0.1"], where[1])
        for one in fill:
            one.close()

    assert {one.fileno() for one in made} == {-1}
