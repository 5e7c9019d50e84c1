"""`proxy.Forward`: what is not sent, what is sent with newer credentials, and how much of it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.hostile_server import Answer, Heard, HostileServer, answer
from tests.support.waiting import eventually
from tests.unit.gateway.proxy.stand_ins import (
    MESSAGES,
    NEWER,
    QUICK,
    SECRET,
    Proxy,
    caller_of,
    connection_of,
    proxying,
)
from trunkline.gateway.connectors import Injected
from trunkline.gateway.errors import (
    AnswerTooLarge,
    BadRequest,
    CredentialsRefused,
    GatewayError,
    OutcomeUnknown,
    RateLimited,
    TargetRefused,
    TooLarge,
    Unavailable,
    UpstreamUnreachable,
)
from trunkline.gateway.proxy import BrokenOff, DuplicateOfUnknown, Rates
from trunkline.sids import SidFactory
from trunkline.store import Database


async def pieces(*parts: bytes | Exception) -> AsyncIterator[bytes]:
    for part in parts:
        if isinstance(part, Exception):
            raise part
        yield part


def unauthorised_until(newer: Injected) -> Any:
    def script(heard: Heard) -> Answer:
        accepted = heard.header("Authorization") == newer.headers["Authorization"]
        return answer("200 OK" if accepted else "401 Unauthorized", b"me" if accepted else b"no")

    return script


# Nothing was sent ---------------------------------------------------------------------------------


async def test_without_a_connection_it_may_be_sent_again(database: Database) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        upstream = f"http://127.0.0.1:{taken.getsockname()[1]}"
        async with proxying(database, upstream) as lonely:
            for _ in range(3):
                with pytest.raises(UpstreamUnreachable):
                    await lonely("POST", MESSAGES, b"To=1")


@pytest.mark.parametrize("refusal", [CredentialsRefused(), Unavailable()])
async def test_without_credentials_nothing_is_sent_or_claimed(
    proxy: Proxy, hostile: HostileServer, refusal: GatewayError
) -> None:
    async def refuse(*_: Any, **__: Any) -> Injected:
        raise refusal

    authorise, proxy.forward._authorise = proxy.forward._authorise, refuse
    for method in ("GET", "POST"):
        with pytest.raises(type(refusal)):
            await proxy(method)
    proxy.forward._authorise = authorise
    assert not hostile.heard
    await proxy("POST")
    assert len(hostile.heard) == 1


async def test_private_addresses_are_none_of_a_connections(
    database: Database, hostile: HostileServer, sids: SidFactory
) -> None:
    """A connection whose base URL its user entered."""
    caller = caller_of(sids)
    settings = {"base_url": f"https://127.0.0.1:{hostile.port}"}
    connection = connection_of(sids, caller, connector="rest", method=None, settings=settings)
    async with proxying(
        database, "http://127.0.0.1:9", caller=caller, connection=connection
    ) as proxy:
        for method in ("GET", "POST"):
            with pytest.raises(TargetRefused, match="private"):
                await proxy(method, "/latest/meta-data")
    assert not hostile.connections


async def test_rates_come_first(database: Database, hostile: HostileServer) -> None:
    upstream = f"http://127.0.0.1:{hostile.port}"
    async with proxying(database, upstream, rates=Rates(2)) as proxy:
        await proxy("POST", MESSAGES, b"1")
        await proxy("POST", MESSAGES, b"2")
        with pytest.raises(RateLimited) as told:
            await proxy("POST", MESSAGES, b"3")
        assert told.value.retry_after is not None
        assert 0 < told.value.retry_after <= 0.5
    assert len(hostile.heard) == 2
    assert proxy.notes.entries[-1].code == "rate_limited"


# New credentials ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_401_is_answered_with_newer_credentials_once(
    proxy: Proxy, hostile: HostileServer, method: str
) -> None:
    proxy.authorise.newer = NEWER
    hostile.says(unauthorised_until(NEWER))
    body = b"To=1" if method == "POST" else None
    assert await proxy(method, MESSAGES, body) == (200, b"me")
    assert [heard.body for heard in hostile.heard] == [body or b""] * 2
    hostile.says(answer("401 Unauthorized", b"no"))
    assert await proxy(method, MESSAGES, body) == (401, b"no")
    assert len(hostile.heard) == 4
    assert proxy.authorise.refused == 2


@pytest.mark.parametrize("newer", [None, SECRET])
async def test_a_401_is_passed_on_where_there_is_nothing_newer(
    proxy: Proxy, hostile: HostileServer, newer: Injected | None
) -> None:
    if newer is not None:
        proxy.authorise.newer = newer
    hostile.says(answer("401 Unauthorized", b"no"))
    for _ in range(2):
        assert await proxy("POST", MESSAGES, b"To=1") == (401, b"no")
    assert len(hostile.heard) == 2


async def test_a_401_whose_refresh_fails_did_nothing(proxy: Proxy, hostile: HostileServer) -> None:
    proxy.authorise.newer = CredentialsRefused()
    hostile.says(answer("401 Unauthorized", b"no"))
    for _ in range(2):
        with pytest.raises(CredentialsRefused):
            await proxy("POST", MESSAGES, b"To=1")
    assert len(hostile.heard) == 2


async def test_the_second_attempt_may_be_lost_too(proxy: Proxy, hostile: HostileServer) -> None:
    proxy.authorise.newer = NEWER
    hostile.says(answer("401 Unauthorized"), Answer(then="close"))
    with pytest.raises(OutcomeUnknown):
        await proxy("POST", MESSAGES, b"To=1")
    with pytest.raises(DuplicateOfUnknown):
        await proxy("POST", MESSAGES, b"To=1")


async def test_a_streamed_body_is_not_sent_a_second_time(
    proxy: Proxy, hostile: HostileServer
) -> None:
    proxy.authorise.newer = NEWER
    hostile.says(unauthorised_until(NEWER))
    large = b"x" * (2 << 20)
    body = pieces(large[: 1 << 20], large[1 << 20 :])
    assert await proxy("POST", MESSAGES, body, length=len(large)) == (401, b"no")
    assert [heard.body for heard in hostile.heard] == [large]
    assert proxy.authorise.refused == 0


async def test_given_credentials_are_never_refreshed(proxy: Proxy, hostile: HostileServer) -> None:
    hostile.says(answer("401 Unauthorized"))
    assert (await proxy("GET", injected=NEWER))[0] == 401
    assert hostile.heard[0].header("Authorization") == NEWER.headers["Authorization"]
    assert proxy.authorise.asked == 0


# Limits -------------------------------------------------------------------------------------------


async def test_a_body_that_is_too_large_is_refused(proxy: Proxy, hostile: HostileServer) -> None:
    most = QUICK.body
    for body, length in [
        (b"x" * (most + 1), None),
        (pieces(b"x"), most + 1),  # by what it says
    ]:
        with pytest.raises(TooLarge):
            await proxy("POST", MESSAGES, body, length=length)
    assert not hostile.heard


async def test_a_body_that_turns_out_too_large_is_cut_off(proxy: Proxy, database: Database) -> None:
    heard = bytearray()
    ended = asyncio.Event()

    async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            heard.extend(data)
        ended.set()
        writer.close()

    server = await asyncio.start_server(read, "127.0.0.1", 0)
    upstream = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with proxying(database, upstream, limits=QUICK) as proxy:
        with pytest.raises(TooLarge):
            await proxy("POST", MESSAGES, pieces(*[b"x" * (1 << 20)] * 5))
        await asyncio.wait_for(ended.wait(), 20)
        assert b"chunked" in heard
        assert not heard.endswith(b"0\r\n\r\n")  # it must not look complete
        with pytest.raises(DuplicateOfUnknown):  # and nobody knows what the provider made of it
            await proxy("POST", MESSAGES, pieces(*[b"x" * (1 << 20)] * 5))
    server.close()


@pytest.mark.parametrize("size", [5, 2 << 20])
async def test_a_caller_that_leaves_in_its_body_is_not_answered(
    proxy: Proxy, hostile: HostileServer, size: int
) -> None:
    class Left(Exception):
        pass

    with pytest.raises(Left):
        await proxy("POST", MESSAGES, pieces(b"x" * size, Left()), length=size + 5)
    assert not hostile.heard


async def test_a_body_that_does_not_come_is_not_waited_for(
    proxy: Proxy, hostile: HostileServer
) -> None:
    async def stuck() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    with pytest.raises(BadRequest, match="did not come"):
        await proxy("POST", MESSAGES, stuck(), length=5)
    assert not hostile.heard


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_answer_that_says_that_it_is_too_large_is_refused(
    proxy: Proxy, hostile: HostileServer, method: str
) -> None:
    hostile.says(answer(body=b"x" * (QUICK.answer + 1)))
    with pytest.raises(AnswerTooLarge) as told:
        await proxy(method)
    assert told.value.status == 424  # no client takes that as leave to send it again
    assert told.value.data == {"status": 200}


async def test_an_answer_that_turns_out_too_large_is_cut_off(
    proxy: Proxy, hostile: HostileServer
) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    hostile.says(Answer((head,), endless=b"64\r\n" + b"x" * 100 + b"\r\n"))
    with pytest.raises(BrokenOff):
        await proxy("GET")
    await eventually(lambda: hostile.gone)


async def test_at_the_end_unsafe_requests_are_waited_for(
    database: Database, hostile: HostileServer
) -> None:
    upstream = f"http://127.0.0.1:{hostile.port}"
    async with proxying(database, upstream) as proxy:
        task = asyncio.create_task(proxy("POST", MESSAGES, b"To=1"))
        while not proxy.forward._under_way:  # noqa: ASYNC110 - for a moment only
            await asyncio.sleep(0)
        await proxy.forward.close()
        assert await task == (200, b"")
        hostile.says(Answer(then="hang"))
        task = asyncio.create_task(proxy("POST", MESSAGES, b"To=1"))
        await eventually(lambda: len(hostile.heard) >= 2)
        await proxy.forward.close(grace=0.1)
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(DuplicateOfUnknown):
            await proxy("POST", MESSAGES, b"To=1")
