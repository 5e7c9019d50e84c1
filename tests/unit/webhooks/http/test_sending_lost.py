"""Answers that are lost on purpose: webhook chaos."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.hostile_server import Answer, Heard, HostileServer, answer
from trunkline.webhooks.http import sending

REASON = "webhook chaos closed the connection before the answer"


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("overrides", ["", "#rp=all&rc=5"])
async def test_an_app_that_works_sees_its_connection_close(
    client: Any, server: HostileServer, method: str, overrides: str
) -> None:
    server.says(Answer(then="hang"))  # until the other side closes

    exchange = await client.send(server.url(f"/{overrides}"), method=method, loses_answer=True)

    assert (exchange.status, exchange.error) == (None, 11205)
    assert exchange.reason == f"{method} {server.url('/')}: {REASON}."
    assert len(exchange.attempts) == len(server.heard) == 1


@pytest.mark.parametrize("status", ["200 OK", "204 No Content", "302 Found", "500 Error"])
async def test_an_answer_in_time_is_lost_with_its_connection(
    client: Any, server: HostileServer, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LOST_AFTER", 10_000)
    server.says(answer(status, headers=[("Location", "/other")]), answer())

    async with asyncio.timeout(5):
        exchange = await client.send(server.url("/#rp=all&rc=5"), loses_answer=True)
        after = await client.send(server.url())

    assert (exchange.status, exchange.error, exchange.headers) == (None, 11205, [])
    assert exchange.reason.endswith(f"{REASON}.")
    assert (after.status, len(after.attempts)) == (200, 1)
    assert [heard.connection for heard in server.heard] == [1, 2]


async def test_what_is_lost_shares_its_connection_with_nothing(
    client: Any, server: HostileServer
) -> None:
    seen: list[int] = []

    def note(heard: Heard) -> Answer:
        seen.append(heard.connection)
        return answer()

    server.says(note)
    await client.send(server.url())
    await client.send(server.url(), loses_answer=True)
    await client.send(server.url())

    assert seen[1] != seen[0]
    assert seen[2] != seen[1]


async def test_who_cannot_be_reached_is_not_blamed_on_chaos(client: Any) -> None:
    exchange = await client.send("http://127.0.0.1:1/", loses_answer=True)

    assert exchange.error == 11205
    assert "chaos" not in exchange.reason
