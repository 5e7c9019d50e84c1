"""Connections: made, listed, found, chosen, renamed, waited for, deleted."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.gateway.connections.stand_ins import RIGHT, Core, texts_of_any_kind
from trunkline.gateway.connections.changes import MOST_WAITING, owner_of
from trunkline.gateway.connections.connections import _place_of
from trunkline.gateway.connections.lookup import Lookup
from trunkline.gateway.errors import (
    AccessDenied,
    AlreadyExists,
    BadRequest,
    ConnectionMissing,
    ConnectionNotActive,
    NotFound,
    RateLimited,
    WrongApp,
)
from trunkline.gateway.model import Caller, Status
from trunkline.store import Database

HOSTILE = list(texts_of_any_kind())


async def test_a_new_one_waits_for_credentials(core: Core, caller: Caller) -> None:
    made = await core.connections.create(caller, "cnt_acme", name="  Mine ", key="k")

    assert (made.status, made.name, made.key, made.connector) == ("pending", "Mine", "k", "acme")
    assert made.sealed is None
    assert len(made.id) == 36
    assert await core.connections.get(caller, made.id) == made
    assert await core.connections.get(caller, made.id.replace("-", "").upper()) == made
    assert await core.connections.get(caller, "k") == made


async def test_an_account_of_this_platform_needs_nobody(core: Core, caller: Caller) -> None:
    made = await core.connections.create(caller, "house")

    assert made.status is Status.ACTIVE
    assert made.metadata == {"account_sid": caller.account_sid}
    assert core.secrets(made) == {}
    assert await core.connections.choose(caller, "house", None) == made


async def test_in_production_a_customer_does_not_get_the_tenants_account(
    core: Core, caller: Caller
) -> None:
    customer = await core.caller(caller.tenant_id, "customer")
    strict = Core(core.database, core.sids, development=False)

    with pytest.raises(AccessDenied):
        await strict.connections.create(customer, "house")
    with pytest.raises(AccessDenied):
        await strict.requests.create(customer, "house")
    assert (await strict.connections.list(customer)).items == ()

    for trusted in (caller, replace(customer, is_admin=True)):
        assert (await strict.connections.create(trusted, "house")).status == "active"
    assert (await core.connections.create(customer, "house")).status == "active"


async def test_not_everybody_may_wait_at_once(core: Core, caller: Caller) -> None:
    made = await core.connections.create(caller, "acme")
    other = await core.active(await core.caller(caller.tenant_id, "other"))
    owner = owner_of(caller.tenant_id, caller.user_id)

    with ExitStack() as waiting:
        for _ in range(MOST_WAITING):
            waiting.enter_context(core.changes.watch(owner))
        with pytest.raises(RateLimited):
            await core.connections.wait(caller, made.id, 30)
        owner_of_other = await core.connections.caller_of(other)
        assert await core.connections.wait(owner_of_other, other.id, 30)
    assert (await core.connections.wait(caller, made.id, 0)).status == "pending"


async def test_in_production_the_platform_stands_in_for_nobody(core: Core, caller: Caller) -> None:
    strict = Core(core.database, core.sids, development=False)

    assert (await core.connections.create(caller, "acme", method="platform")).status == "active"
    with pytest.raises(BadRequest):
        await strict.connections.create(caller, "acme", method="platform")
    assert (await strict.connections.create(caller, "house")).status == "active"


async def test_a_method_is_a_key_or_a_kind(core: Core, caller: Caller) -> None:
    assert (await core.connections.create(caller, "acme", method="BASIC")).method == "basic"
    assert (await core.connections.create(caller, "acme", method="machine")).method == "machine"
    with pytest.raises(BadRequest):
        await core.connections.create(caller, "acme", method="MCP")


async def test_keys_are_unique_within_a_user(core: Core, caller: Caller) -> None:
    other = await core.caller(caller.tenant_id, "other")
    made = await core.connections.create(caller, "acme", key="k")
    second = await core.connections.create(caller, "acme")
    await core.connections.create(other, "acme", key="k")

    with pytest.raises(AlreadyExists):
        await core.connections.create(caller, "acme", key="k")
    with pytest.raises(AlreadyExists):
        await core.connections.patch(caller, second.id, key="k")
    await core.connections.delete(caller, made.id)
    again = await core.connections.create(caller, "acme", key="k")
    assert await core.connections.get(caller, "k") == again


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_names_and_keys_that_cannot_be(core: Core, caller: Caller, text: str) -> None:
    made = await core.connections.create(caller, "acme")

    for attempt in (
        core.connections.create(caller, "acme", name=text),
        core.connections.create(caller, "acme", key=text),
        core.connections.create(caller, "acme", settings={"region": text * 10}),
        core.connections.patch(caller, made.id, name=text),
        core.connections.patch(caller, made.id, key=text),
    ):
        with pytest.raises(BadRequest):
            await attempt
    with pytest.raises(NotFound):
        await core.connections.get(caller, text)
    assert (await core.connections.list(caller, search=text)).items == ()
    assert (await core.connections.list(caller)).items == (made,)


@pytest.mark.parametrize(
    "url",
    ids=range(16),
    argvalues=[
        "http://a.example/",
        "javascript:alert(1)",
        "https://",
        "https://user@a.example/",
        "https://a.example\\@b.example/",
        "https://a.example/#x",
        "https://a.example/ b",
        "http://localhost.a.example/",
        "http://127.0.0.1.a.example/",
        "http://[::1",
        "//a.example/",
        "https://ä.example/",
        "https://a.example:99999/",
        "https://a.example/\0",
        "https://a.example/\ud800",
        "https://a.example/" + "x" * 10_000_000,
    ],
)
async def test_where_nobody_is_sent(core: Core, caller: Caller, url: str) -> None:
    with pytest.raises(BadRequest):
        await core.connections.create(caller, "acme", redirect_uri=url)


@pytest.mark.parametrize(
    "url",
    ["https://a.example/x?y=1", "http://localhost:3/", "http://127.9.9.9/", "http://[::1]:80/"],
)
async def test_where_one_is_sent(core: Core, caller: Caller, url: str) -> None:
    made = await core.connections.create(caller, "acme", redirect_uri=url)
    assert (await core.sessions.look(await core.sessions.open(made))).go_to == url


async def test_settings_are_those_of_the_connector(core: Core, caller: Caller) -> None:
    made = await core.connections.create(caller, "acme", settings={"region": " eu "})
    assert made.settings == {"region": "eu"}
    for settings in ({"password": "x"}, {"region": 7}, {"region": "x" * 2049}):
        with pytest.raises(BadRequest):
            await core.connections.create(caller, "acme", settings=settings)


async def test_without_several_the_one_is_given_again(core: Core, caller: Caller) -> None:
    first = await core.connections.create(caller, "acme", allow_multiple=False)
    working = await core.active(caller)

    assert await core.connections.create(caller, "acme", allow_multiple=False) == working
    await core.connections.delete(caller, working.id)
    assert await core.connections.create(caller, "acme", allow_multiple=False) == first


async def test_of_several_at_once_one_is_made(core: Core, caller: Caller) -> None:
    made = await asyncio.gather(
        *(core.connections.create(caller, "acme", allow_multiple=False) for _ in range(8))
    )
    assert len({each.id for each in made}) == 1
    assert len((await core.connections.list(caller)).items) == 1


async def test_others_are_as_unknown(core: Core, caller: Caller) -> None:
    made = await core.active(caller, key="mine")
    user = await core.caller(caller.tenant_id, "other")
    tenant = await core.caller()
    unknown = core.sids.new_id()
    answers = set()
    for who, name in (
        (user, made.id),
        (tenant, made.id),
        (user, "mine"),
        (caller, unknown),
        (caller, "unknown"),
        (caller, ""),
    ):
        for attempt in (
            core.connections.get(who, name),
            core.connections.choose(who, "acme", name),
            core.connections.patch(who, name, name="x"),
            core.connections.delete(who, name),
            core.connections.wait(who, name, 0),
            core.test(who, name),
            core.requests.create(who, "acme", connection_id=name),
        ):
            with pytest.raises(NotFound) as refused:
                await attempt
            answers.add(refused.value.message)
    assert len(answers) == 1
    assert (await core.connections.list(user)).items == ()
    assert (await core.connections.list(tenant)).items == ()
    assert await core.connections.get(caller, made.id) == made


async def test_the_oldest_active_one_is_the_default(core: Core, caller: Caller) -> None:
    with pytest.raises(ConnectionMissing):
        await core.connections.choose(caller, "acme", None)
    pending = await core.connections.create(caller, "acme")
    old = await core.active(caller)
    new = await core.active(caller)

    assert (await core.connections.choose(caller, "acme", None)).id == old.id
    newest = Core(core.database, core.sids, newest=True).connections
    assert (await newest.choose(caller, "acme", None)).id == new.id
    await core.connections.delete(caller, old.id)
    assert (await core.connections.choose(caller, "acme", None)).id == new.id
    await core.connections.establish(pending.id, "basic", RIGHT, {}, {})
    assert (await core.connections.choose(caller, "acme", None)).id == pending.id


async def test_the_one_that_is_named(core: Core, caller: Caller) -> None:
    pending = await core.connections.create(caller, "acme", key="p")
    house = await core.connections.create(caller, "house")
    active = await core.active(caller)

    assert await core.connections.choose(caller, "acme", active.id) == active
    with pytest.raises(ConnectionNotActive):
        await core.connections.choose(caller, "acme", "p")
    with pytest.raises(WrongApp):
        await core.connections.choose(caller, "acme", house.id)
    with pytest.raises(NotFound):
        await core.connections.choose(caller, "acme", core.sids.new_id())
    assert pending.status == "pending"


async def test_lists_have_pages_and_filters(core: Core, caller: Caller) -> None:
    made = [await core.connections.create(caller, "acme", name=f"n{n}") for n in range(5)]
    house = await core.connections.create(caller, "house", key="50%_key")
    active = await core.connections.establish(made[3].id, "basic", RIGHT, {}, {})

    seen, cursor = [], "0"
    while cursor is not None:
        page = await core.connections.list(caller, limit=2, cursor=cursor)
        assert len(page.items) <= 2
        seen += [each.id for each in page.items]
        cursor = page.cursor
    assert seen == [each.id for each in (*made, house)]

    async def ids(**filters: object) -> list[str]:
        page = await core.connections.list(caller, **filters)  # type: ignore[arg-type]
        return [each.id for each in page.items]

    assert await ids(connector="house") == [house.id]
    assert await ids(connector="unknown") == []
    assert await ids(status="active") == [active.id, house.id]
    assert await ids(status="archived") == []
    assert await ids(method="BASIC") == [active.id]
    assert await ids(method="platform") == [house.id]
    assert await ids(search="N2") == [made[2].id]
    assert await ids(search="%_") == [house.id]
    for bad in ({"cursor": "?"}, {"cursor": "x" * 300}, {"limit": 0}, {"status": "gone"}):
        with pytest.raises(BadRequest):
            await ids(**bad)


@given(st.text())
def test_a_cursor_may_be_anything(cursor: str) -> None:
    try:
        moment, last = _place_of(cursor)
    except BadRequest:
        return
    assert (moment is None) == (last is None)


async def test_name_and_key_change(core: Core, caller: Caller) -> None:
    made = await core.active(caller, key="k")

    assert (await core.connections.patch(caller, "k", name="New")).name == "New"
    assert (await core.connections.patch(caller, "k", key=None)).key is None
    with pytest.raises(NotFound):
        await core.connections.get(caller, "k")
    found = await core.connections.get(caller, made.id)
    assert (found.name, found.status, found.revision) == ("New", "active", made.revision)
    with pytest.raises(BadRequest):
        await core.connections.patch(caller, made.id, name=" ")


async def test_a_deleted_one_is_gone_with_all_it_had(core: Core, caller: Caller) -> None:
    request = await core.requests.create(caller, "acme", key="k")
    made = await core.connections.establish(request.connection_id, "basic", RIGHT, {}, {})
    again = await core.requests.create(caller, "acme", connection_id="k")
    token = await core.sessions.open(made)

    archived = await core.connections.delete(caller, "k")

    assert (archived.status, archived.sealed) == ("archived", None)
    row = await core.database.fetchrow(
        "SELECT * FROM gateway_connections WHERE id = $1", archived.id
    )
    assert row is not None
    assert row["sealed"] is None
    assert (await core.requests.get(caller, again.id)).status == "cancelled"
    for attempt in (
        core.connections.get(caller, "k"),
        core.connections.get(caller, made.id),
        core.connections.delete(caller, made.id),
        core.connections.patch(caller, made.id, name="x"),
        core.connections.choose(caller, "acme", made.id),
        core.connections.read(made.id),
        core.connections.establish(made.id, "basic", RIGHT, {}, {}),
        core.sessions.look(token),
        core.sessions.spend(token),
        core.sessions.open(made),
        core.requests.open_session(again.id),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await core.connections.renew(made.id, RIGHT, revision=1, refresh_at=None) is None
    assert await core.connections.fail(made.id, "no", revision=1) is None
    await core.connections.note_attempt_failed(made.id, "no")
    row = await core.database.fetchrow(
        "SELECT * FROM gateway_connections WHERE id = $1", archived.id
    )
    assert row is not None
    assert (row["status"], row["sealed"], row["error"]) == ("archived", None, None)


async def test_what_was_found_before_a_change_is_not_found_after_it(
    core: Core, caller: Caller
) -> None:
    """On another node, whose memory has it: the notice empties that."""
    there = Core(core.database, core.sids)
    made = await core.active(caller)
    assert (await there.connections.choose(caller, "acme", None)).id == made.id
    await core.connections.delete(caller, made.id)
    await core.heard()

    with pytest.raises(ConnectionMissing):
        await there.connections.choose(caller, "acme", None)
    with pytest.raises(NotFound):
        await there.connections.get(caller, made.id)


async def test_the_hot_path_asks_the_database_once(core: Core, caller: Caller) -> None:
    made = await core.active(caller)
    await core.heard()
    await core.connections.choose(caller, "acme", None)
    await core.connections.choose(caller, "acme", made.id)
    await core.database.execute("UPDATE gateway_connections SET name = 'x' WHERE id = $1", made.id)

    assert (await core.connections.choose(caller, "acme", None)).name == "Acme"
    assert (await core.connections.get(caller, made.id)).name == "Acme"
    core.clock.move(seconds=6)  # without any notice
    assert (await core.connections.get(caller, made.id)).name == "x"


async def test_a_clock_that_is_set_back_keeps_nothing_longer(core: Core, caller: Caller) -> None:
    made = await core.active(caller)
    await core.heard()
    await core.connections.get(caller, made.id)
    await core.database.execute("UPDATE gateway_connections SET name = 'x' WHERE id = $1", made.id)
    core.clock.move(hours=-1)
    assert (await core.connections.get(caller, made.id)).name == "x"


class Overtaken:
    """A database whose answers come late: they wait until `late` is set."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.read, self.late = asyncio.Event(), asyncio.Event()

    async def fetchrow(self, *query: object) -> object:
        row = await self.database.fetchrow(*query)  # type: ignore[arg-type]
        self.read.set()
        await self.late.wait()
        return row


