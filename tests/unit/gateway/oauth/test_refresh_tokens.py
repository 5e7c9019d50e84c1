"""Renewals: one goes out, what comes is saved before it is used, and nothing good is lost."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from tests.unit.gateway.oauth.stand_ins import (
    SECRET,
    Given,
    MakeNode,
    Node,
    TokenServer,
    let_again,
    token_of,
)
from trunkline.gateway.errors import CredentialsRefused, Unavailable
from trunkline.gateway.model import Connection, Status
from trunkline.gateway.oauth import authorise as authorise_module
from trunkline.store import StoreUnavailable


@dataclass
class Paused:
    """Where a node stands still."""

    looked: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)


def away(node: Node, monkeypatch: pytest.MonkeyPatch, times: int) -> list[str]:
    """The next `times` tries to save find no database; the access tokens of all tries."""
    tried: list[str] = []
    renew = node.connections.renew

    async def renewing(connection_id: str, secrets: Any, **rest: Any) -> Connection | None:
        tried.append(secrets["access_token"])
        if len(tried) <= times:
            raise StoreUnavailable("The database cannot be reached.")
        return await renew(connection_id, secrets, **rest)

    monkeypatch.setattr(node.connections, "renew", renewing)
    return tried


async def test_of_a_thousand_on_two_nodes_one_goes_out(
    node: Node, other: Node, given: Given, tokens: TokenServer
) -> None:
    connection = await given.oauth()
    asking = [
        asyncio.create_task((node if number % 2 else other).authorise(connection))
        for number in range(1_000)
    ]
    got = await asyncio.gather(*asking)
    assert {token_of(each) for each in got} == {"access-1"}
    assert len(tokens.forms) == 1
    assert tokens.forms[0] == {"grant_type": "refresh_token", "refresh_token": "refresh-0"}
    assert (await node.read(connection)).revision == connection.revision + 1


async def test_of_a_thousand_refused_ones_on_two_nodes_one_goes_out(
    node: Node, other: Node, given: Given, tokens: TokenServer
) -> None:
    connection = await given.oauth(seconds=600, ends=900)
    refused = await node.authorise(connection)
    got = await asyncio.gather(
        *(
            (node if number % 2 else other).authorise(connection, refused=refused)
            for number in range(1_000)
        )
    )
    assert {token_of(each) for each in got} == {"access-1"}
    assert len(tokens.forms) == 1


async def test_of_a_thousand_on_one_node_one_looks(
    node: Node, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    reading = node.refresh._read

    async def read(connection_id: str) -> Any:
        looked.append(connection_id)
        return await reading(connection_id)

    monkeypatch.setattr(node.refresh, "_read", read)
    connection = await given.oauth()
    await asyncio.gather(*(node.authorise(connection) for _ in range(1_000)))
    assert looked == [connection.id]


def paused_after_looking(node: Node, monkeypatch: pytest.MonkeyPatch) -> Paused:
    """The node looks at the connection once, and stands still before it takes the lease."""
    paused = Paused()
    reading = node.refresh._read

    async def read(connection_id: str) -> Any:
        found = await reading(connection_id)
        paused.looked.set()
        await paused.go_on.wait()
        return found

    monkeypatch.setattr(node.refresh, "_read", read)
    return paused


async def test_of_two_nodes_that_find_it_free_in_one_moment_one_goes_out(
    node: Node,
    other: Node,
    given: Given,
    tokens: TokenServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens.gate.clear()
    connection = await given.oauth()
    late = paused_after_looking(other, monkeypatch)
    second = asyncio.create_task(other.authorise(connection))
    await late.looked.wait()
    first = asyncio.create_task(node.authorise(connection))
    await tokens.arrived.wait()  # the first one has the lease
    late.go_on.set()
    await asyncio.wait({second}, timeout=0.2)
    assert len(tokens.forms) == 1
    tokens.gate.set()
    assert token_of(await first) == token_of(await second) == "access-1"
    assert len(tokens.forms) == 1


async def test_a_node_that_looked_before_another_one_was_told_to_wait_waits_too(
    node: Node,
    other: Node,
    given: Given,
    tokens: TokenServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens.answer = lambda _: web.Response(status=429, headers={"Retry-After": "120"})
    connection = await given.oauth()
    late = paused_after_looking(other, monkeypatch)
    second = asyncio.create_task(other.authorise(connection))
    await late.looked.wait()
    with pytest.raises(Unavailable):
        await node.authorise(connection)
    late.go_on.set()
    with pytest.raises(Unavailable):
        await second
    assert len(tokens.forms) == 1


async def test_tokens_are_saved_and_a_new_refresh_token_takes_the_place_of_the_old_one(
    node: Node, given: Given, tokens: TokenServer
) -> None:
    connection = await given.oauth()
    await node.authorise(connection)
    saved = await node.read(connection)
    secrets = node.secrets(saved)
    assert secrets["access_token"] == "access-1"
    assert secrets["refresh_token"] == "refresh-1"
    assert secrets["client_secret"] == SECRET
    assert saved.refresh_at is not None
    left = (saved.refresh_at - node.clock.now()).total_seconds()
    assert 3600 - 300 - 120 - 60 < left < 3600 - 300
    node.clock.ahead += saved.refresh_at - node.clock.now()
    await node.authorise(saved)
    assert tokens.forms[1]["refresh_token"] == "refresh-1"


async def test_a_refresh_token_stays_until_another_one_comes(
    node: Node, given: Given, tokens: TokenServer
) -> None:
    tokens.rotate = False
    connection = await given.oauth()
    await node.authorise(connection)
    assert node.secrets(await node.read(connection))["refresh_token"] == "refresh-0"


async def test_client_credentials_are_asked_for_again(
    node: Node, given: Given, tokens: TokenServer
) -> None:
    tokens.rotate = False
    connection = await given.oauth(method="client")
    assert token_of(await node.authorise(connection)) == "access-1"
    assert tokens.forms == [
        {
            "grant_type": "client_credentials",
            "scope": "all",
            "client_id": "me",
            "client_secret": SECRET,
        }
    ]


async def test_tokens_are_not_used_before_they_are_saved(
    node: Node, given: Given, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = await given.oauth()
    tried = away(node, monkeypatch, times=3)
    assert token_of(await node.authorise(connection)) == "access-1"
    assert tried == ["access-1"] * 4
    assert node.secrets(await node.read(connection))["refresh_token"] == "refresh-1"
    assert len(tokens.forms) == 1


async def test_tokens_that_cannot_be_saved_are_reported_and_not_used(
    node_of: MakeNode, given: Given, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = node_of(seconds_to_save=0.2)
    connection = await given.oauth()
    away(node, monkeypatch, times=1_000)
    with capture_logs() as logs, pytest.raises(Unavailable, match="could not be saved"):
        await node.authorise(connection)
    lost = [line for line in logs if line["event"] == "oauth.tokens_lost"]
    assert lost[0]["connection"] == connection.id
    assert "access-1" not in repr(logs)
    assert (await node.read(connection)).status is Status.ACTIVE
    with pytest.raises(Unavailable, match="a moment ago"):
        await node.authorise(connection)
    assert len(tokens.forms) == 1


async def test_a_refused_refresh_token_fails_the_connection(
    node: Node, given: Given, tokens: TokenServer
) -> None:
    tokens.refuses()
    connection = await given.oauth()
    with capture_logs() as logs:
        outcomes = await asyncio.gather(
            *(node.authorise(connection) for _ in range(20)), return_exceptions=True
        )
    assert {type(each) for each in outcomes} == {CredentialsRefused}
    assert "invalid_grant" in str(outcomes[0])
    found = await node.read(connection)
    assert found.status is Status.FAILED
    assert found.error == str(outcomes[0])
    assert len(tokens.forms) == 1
    for secret in (SECRET, "refresh-0", "access-0"):
        assert secret not in repr(outcomes) + repr(logs) + str(found.error)


async def test_a_failed_connection_that_is_tested_gets_tokens_if_the_provider_gives_some(
    node: Node, given: Given, tokens: TokenServer
) -> None:
    connection = await given.oauth()
    await node.connections.fail(connection.id, "Refused once.", revision=connection.revision)
    failed = await node.read(connection)
    assert token_of(await node.authorise(failed)) == "access-1"
    assert (await node.read(connection)).status is Status.ACTIVE
    tokens.refuses()
    second = await given.oauth()
    await node.connections.fail(second.id, "Refused once.", revision=second.revision)
    with pytest.raises(CredentialsRefused):
        await node.authorise(await node.read(second))
    assert (await node.read(second)).status is Status.FAILED


async def test_a_server_that_is_away_changes_nothing_and_is_left_alone_as_long_as_it_says(
    node: Node, other: Node, given: Given, tokens: TokenServer
) -> None:
    tokens.answer = lambda _: web.Response(status=503, headers={"Retry-After": "120"})
    connection = await given.oauth()
    with pytest.raises(Unavailable, match="status 503") as first:
        await node.authorise(connection)
    assert first.value.retry_after == 120
    for each in (node, other, node):
        with pytest.raises(Unavailable) as again:
            await each.authorise(connection)
        assert again.value.retry_after is not None
        assert 60 < again.value.retry_after <= 120
    assert len(tokens.forms) == 1
    assert (await node.read(connection)).status is Status.ACTIVE
    tokens.answer = None
    await let_again(node, connection)
    node.clock.ahead = other.clock.ahead = timedelta(seconds=130)
    assert token_of(await other.authorise(connection)) == "access-2"


async def test_the_old_token_is_used_while_it_works_and_cannot_be_renewed(
    node: Node, given: Given, tokens: TokenServer
) -> None:
    tokens.answer = lambda _: web.Response(status=500)
    connection = await given.oauth(seconds=-1, ends=900)
    for _ in range(3):
        assert token_of(await node.authorise(connection)) == "access-0"
    assert len(tokens.forms) == 1


async def test_a_server_that_hangs_does_not_hold_up_who_has_a_token_that_works(
    node: Node, given: Given, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authorise_module, "SHORT_WAIT", 0.01)
    tokens.gate.clear()
    connection = await given.oauth(seconds=-1, ends=900)
    assert token_of(await node.authorise(connection)) == "access-0"
    tokens.gate.set()
    await node.authorise.stop()
    assert token_of(await node.authorise(await node.read(connection))) == "access-1"
    assert len(tokens.forms) == 1


async def test_a_server_that_hangs_is_given_up(
    node_of: MakeNode, given: Given, tokens: TokenServer
) -> None:
    node = node_of(seconds=0.2)
    tokens.gate.clear()
    connection = await given.oauth()
    with pytest.raises(Unavailable, match="lost"):
        await node.authorise(connection)
    assert (await node.read(connection)).status is Status.ACTIVE


async def test_an_answer_that_was_lost_is_named_when_the_refresh_token_is_refused_next(
    node: Node, other: Node, given: Given, tokens: TokenServer
) -> None:
    tokens.answer = lambda _: None
    connection = await given.oauth()
    with pytest.raises(Unavailable, match="was lost"):
        await node.authorise(connection)
    assert (await node.read(connection)).status is Status.ACTIVE
    tokens.refuses()
    await let_again(node, connection)
    with pytest.raises(CredentialsRefused, match="answer to the renewal before was lost"):
        await other.authorise(connection)
    assert (await node.read(connection)).status is Status.FAILED


async def test_a_database_that_is_away_is_told_as_such(
    node: Node, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fetchrow(*_: Any) -> None:
        raise StoreUnavailable("The database cannot be reached.")

    due, ended = await given.oauth(seconds=-1, ends=900), await given.oauth()
    monkeypatch.setattr(node.refresh._database, "fetchrow", fetchrow)
    assert token_of(await node.authorise(due)) == "access-0"
    with pytest.raises(Unavailable, match="database"):
        await node.authorise(ended)
