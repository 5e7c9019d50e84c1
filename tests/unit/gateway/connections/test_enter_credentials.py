"""Credentials are checked, tried at the provider, and only then kept."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.gateway.connections.stand_ins import ACME, RIGHT, WRONG, Core
from trunkline.gateway.connections import EntryInvalid, SessionBusy, SessionGone, check_entered
from trunkline.gateway.errors import (
    BadRequest,
    CredentialsRefused,
    GatewayError,
    NotFound,
    OutcomeUnknown,
    Unavailable,
    UpstreamTimeout,
)
from trunkline.gateway.model import Caller

BASIC = ACME.methods[0]


async def test_right_ones_are_kept(core: Core, caller: Caller) -> None:
    made = await core.connections.create(caller, "acme", settings={"region": "old"})
    given = {"user": " AC1\n", "password": "right-secret ", "region": "eu", "more": "x"}
    active = await core.enter(made, None, given)

    assert (active.status, active.method) == ("active", "basic")
    assert core.secrets(active) == RIGHT
    assert active.settings == {"region": "eu"}
    assert active.metadata == {"account": "7"}
    assert core.provider.asked == [("GET", "/accounts/AC1", {"region": "eu"})]


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_wrong_ones_change_nothing(core: Core, caller: Caller, status: int) -> None:
    pending = await core.connections.create(caller, "acme")
    active = await core.active(caller)
    core.provider.status = status
    for made in (pending, active):
        with pytest.raises(CredentialsRefused) as refused:
            await core.enter(made, "basic", WRONG)
        assert WRONG["password"] not in str(refused.value)
        assert await core.connections.read(made.id) == made


@pytest.mark.parametrize(
    ("raised", "status", "error"),
    [
        (UpstreamTimeout(), None, UpstreamTimeout),
        (OutcomeUnknown(), None, Unavailable),
        (None, 500, Unavailable),
        (None, 429, Unavailable),
        (None, 302, Unavailable),
    ],
)
async def test_a_provider_that_cannot_be_asked_refuses_nothing(
    core: Core,
    caller: Caller,
    raised: GatewayError | None,
    status: int | None,
    error: type[GatewayError],
) -> None:
    made = await core.connections.create(caller, "acme")
    core.provider.raises, core.provider.status = raised, status
    with pytest.raises(error):
        await core.enter(made, "basic", RIGHT)
    assert await core.connections.read(made.id) == made


async def test_what_was_not_entered_is_not_tried(core: Core, caller: Caller) -> None:
    made = await core.connections.create(caller, "acme")
    token = await core.sessions.open(made)
    with pytest.raises(EntryInvalid) as refused:
        await core.enter(made, "basic", {"user": "BC1", "password": " "}, session=token)

    assert refused.value.faults == {
        "user": "User does not look right.",
        "password": "Password is missing.",
    }
    assert core.provider.asked == []
    assert (await core.sessions.look(token)).tries_left == 10


@given(st.dictionaries(st.sampled_from(["user", "password", "region", "x"]), st.text()))
def test_whatever_is_entered(entered: dict[str, str]) -> None:
    try:
        checked = check_entered(BASIC, entered)
    except EntryInvalid:
        return
    assert set(checked.secrets) == {"user", "password"}
    for value in (*checked.secrets.values(), *checked.settings.values()):
        assert value == value.strip()
        value.encode()
        assert not set(value) & {"\0", "\r", "\n"}


def test_entries_beyond_measure() -> None:
    for text in ("x" * 10_000_000, "a\0b", "\ud800", "a\nb", "a\r\nX-Header: b"):
        with pytest.raises(EntryInvalid) as refused:
            check_entered(BASIC, {"user": "AC1", "password": text})
        assert set(refused.value.faults) == {"password"}
        assert len(refused.value.message) < 100
    key = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----"
    assert check_entered(BASIC, {"user": "AC1", "password": key}).secrets["password"] == key
    assert key not in repr(check_entered(BASIC, {"user": "AC1", "password": key}))


async def test_a_session_is_used_up_by_success_alone(core: Core, caller: Caller) -> None:
    made = await core.connections.create(caller, "acme")
    token = await core.sessions.open(made)
    other = await core.sessions.open(made)
    with pytest.raises(CredentialsRefused):
        await core.enter(made, "basic", WRONG, session=token)
    assert (await core.enter(made, "basic", RIGHT, session=token)).status == "active"
    for used in (token, other):
        with pytest.raises(SessionGone):
            await core.enter(made, "basic", RIGHT, session=used)
    assert (await core.connections.read(made.id)).revision == 1


@pytest.mark.parametrize("method", ["basic", "machine"])
async def test_of_two_windows_one_connects(core: Core, caller: Caller, method: str) -> None:
    made = await core.connections.create(caller, "acme")
    token = await core.sessions.open(made)
    given = {**RIGHT, "client_secret": "s"}
    held = core.provider if method == "basic" else core.by_client
    held.hold = asyncio.Event()
    first = asyncio.create_task(core.enter(made, method, given, session=token))
    await held.waiting.wait()
    with pytest.raises(SessionBusy):
        await core.enter(made, method, given, session=token)
    held.hold.set()

    assert (await first).status == "active"
    with pytest.raises(SessionGone):
        await core.enter(made, method, given, session=token)
    assert (await core.connections.read(made.id)).revision == 1


async def test_deleted_while_the_provider_is_asked(core: Core, caller: Caller) -> None:
    made = await core.connections.create(caller, "acme")
    token = await core.sessions.open(made)
    core.provider.hold = asyncio.Event()
    entering = asyncio.create_task(core.enter(made, "basic", RIGHT, session=token))
    await core.provider.waiting.wait()
    await core.connections.delete(caller, made.id)
    core.provider.hold.set()

    with pytest.raises(NotFound):
        await entering
    sealed = await core.database.fetchval(
        "SELECT sealed FROM gateway_connections WHERE id = $1", made.id
    )
    assert sealed is None


async def test_the_other_methods(core: Core, caller: Caller) -> None:
    made = await core.connections.create(caller, "acme")
    with pytest.raises(BadRequest):
        await core.enter(made, "sign_in", {"client_id": "a", "client_secret": "b"})
    with pytest.raises(BadRequest):
        await core.enter(made, "nothing", RIGHT)
    by_client = await core.enter(made, "machine", {"client_secret": "b"})
    assert core.secrets(by_client) == {"client_secret": "b", "access_token": "t"}
    own = await core.enter(made, "PLATFORM", {})
    assert (own.method, own.metadata) == ("platform", {"account_sid": caller.account_sid})
    core.by_client.refuse = CredentialsRefused()
    with pytest.raises(CredentialsRefused):
        await core.enter(made, "machine", {"client_secret": "b"})
    assert await core.connections.read(made.id) == own
