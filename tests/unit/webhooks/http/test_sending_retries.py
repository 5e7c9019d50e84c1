"""Timeouts and retries: what connection overrides ask for."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tests.support.hostile_server import Answer, Heard, HostileServer, answer

SILENT = Answer(then="hang")
BROKEN = answer("503 Busy")


@pytest.mark.parametrize(
    ("fragment", "scripts", "statuses"),
    [
        ("", [BROKEN], [503]),
        ("#rp=5xx", [BROKEN, answer()], [503, 200]),
        ("#rp=5xx&rc=2", [BROKEN], [503, 503, 503]),
        ("#rp=5xx&rc=0", [BROKEN], [503]),
        ("#rp=4xx&rc=3", [answer("404 No"), answer("410 Gone"), answer()], [404, 410, 200]),
        ("#rp=4xx&rc=3", [BROKEN], [503]),
        ("#rp=all&rc=5", [answer("404 No"), BROKEN, answer("204 No Content")], [404, 503, 204]),
        ("#rt=100", [SILENT], [None]),
        ("#rt=100&rp=rt", [SILENT, answer()], [None, 200]),
        ("#rt=100&rp=ct&rc=5", [SILENT], [None]),
    ],
)
async def test_the_policy_of_the_url_decides_what_is_retried(
    client: Any,
    server: HostileServer,
    fragment: str,
    scripts: list[Answer],
    statuses: list[int | None],
) -> None:
    server.says(*scripts)

    exchange = await client.send(server.url(f"/{fragment}"))

    assert [attempt.status for attempt in exchange.attempts] == statuses
    assert exchange.status == statuses[-1]
    assert (exchange.error is None) == (statuses[-1] in (200, 204))


async def test_every_retry_carries_the_same_token_and_signature(
    client: Any, server: HostileServer
) -> None:
    server.says(BROKEN)

    exchange = await client.send(server.url("/#rp=5xx&rc=2"))

    assert len({heard.header("I-Twilio-Idempotency-Token") for heard in server.heard}) == 1
    assert len({attempt.signature for attempt in exchange.attempts}) == 1


async def test_an_app_that_says_nothing_is_given_up(client: Any, server: HostileServer) -> None:
    server.says(SILENT)

    exchange = await client.send(server.url("/#rt=100"))

    assert (exchange.error, exchange.status) == (11200, None)
    assert exchange.reason == f"POST {server.url('/')}: no answer within 0.1 s."


@pytest.mark.parametrize(
    "begun",
    [b"H", b"HTTP/1.1 200 OK\r\nContent-", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"],
)
@pytest.mark.parametrize("then", ["hang", "close", "reset"])
async def test_part_of_an_answer_is_never_retried(
    client: Any, server: HostileServer, begun: bytes, then: Any
) -> None:
    server.says(Answer((begun,), then=then))

    exchange = await client.send(server.url("/#rt=100&rp=all&rc=5"), read_body=True)

    # A reset may overtake the bytes before it: then none of the answer has come.
    assert then == "reset" or len(server.heard) == 1
    assert exchange.error in ((11200,) if then != "reset" else (11200, 11205))
    assert exchange.body == b""


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize(
    ("fragment", "attempts"), [("", 1), ("#rp=ct&rc=3", 1), ("#rp=all&rc=3", 4)]
)
async def test_a_new_connection_closed_without_an_answer_is_retried_by_all_only(
    client: Any, server: HostileServer, method: str, fragment: str, attempts: int
) -> None:
    server.says(Answer(then="close"))

    exchange = await client.send(server.url(f"/{fragment}"), method=method)

    assert (exchange.error, exchange.status) == (11205, None)
    assert len(server.heard) == len(exchange.attempts) == attempts


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("then", ["close", "reset"])
async def test_a_kept_connection_that_was_closed_meanwhile_costs_nothing(
    client: Any, server: HostileServer, method: str, then: Any
) -> None:
    # The second request meets a connection whose server closes it instead of answering.
    server.says(answer(), Answer(then=then), answer())

    await client.send(server.url())
    exchange = await client.send(server.url(), method=method)

    assert (exchange.error, exchange.status) == (None, 200)
    assert [attempt.error for attempt in exchange.attempts] == [11205, None]
    assert [heard.connection for heard in server.heard] == [1, 1, 2]


async def test_the_retry_after_that_does_not_meet_another_such_connection(
    client: Any, server: HostileServer
) -> None:
    both = asyncio.Event()

    def hold(_: Heard) -> Answer:
        if len(server.heard) == 2:
            both.set()
        return Answer()

    server.says(hold, hold, Answer(then="close"), answer())
    sending = asyncio.gather(client.send(server.url()), client.send(server.url()))
    await both.wait()
    for writer in server.writers:
        writer.write(b"".join(answer().pieces))
    await sending
    assert server.connections == 2

    exchange = await client.send(server.url("/#rc=2"))

    assert exchange.error is None
    assert server.heard[-1].connection == 3


@pytest.mark.parametrize("fragment", ["#rc=0", "#rp=5xx"])
async def test_who_allows_no_retry_gets_new_connections_instead(
    client: Any, server: HostileServer, fragment: str
) -> None:
    server.says(answer())

    for _ in range(3):
        assert (await client.send(server.url(f"/{fragment}"))).error is None

    assert [heard.connection for heard in server.heard] == [1, 2, 3]
    assert server.gone == 2  # each takes the place of the one before


async def test_all_attempts_together_end_in_time(client: Any, server: HostileServer) -> None:
    server.says(SILENT)
    began = time.monotonic()

    exchange = await client.send(server.url("/#tt=250&rt=100&rp=rt&rc=5"))

    assert time.monotonic() - began < 2
    assert (exchange.error, exchange.status) == (11200, None)
    assert 2 <= len(exchange.attempts) <= 3
    assert exchange.reason == f"POST {server.url('/')}: no complete answer within 0.25 s."


@pytest.mark.parametrize(
    "script",
    [
        Answer((b"HTTP/1.1 200 OK\r\n\r\n",), endless=b"x"),
        Answer((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",), endless=b"0"),
    ],
    ids=["a body byte by byte", "the length of a chunk"],
)
async def test_an_answer_that_trickles_does_not_hold_anybody_up(
    client: Any, server: HostileServer, script: Answer
) -> None:
    server.says(script)
    began = time.monotonic()

    exchange = await client.send(server.url("/#tt=200"), read_body=True)

    assert time.monotonic() - began < 5
    assert exchange.error is not None or exchange.too_large
    assert len(exchange.attempts) == 1


async def test_an_ignored_body_does_not_turn_success_into_failure(
    client: Any, server: HostileServer
) -> None:
    server.says(Answer((b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx",), then="hang"))

    exchange = await client.send(server.url("/#tt=100"))

    assert (exchange.error, exchange.status) == (None, 200)
