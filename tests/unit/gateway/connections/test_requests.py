"""Requests: made, fulfilled, cancelled, too old."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.gateway.connections.stand_ins import RIGHT, Core
from trunkline.gateway.connections import sweep
from trunkline.gateway.errors import AlreadyExists, BadRequest, NotFound, WrongApp
from trunkline.gateway.model import Caller


async def test_a_request_ends_with_its_connection(core: Core, caller: Caller) -> None:
    made = await core.requests.create(
        caller, "acme", name="Mine", key="k", redirect_uri="https://a.example/"
    )
    assert (made.status, made.redirect_uri) == ("pending", "https://a.example/")
    there = Core(core.database, core.sids).requests
    waiting = asyncio.create_task(there.wait(caller, made.id, 60))
    token = await core.requests.open_session(made.id)
    session = await core.sessions.look(token)
    assert (session.request_id, session.go_to) == (made.id, "https://a.example/")
    assert session.caller == caller

    await core.connections.establish(made.connection_id, "basic", RIGHT, {}, {}, session=token)

    done = await asyncio.wait_for(waiting, 20)
    assert (done.status, done.connection_id) == ("success", made.connection_id)
    with pytest.raises(NotFound):
        await core.requests.open_session(made.id)


async def test_one_that_needs_nobody_has_ended(core: Core, caller: Caller) -> None:
    made = await core.requests.create(caller, "house")
    assert made.status == "success"
    assert made.ended_at is not None


async def test_connecting_again(core: Core, caller: Caller) -> None:
    active = await core.active(caller, key="k")
    made = await core.requests.create(caller, "acme", connection_id="k")

    assert (made.connection_id, made.status) == (active.id, "pending")
    assert (await core.connections.read(active.id)).status == "active"
    with pytest.raises(WrongApp):
        await core.requests.create(caller, "house", connection_id="k")


async def test_what_cannot_be_asked_for(core: Core, caller: Caller) -> None:
    await core.connections.create(caller, "acme", key="k")
    for attempt, error in (
        (core.requests.create(caller, "nothing"), NotFound),
        (core.requests.create(caller, "acme", key="k"), AlreadyExists),
        (core.requests.create(caller, "acme", redirect_uri="http://a.example"), BadRequest),
    ):
        with pytest.raises(error):
            await attempt
    assert len((await core.connections.list(caller)).items) == 1


async def test_others_requests_are_as_unknown(core: Core, caller: Caller) -> None:
    made = await core.requests.create(caller, "acme")
    other = await core.caller(caller.tenant_id, "other")
    for who, name in (
        (other, made.id),
        (caller, core.sids.new_id()),
        (caller, "\0"),
        (caller, "\ud800"),
        (caller, "x" * 10_000_000),
    ):
        for attempt in (
            core.requests.get(who, name),
            core.requests.cancel(who, name),
            core.requests.wait(who, name, 0),
        ):
            with pytest.raises(NotFound):
                await attempt


async def test_a_cancelled_one_lets_nobody_in(core: Core, caller: Caller) -> None:
    made = await core.requests.create(caller, "acme")
    token = await core.requests.open_session(made.id)

    assert (await core.requests.cancel(caller, made.id)).status == "cancelled"
    assert (await core.requests.cancel(caller, made.id)).status == "cancelled"
    with pytest.raises(NotFound):
        await core.sessions.look(token)
    with pytest.raises(NotFound):
        await core.requests.open_session(made.id)


async def test_old_ones_end_and_go(core: Core, caller: Caller) -> None:
    made = [await core.requests.create(caller, "acme") for _ in range(3)]
    done = await core.requests.create(caller, "house")
    tokens = [await core.requests.open_session(each.id) for each in made]
    waiting = asyncio.create_task(core.requests.wait(caller, made[0].id, 60))
    await asyncio.sleep(0)

    core.clock.move(hours=25)
    for each in made:
        with pytest.raises(NotFound):
            await core.requests.open_session(each.id)
    swept = await sweep(core.database, core.clock, core.changes, batch=2)
    assert swept.requests_ended >= 3
    assert swept.sessions >= 3
    ended = await asyncio.wait_for(waiting, 20)
    assert (ended.status, ended.error) == ("error", "Nobody connected it within a day.")
    assert (await core.requests.get(caller, done.id)).status == "success"
    for token in tokens:
        with pytest.raises(NotFound):
            await core.sessions.look(token)
    assert (await core.connections.read(made[0].connection_id)).status == "pending"

    core.clock.move(days=31)
    fresh = await core.requests.create(caller, "acme")
    assert (await sweep(core.database, core.clock, core.changes, batch=2)).requests >= 4
    with pytest.raises(NotFound):
        await core.requests.get(caller, made[0].id)
    assert (await core.requests.get(caller, fresh.id)).status == "pending"


async def test_where_one_goes_who_was_at_the_provider(core: Core, caller: Caller) -> None:
    made = await core.connections.create(caller, "acme", redirect_uri="https://a.example/1")
    assert await core.requests.go_to(made) == "https://a.example/1"
    await core.requests.create(
        caller, "acme", connection_id=made.id, redirect_uri="https://a.example/2"
    )
    await core.connections.establish(made.id, "basic", RIGHT, {}, {})
    assert await core.requests.go_to(made) == "https://a.example/2"
