"""Renewals that take long: who waits, who takes over, what an answer that comes late may do."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from tests.unit.gateway.oauth.stand_ins import Given, Node, TokenServer, held_renewal, token_of
from trunkline.gateway.errors import CredentialsRefused, NotFound
from trunkline.gateway.model import Caller, Status


async def test_a_node_that_died_with_the_lease_is_waited_for_and_then_replaced(
    node: Node, given: Given, tokens: TokenServer
) -> None:
    connection = await given.oauth()
    await node.database.execute(
        "UPDATE gateway_connections SET refresh_owner = 'dead',"
        " refresh_until = clock_timestamp() + interval '1 second' WHERE id = $1",
        connection.id,
    )
    assert token_of(await node.authorise(connection)) == "access-1"
    over = await node.database.fetchval(
        "SELECT refresh_owner IS NULL AND refresh_until IS NULL FROM gateway_connections"
        " WHERE id = $1",
        connection.id,
    )
    assert over
    assert len(tokens.forms) == 1


async def test_nobody_asks_while_another_node_has_the_lease(
    node: Node, other: Node, given: Given, tokens: TokenServer
) -> None:
    connection, first = await held_renewal(node, given, tokens)
    second = asyncio.create_task(other.authorise(connection))
    await asyncio.wait({second}, timeout=0.7)
    assert not second.done()
    assert len(tokens.forms) == 1
    tokens.gate.set()
    assert token_of(await first) == token_of(await second) == "access-1"
    assert len(tokens.forms) == 1


async def test_tokens_of_a_node_whose_lease_ended_win_over_the_refusal_they_caused(
    node: Node, other: Node, given: Given, tokens: TokenServer
) -> None:
    """Rotation: the first node's request uses the refresh token up, the second one's is refused."""
    connection, first = await held_renewal(node, given, tokens)
    await node.database.execute(
        "UPDATE gateway_connections SET refresh_until = clock_timestamp() WHERE id = $1",
        connection.id,
    )

    def once(form: dict[str, str]) -> web.StreamResponse:
        if len(answered) == 0:
            answered.append(form)
            return tokens.json({"error": "invalid_grant"}, 400)
        return tokens.tokens(access_token="late", refresh_token="newest")

    answered: list[dict[str, str]] = []
    tokens.answer = once
    # The answer to the second request goes out first: its handler is not held at the gate.
    gate, tokens.gate = tokens.gate, asyncio.Event()
    tokens.gate.set()
    with pytest.raises(CredentialsRefused):
        await other.authorise(connection)
    assert (await node.read(connection)).status is Status.FAILED
    gate.set()
    assert token_of(await first) == "late"
    found = await node.read(connection)
    assert (found.status, found.error) == (Status.ACTIVE, None)
    assert node.secrets(found)["refresh_token"] == "newest"


async def test_a_late_answer_does_not_overwrite_credentials_that_were_entered_meanwhile(
    node: Node, given: Given, tokens: TokenServer
) -> None:
    connection, asking = await held_renewal(node, given, tokens)
    secrets = {**node.secrets(connection), "access_token": "entered", "refresh_token": "mine"}
    del secrets["expires_at"]
    newer = await node.connections.establish(connection.id, "oauth", secrets, {}, {})
    tokens.gate.set()
    assert token_of(await asking) == "entered"
    found = await node.read(connection)
    assert found.revision == newer.revision
    assert node.secrets(found)["refresh_token"] == "mine"


async def test_a_late_refusal_does_not_fail_credentials_that_were_entered_meanwhile(
    node: Node, given: Given, tokens: TokenServer
) -> None:
    tokens.refuses()
    connection, asking = await held_renewal(node, given, tokens)
    secrets = {**node.secrets(connection), "access_token": "entered"}
    del secrets["expires_at"]
    await node.connections.establish(connection.id, "oauth", secrets, {}, {})
    tokens.gate.set()
    assert token_of(await asking) == "entered"
    assert (await node.read(connection)).status is Status.ACTIVE


async def test_a_connection_that_is_deleted_meanwhile_stays_deleted(
    node: Node, given: Given, tokens: TokenServer, caller: Caller
) -> None:
    connection, asking = await held_renewal(node, given, tokens)
    await node.connections.delete(caller, connection.id)
    tokens.gate.set()
    with pytest.raises(NotFound):
        await asking
    row = await node.database.fetchrow(
        "SELECT status, sealed FROM gateway_connections WHERE id = $1", connection.id
    )
    assert row is not None
    assert (row["status"], row["sealed"]) == ("archived", None)


async def test_who_goes_away_does_not_take_the_renewal_along(
    node: Node, given: Given, tokens: TokenServer
) -> None:
    connection, asking = await held_renewal(node, given, tokens)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    tokens.gate.set()
    await node.authorise.stop()
    assert node.secrets(await node.read(connection))["access_token"] == "access-1"