async def test_an_answer_that_a_change_overtook_is_not_remembered(
    core: Core, caller: Caller
) -> None:
    made = await core.active(caller)
    slow = Overtaken(core.database)
    lookup = Lookup(slow, core.clock, core.changes, False)  # type: ignore[arg-type]
    finding = asyncio.create_task(lookup.find(caller, made.id))
    await slow.read.wait()
    await core.connections.delete(caller, made.id)
    slow.late.set()

    assert await finding == made  # it asked before
    assert await lookup.find(caller, made.id) is None


async def test_waiting_ends_when_it_is_connected(core: Core, caller: Caller) -> None:
    made = await core.connections.create(caller, "acme")
    assert (await core.connections.wait(caller, made.id, 0)).status == "pending"

    there = Core(core.database, core.sids).connections
    waiting = asyncio.create_task(there.wait(caller, made.id, 60))
    here = asyncio.create_task(core.connections.wait(caller, made.id, 60))
    await asyncio.sleep(0)
    await core.connections.establish(made.id, "basic", RIGHT, {}, {})

    assert (await asyncio.wait_for(here, 20)).status == "active"
    assert (await asyncio.wait_for(waiting, 20)).status == "active"
    assert core.changes._waiting == {}


async def test_waiting_ends_when_it_is_deleted(core: Core, caller: Caller) -> None:
    made = await core.connections.create(caller, "acme")
    waiting = asyncio.create_task(core.connections.wait(caller, made.id, 60))
    await asyncio.sleep(0)
    await core.connections.delete(caller, made.id)

    with pytest.raises(NotFound):
        await asyncio.wait_for(waiting, 20)


async def test_uses_are_written_together(core: Core, caller: Caller) -> None:
    made = [await core.active(caller) for _ in range(2)]
    for each in made * 3:
        core.connections.note_used(each)
    await core.connections.write_uses()
    await core.connections.write_uses()

    page = await core.connections.list(caller)
    assert all(each.last_used_at is not None for each in page.items)


async def test_no_secret_is_shown_by_accident(core: Core, caller: Caller) -> None:
    made = await core.active(caller)
    assert RIGHT["password"] not in repr(made)
    assert RIGHT["password"] not in repr(await core.connections.list(caller))
