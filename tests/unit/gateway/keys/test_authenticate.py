"""Who is let in, for how long it is remembered, and who is not let in any more."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.unit.gateway.keys.support import (
    UNKNOWN,
    CountingDatabase,
    Gateway,
    MovedClock,
    signed,
)
from trunkline.gateway.errors import Unavailable
from trunkline.gateway.keys import Authenticate, Keys, Tenants
from trunkline.gateway.model import Caller
from trunkline.gateway.vault import Vault
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.store.errors import StoreUnavailable


@pytest.mark.parametrize("form", ["api_key", "token"])
async def test_a_key_is_let_in_in_both_forms(gateway: Gateway, form: str) -> None:
    new = await gateway.create(user="someone")
    caller = await gateway.authenticate(getattr(new, form))
    assert (caller.tenant_key, caller.user_key) == (f"t-{gateway.world_id}", "someone")
    assert (caller.world_id, caller.account_sid) == (gateway.world_id, gateway.account_sid)
    assert (caller.key_id, caller.subject, caller.is_admin) == (new.id, new.id, False)


@pytest.mark.parametrize(
    "bearer",
    [
        "tlk_" + "A" * 43,
        "pat-" + "A" * 43,
        "tlk_",
        "x",
        " ",
        "\0",
        "\ud800",
        "é" * 43,
        "a.b.c",
        "..",
        "x" * 10_000_000,
    ],
)
async def test_what_is_unknown_is_not_let_in(gateway: Gateway, bearer: str) -> None:
    assert await gateway.refused(bearer) == UNKNOWN


async def test_nothing_is_not_let_in(gateway: Gateway) -> None:
    assert "Send a key" in await gateway.refused("")


async def test_one_wrong_letter_is_enough(gateway: Gateway) -> None:
    new = await gateway.create()
    other = "A" if new.api_key[-5] != "A" else "B"
    assert await gateway.refused(new.api_key[:-5] + other + new.api_key[-4:]) == UNKNOWN
    assert await gateway.refused(new.api_key.lower().replace("tlk_", "TLK_")) == UNKNOWN


async def test_a_revoked_key_is_refused_at_once(gateway: Gateway) -> None:
    new = await gateway.create()
    token = signed(new)
    for bearer in (new.api_key, new.token, token):
        await gateway.authenticate(bearer)
    await gateway.keys.revoke(new.id)
    for bearer in (new.api_key, new.token, token, signed(new, id="customer-2")):
        assert await gateway.refused(bearer) == "This key was revoked."


async def test_the_node_that_revokes_it_needs_no_notice(
    database: Database, quiet: Gateway, vault: Vault, sids: SidFactory
) -> None:
    new = await quiet.create()
    token = signed(new)
    for bearer in (new.api_key, token):
        await quiet.authenticate(bearer)
    keys = Keys(*(database, vault, quiet.tenants, quiet.authenticate), sids=sids, clock=quiet.clock)
    await keys.revoke(new.id)
    for bearer in (new.api_key, token):
        assert await quiet.refused(bearer) == "This key was revoked."


async def test_another_node_hears_of_it(
    database: Database, gateway: Gateway, vault: Vault, tenants: Tenants, clock: MovedClock
) -> None:
    there = Authenticate(database, vault, tenants, clock, monotonic=clock.monotonic)
    new = await gateway.create()
    await there(new.api_key)
    heard = asyncio.Event()
    database.on_change("gateway_keys", lambda key: heard.set() if key == new.id else None)
    await gateway.keys.revoke(new.id)
    await asyncio.wait_for(heard.wait(), 30)
    gateway.authenticate = there
    assert await gateway.refused(new.api_key) == "This key was revoked."
    await there.stop()


@pytest.mark.parametrize("form", ["api_key", "workspace"])
async def test_a_node_that_heard_nothing_refuses_it_after_five_seconds(
    quiet: Gateway, form: str
) -> None:
    new = await quiet.create()
    bearer = new.api_key if form == "api_key" else signed(new)
    await quiet.authenticate(bearer)
    await quiet.keys.revoke(new.id)
    quiet.clock.advance(seconds=4.9)
    await quiet.authenticate(bearer)
    quiet.clock.advance(seconds=0.1)
    assert await quiet.refused(bearer) == "This key was revoked."


async def test_missed_notices_empty_the_memory(quiet: Gateway) -> None:
    new = await quiet.create()
    await quiet.authenticate(new.api_key)
    await quiet.keys.revoke(new.id)
    quiet.authenticate._known.forget_all()
    assert await quiet.refused(new.api_key) == "This key was revoked."


async def test_a_change_during_a_lookup_is_not_overlooked(
    quiet: Gateway, counting: CountingDatabase
) -> None:
    new = await quiet.create()
    counting.go_on = go_on = asyncio.Event()
    lookup = asyncio.create_task(quiet.refused(new.api_key))
    await counting.started.wait()  # it has read that the key is good
    await quiet.keys.revoke(new.id)
    quiet.authenticate.forget(new.id)
    go_on.set()
    assert await lookup == "This key was revoked."


async def test_a_key_expires(gateway: Gateway) -> None:
    new = await gateway.create(expires_in=timedelta(minutes=1))
    token = signed(new)
    for bearer in (new.api_key, token):
        await gateway.authenticate(bearer)
    gateway.clock.advance(seconds=59.9)
    await gateway.authenticate(new.api_key)
    gateway.clock.advance(seconds=0.1)
    for bearer in (new.api_key, token, signed(new, id="customer-2")):
        assert await gateway.refused(bearer) == "This key has expired."


async def test_a_busy_key_costs_the_database_nothing(
    quiet: Gateway, counting: CountingDatabase
) -> None:
    new = await quiet.create()
    token = signed(new)
    for bearer in (new.api_key, new.token, token):
        first = await quiet.authenticate(bearer)
        for _ in range(5):
            assert await quiet.authenticate(bearer) is first
    await quiet.authenticate.stop()
    assert counting.asked == 2  # the key once for all three, and when it was used
    quiet.clock.advance(seconds=5)
    for bearer in (new.api_key, new.token, token):
        await quiet.authenticate(bearer)
    assert counting.asked == 3


async def test_many_that_come_at_once_ask_once(quiet: Gateway, counting: CountingDatabase) -> None:
    new = await quiet.create()
    callers = await asyncio.gather(*(quiet.authenticate(new.api_key) for _ in range(50)))
    assert len(set(callers)) == 1
    await quiet.authenticate.stop()
    assert counting.asked == 2


async def test_one_that_goes_away_while_it_waits_takes_nobody_along(
    quiet: Gateway, counting: CountingDatabase
) -> None:
    new = await quiet.create()
    counting.go_on = go_on = asyncio.Event()
    first, second = (asyncio.create_task(quiet.authenticate(new.api_key)) for _ in range(2))
    await counting.started.wait()
    first.cancel()
    go_on.set()
    assert (await second).key_id == new.id
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_unknown_keys_take_no_memory(quiet: Gateway, counting: CountingDatabase) -> None:
    for letter in "ABC":
        await quiet.refused("tlk_" + letter * 43)
        await quiet.refused(letter)
    assert not quiet.authenticate._seen
    assert not quiet.authenticate._known._by_name
    assert counting.asked == 3  # one question a key, and none for what is none


async def test_the_memory_is_bounded(
    quiet: Gateway,
    counting: CountingDatabase,
    vault: Vault,
    tenants: Tenants,
    clock: MovedClock,
) -> None:
    small = Authenticate(
        counting,  # type: ignore[arg-type]
        vault,
        tenants,
        clock,
        monotonic=clock.monotonic,
        most=2,
    )
    made = [await quiet.create() for _ in range(5)]
    for _ in range(2):
        for new in made:
            assert (await small(new.api_key)).key_id == new.id
            assert len(small._seen) <= 2
            assert len(small._known._by_id) <= 2
            assert len(small._known._by_name) <= 4
    await small.stop()


async def test_a_database_that_cannot_be_reached_lets_nobody_in(
    quiet: Gateway, counting: CountingDatabase
) -> None:
    new = await quiet.create()
    await quiet.authenticate(new.api_key)
    await quiet.authenticate.stop()
    counting.error = StoreUnavailable("The database cannot be reached.")
    await quiet.authenticate(new.api_key)
    quiet.clock.advance(seconds=5)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await quiet.authenticate(new.api_key)
    counting.error = None
    await quiet.authenticate(new.api_key)


async def test_others_may_vouch_for_what_is_unknown_here(gateway: Gateway) -> None:
    new = await gateway.create()
    known = await gateway.authenticate(new.api_key)
    asked: list[str] = []

    async def nobody(bearer: str) -> Caller | None:
        asked.append(bearer)
        return None

    async def somebody(bearer: str) -> Caller | None:
        return known if bearer == "an access token" else None

    gateway.authenticate.verifiers += [nobody, somebody]
    assert await gateway.authenticate("an access token") is known
    foreign = signed(new, iss="https://issuer.example")
    assert await gateway.refused(foreign) == UNKNOWN
    await gateway.authenticate(new.token)
    await gateway.refused("tlk_" + "A" * 43)
    assert asked == ["an access token", foreign]
