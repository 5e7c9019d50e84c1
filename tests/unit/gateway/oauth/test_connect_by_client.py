"""Connecting where nobody is asked."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from tests.unit.gateway.oauth.stand_ins import (
    CONNECTOR,
    SECRET,
    Given,
    Node,
    TokenServer,
    token_of,
)
from trunkline.gateway.errors import BadRequest, CredentialsRefused, InputInvalid, Unavailable
from trunkline.gateway.model import Status
from trunkline.gateway.oauth import ConnectByClient

METHOD = CONNECTOR.methods[1]
ENTERED = {"client_id": "me", "client_secret": SECRET}


@pytest.fixture
def connect(node: Node) -> ConnectByClient:
    async def describe(*_: Any) -> dict[str, str]:
        return {"account": "A1"}

    return ConnectByClient(node.connections, node.ask, describe=describe)


async def test_a_client_is_connected(
    connect: ConnectByClient, node: Node, given: Given, tokens: TokenServer
) -> None:
    tokens.rotate = False
    connection = await connect(await given.pending(), METHOD, ENTERED, {"region": "eu"})
    assert connection.status is Status.ACTIVE
    assert connection.settings == {"region": "eu"}
    assert connection.metadata == {"account": "A1"}
    assert connection.refresh_at is not None  # by the client, without a refresh token
    assert tokens.forms[0]["grant_type"] == "client_credentials"
    assert token_of(await node.authorise(connection)) == "access-1"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (web.json_response({"error": "invalid_client"}, status=401), CredentialsRefused),
        (web.Response(status=503), Unavailable),
        (web.Response(text="x" * (2 << 20)), Unavailable),
    ],
)
async def test_a_failed_attempt_changes_nothing(
    connect: ConnectByClient,
    node: Node,
    given: Given,
    tokens: TokenServer,
    answer: web.Response,
    error: type[Exception],
) -> None:
    active = await given.key()
    tokens.answer = lambda _: answer
    with pytest.raises(error) as caught:
        await connect(active, METHOD, ENTERED, {})
    assert SECRET not in repr(caught.value)
    assert await node.read(active) == active


async def test_a_method_that_asks_a_person_is_not_for_this(
    connect: ConnectByClient, given: Given, tokens: TokenServer
) -> None:
    with pytest.raises(BadRequest):
        await connect(await given.pending(), CONNECTOR.methods[0], ENTERED, {})
    with pytest.raises(InputInvalid):
        await connect(await given.pending(), METHOD, {"client_id": "a\x00"}, {})
    assert tokens.forms == []
