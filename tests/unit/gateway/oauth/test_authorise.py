"""`Authorise`: what needs no renewal, 401s, and credentials that are not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.unit.gateway.oauth.stand_ins import SECRET, Given, MakeNode, Node, TokenServer, token_of
from trunkline.gateway.connections import bound_of
from trunkline.gateway.connections.changes import owner_of
from trunkline.gateway.connectors.declare import Injected
from trunkline.gateway.errors import ConnectionNotActive, CredentialsRefused
from trunkline.gateway.model import Caller, Status
from trunkline.gateway.oauth import CannotRefresh
from trunkline.gateway.vault import Bound, Vault


@pytest.fixture
def opens(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The subjects of all that is opened."""
    found: list[str] = []
    opening = vault.open

    def open(sealed: bytes, bound: Bound) -> dict[str, str]:
        found.append(bound.subject)
        return opening(sealed, bound)

    monkeypatch.setattr(vault, "open", open)
    return found


async def test_a_key_is_opened_once_however_often_it_is_used(
    node: Node, given: Given, opens: list[str]
) -> None:
    connection = await given.key()
    for _ in range(1_000):
        assert await node.authorise(connection) == Injected(query={"key": "k-123"})
    assert opens == [connection.id]


async def test_a_valid_token_is_used_without_any_request(
    node: Node, given: Given, tokens: TokenServer, opens: list[str]
) -> None:
    connection = await given.oauth(seconds=600, ends=900)
    for _ in range(100):
        assert token_of(await node.authorise(connection)) == "access-0"
    assert tokens.forms == []
    assert opens == [connection.id]


async def test_new_credentials_take_the_place_of_the_old_ones_at_once(
    node: Node, given: Given
) -> None:
    connection = await given.key()
    await node.authorise(connection)
    newer = await node.connections.establish(connection.id, "key", {"api_key": "k-9"}, {}, {})
    assert await node.authorise(newer) == Injected(query={"key": "k-9"})


async def test_what_was_opened_is_dropped_with_a_change_on_another_node(
    node_of: MakeNode, node: Node, given: Given, caller: Caller, opens: list[str]
) -> None:
    connection = await given.key()
    await node.authorise(connection)
    with node.changes.watch(owner_of(connection.tenant_id, connection.user_id)) as heard:
        await node_of().connections.delete(caller, connection.id)
        await heard.wait()
    await node.authorise(connection)  # a request that is under way already
    assert opens == [connection.id, connection.id]


async def test_a_401_to_a_key_is_passed_on(node: Node, given: Given) -> None:
    connection = await given.key()
    got = await node.authorise(connection)
    with pytest.raises(CannotRefresh):
        await node.authorise(connection, refused=got)


async def test_a_401_to_a_token_has_it_renewed_once(
    node: Node, given: Given, tokens: TokenServer
) -> None:
    connection = await given.oauth(seconds=600, ends=900)
    refused = await node.authorise(connection)
    assert token_of(await node.authorise(connection, refused=refused)) == "access-1"
    # The same value of the connection, as a request holds it, and the same refused token.
    assert token_of(await node.authorise(connection, refused=refused)) == "access-1"
    assert token_of(await node.authorise(await node.read(connection))) == "access-1"
    assert len(tokens.forms) == 1


async def test_a_token_that_is_refused_as_soon_as_it_was_renewed_is_not_renewed_again(
    node: Node, given: Given, tokens: TokenServer
) -> None:
    connection = await given.oauth(seconds=600, ends=900)
    first = await node.authorise(connection)
    second = await node.authorise(connection, refused=first)
    with pytest.raises(CannotRefresh):
        await node.authorise(connection, refused=second)
    assert len(tokens.forms) == 1
    assert (await node.read(connection)).status is Status.ACTIVE


async def test_another_node_renewed_the_token_that_was_refused(
    node_of: MakeNode, node: Node, given: Given, tokens: TokenServer
) -> None:
    connection = await given.oauth(seconds=600, ends=900)
    refused = await node.authorise(connection)
    await node_of().authorise(connection, refused=refused)
    assert token_of(await node.authorise(connection, refused=refused)) == "access-1"
    assert len(tokens.forms) == 1


