"""Sessions: one token, one use, a quarter of an hour."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.gateway.connections.stand_ins import Core
from trunkline.gateway.connections import SessionBusy, SessionGone
from trunkline.gateway.connections.sessions import MOST_TRIES, token_hash
from trunkline.gateway.model import Caller


async def test_a_token_is_kept_as_its_hash(core: Core, caller: Caller) -> None:
    made = await core.connections.create(caller, "acme", redirect_uri="https://a.example/")
    token = await core.sessions.open(made)
    session = await core.sessions.look(token)

    assert (session.connection, session.caller) == (made, caller)
    assert (session.request_id, session.go_to) == (None, "https://a.example/")
    assert session.tries_left == MOST_TRIES
    assert token not in repr(session)
    rows = await core.database.fetch(
        "SELECT * FROM gateway_connect_sessions WHERE connection_id = $1", made.id
    )
    assert len(rows) == 1
    assert token not in repr(rows)
    assert len(token) == 43


async def test_of_many_at_once_one_spends_it(core: Core, caller: Caller) -> None:
    token = await core.sessions.open(await core.connections.create(caller, "acme"))
    done = await asyncio.gather(
        *(core.sessions.spend(token) for _ in range(10)), return_exceptions=True
    )
    assert done.count(None) == 1
    assert sum(isinstance(each, SessionGone) for each in done) == 9
    with pytest.raises(SessionGone):
        await core.sessions.look(token)


async def test_it_ends_after_a_quarter_of_an_hour(core: Core, caller: Caller) -> None:
    token = await core.sessions.open(await core.connections.create(caller, "acme"))
    core.clock.move(minutes=14)
    await core.sessions.look(token)
    core.clock.move(minutes=1)
    for use in (core.sessions.look, core.sessions.spend):
        with pytest.raises(SessionGone):
            await use(token)
    with pytest.raises(SessionGone):
        async with core.sessions.trying(token):
            pass


async def test_tries_are_counted(core: Core, caller: Caller) -> None:
    token = await core.sessions.open(await core.connections.create(caller, "acme"))
    for left in range(MOST_TRIES, 0, -1):
        assert (await core.sessions.look(token)).tries_left == left
        async with core.sessions.trying(token):
            pass
    with pytest.raises(SessionGone):
        await core.sessions.look(token)
    with pytest.raises(SessionGone):
        async with core.sessions.trying(token):
            pass


async def test_one_try_at_a_time(core: Core, caller: Caller) -> None:
    token = await core.sessions.open(await core.connections.create(caller, "acme"))
    async with core.sessions.trying(token):
        with pytest.raises(SessionBusy):
            async with core.sessions.trying(token):
                pass
        core.clock.move(minutes=3)  # a node that died
        async with core.sessions.trying(token):
            pass
    assert (await core.sessions.look(token)).tries_left == MOST_TRIES - 2


@given(st.text())
def test_what_is_no_token_is_refused_without_a_query(text: str) -> None:
    try:
        assert len(token_hash(text)) == 32
    except SessionGone:
        return
    assert len(text) == 43
    assert text.isascii()