async def test_credentials_that_are_not_stored_are_never_renewed(
    node: Node, given: Given, tokens: TokenServer
) -> None:
    stored = await given.oauth(seconds=600, ends=900)
    secrets = {**node.secrets(stored), "access_token": "tried"}
    tried = replace(stored, sealed=node.vault.seal(secrets, bound_of(stored)))
    got = await node.authorise(tried)
    assert token_of(got) == "tried"
    with pytest.raises(CannotRefresh):
        await node.authorise(tried, refused=got)
    assert tokens.forms == []
    assert token_of(await node.authorise(stored)) == "access-0"


async def test_a_token_that_ends_and_cannot_be_renewed_fails_the_connection(
    node: Node, given: Given, tokens: TokenServer
) -> None:
    connection = await given.oauth(refresh_token=None)
    with pytest.raises(CredentialsRefused, match="access has ended"):
        await node.authorise(connection)
    found = await node.read(connection)
    assert found.status is Status.FAILED
    assert found.error is not None
    assert "Connect it again" in found.error
    assert tokens.forms == []


async def test_a_token_without_an_end_is_not_renewed_by_time(
    node: Node, given: Given, tokens: TokenServer
) -> None:
    connection = await given.oauth(refresh_token=None, expires_at=None)
    assert token_of(await node.authorise(connection)) == "access-0"
    with pytest.raises(CannotRefresh):
        await node.authorise(connection, refused=await node.authorise(connection))
    assert tokens.forms == []


async def test_credentials_of_another_connection_do_not_open(node: Node, given: Given) -> None:
    mine, theirs = await given.oauth(seconds=600, ends=900), await given.key()
    swapped = replace(mine, sealed=theirs.sealed)
    with pytest.raises(ConnectionNotActive, match="do not open") as caught:
        await node.authorise(swapped)
    assert "k-123" not in repr(caught.value)
    other_tenant = replace(mine, tenant_id=mine.user_id)
    with pytest.raises(ConnectionNotActive, match="do not open"):
        await node.authorise(other_tenant)
    assert (await node.read(mine)).status is Status.ACTIVE


async def test_nobody_entered_credentials_yet(node: Node, given: Given) -> None:
    with pytest.raises(ConnectionNotActive):
        await node.authorise(await given.pending())


async def test_credentials_that_are_incomplete_are_told_as_such(node: Node, given: Given) -> None:
    pending = await given.pending()
    connection = await node.connections.establish(pending.id, "key", {"other": SECRET}, {}, {})
    with pytest.raises(ConnectionNotActive, match="incomplete") as caught:
        await node.authorise(connection)
    assert SECRET not in repr(caught.value)


async def test_the_platforms_own_account_is_that_of_the_tenant(
    node: Node, given: Given, caller: Caller
) -> None:
    pending = await given.pending()
    claims = {"account_sid": "AC" + "0" * 32}
    connection = await node.connections.establish(pending.id, "platform", {}, {}, claims)
    node.accounts[caller.account_sid] = "token-1"
    got = await node.authorise(connection)
    assert got.headers == {"account_sid": caller.account_sid, "auth_token": "token-1"}
    with pytest.raises(CannotRefresh):
        await node.authorise(connection, refused=got)
    node.accounts[caller.account_sid] = "token-2"
    assert (await node.authorise(connection, refused=got)).headers["auth_token"] == "token-2"


async def test_nothing_that_is_kept_shows_a_secret(node: Node, given: Given) -> None:
    connection = await given.oauth(seconds=600, ends=900)
    got = await node.authorise(connection)
    shown: Mapping[str, object] = {
        "injected": got,
        "connection": connection,
        "opened": node.authorise._opened.get(connection),
        "authorise": vars(node.authorise),
    }
    assert shown["opened"] is not None
    assert "access-0" not in repr(shown)
    assert SECRET not in repr(shown)
