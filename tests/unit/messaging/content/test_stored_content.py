"""Templates in the database: read by other nodes, changed by two at once, searched."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.waiting import eventually
from trunkline.clock import RealClock
from trunkline.messaging.content import search_content
from trunkline.messaging.content.change_content import ChangeContent
from trunkline.messaging.content.lookup import TemplateLookup
from trunkline.messaging.content.parameters import (
    CreateApprovalParameters,
    CreateContentParameters,
    SearchContentParameters,
    UpdateContentParameters,
)
from trunkline.messaging.content.render_content import RenderContent
from trunkline.messaging.content.search_content import SearchContent
from trunkline.rest.errors import ApiError
from trunkline.rest.operation import AccountIdentity
from trunkline.rest.pages import PageRequest
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import Worlds

FIRST = PageRequest(size=50, number=0, after=None, before=None, offset=0, token=None)


class Store:
    """A node's templates, for one account."""

    def __init__(self, database: Database, sids: SidFactory, worlds: Worlds) -> None:
        self.database, self.sids, self.worlds = database, sids, worlds
        self.templates = TemplateLookup(database)
        self.render = RenderContent(self.templates)
        self.search = SearchContent(database)
        self.account: AccountIdentity

    def change(self, *, approving: bool = True) -> ChangeContent:
        return ChangeContent(
            self.database, self.worlds, self.sids, self.templates, approving=approving
        )

    async def create(self, body: str = "Hi {{1}}", **fields: Any) -> str:
        asked = CreateContentParameters(
            **{"types": text(body), "language": "en", "variables": {"1": "Ann"}} | fields
        )
        row = await self.change().create(self.account, asked)
        return f"HX{row['id'].hex}"


def text(body: str) -> dict[str, dict[str, Any]]:
    return {"twilio/text": {"body": body}}


@pytest.fixture
async def store(database: Database, sids: SidFactory, world_id: str, account_id: str) -> Store:
    worlds = Worlds(database, RealClock(), sids)
    await worlds.load()
    made = Store(database, sids, worlds)
    sid = f"AC{account_id}"
    made.account = AccountIdentity(sid, sid, world_id, "active", "live")
    return made


async def rendered(store: Store, sid: str) -> str:
    found = await store.render(store.account.sid, sid, None, "+15558675309")
    return found.body


async def refusal(store: Store, sid: str, account: str | None = None) -> int:
    with pytest.raises(ApiError) as caught:
        await store.render(account or store.account.sid, sid, None, "+15558675309")
    return caught.value.code


async def test_a_change_is_seen_at_once_here_and_soon_elsewhere(store: Store) -> None:
    sid = await store.create()
    elsewhere = TemplateLookup(store.database)
    assert await rendered(store, sid) == "Hi Ann"
    assert await elsewhere.find(store.account.sid, sid) is not None

    asked = UpdateContentParameters(types=text("Bye {{1}}"))
    await store.change().update(store.account, sid, asked)
    assert await rendered(store, sid) == "Bye Ann"

    async def followed() -> bool:
        found = await elsewhere.find(store.account.sid, sid)
        return found is not None and found.types == text("Bye {{1}}")

    await eventually(followed)
    await store.change().delete(store.account, sid)
    assert await refusal(store, sid) == 21655


async def test_a_template_is_its_account_s_alone(store: Store) -> None:
    sid = await store.create()
    assert await rendered(store, sid) == "Hi Ann"  # and it is remembered
    assert await refusal(store, sid, "AC" + "f" * 32) == 21655
    assert await refusal(store, "HX" + "f" * 32) == 21655


async def test_few_templates_are_remembered(store: Store) -> None:
    lookup = TemplateLookup(store.database, most=2)
    sids = [await store.create(f"text {n}") for n in range(5)]
    for _ in range(2):
        for n, sid in enumerate(sids):
            found = await lookup.find(store.account.sid, sid)
            assert found is not None
            assert found.types == text(f"text {n}")
    assert len(lookup._known) <= 2


async def test_of_two_requests_for_approval_one_is_taken(store: Store) -> None:
    sid = await store.create()
    asked = CreateApprovalParameters(name="a", category="UTILITY")
    outcomes = await asyncio.gather(
        *(store.change().approve(store.account, sid, asked) for _ in range(5)),
        return_exceptions=True,
    )
    refused = [one for one in outcomes if isinstance(one, ApiError)]
    assert [one.code for one in refused] == [20409] * 4


async def test_where_nobody_approves_a_request_stays_received(store: Store) -> None:
    sid = await store.create()
    asked = CreateApprovalParameters(name="a", category="UTILITY")
    row = await store.change(approving=False).approve(store.account, sid, asked)
    assert row is not None
    assert row["status"] == "received"


async def test_a_pattern_that_takes_too_long_is_given_up(store: Store) -> None:
    # Many ways to share out the letters before the b, none of which fits what comes after it.
    await store.create("a" * 1500 + "b" + "a" * 9 + "c", friendly_name="a" * 450)
    costly = SearchContentParameters(content=r"(a+)(a+)(a+)(a+)(a+)b\1\2\3\4\5c")
    with pytest.raises(ApiError) as caught:
        await store.search(store.account.sid, costly, FIRST)
    assert (caught.value.code, caught.value.status) == (20001, 400)
    for wrong in ("(", "a{99999}", "((a{200}){200}){200}", "[[:x:]]"):
        with pytest.raises(ApiError) as caught:
            await store.search(store.account.sid, SearchContentParameters(name=wrong), FIRST)
        assert caught.value.code == 20001
    assert (
        len(await store.search(store.account.sid, SearchContentParameters(name="a+"), FIRST)) == 1
    )


async def test_patterns_keep_nobody_from_the_database(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many an account asks for, one is at work, and others have theirs at once."""
    await store.create("x" + "a" * 600 + "b" + "a" * 900 + "c")
    monkeypatch.setattr(search_content, "LONGEST_WAIT", 0.2)
    costly = SearchContentParameters(content=r"x(a+)(a+)(a+)(a+)b\1\2\3\4c")
    searches = [
        asyncio.create_task(store.search(store.account.sid, costly, FIRST)) for _ in range(40)
    ]

    async def all_wait_but_one() -> bool:
        return sum(one.done() for one in searches) == 39

    await eventually(all_wait_but_one)
    connections = store.database.pool
    assert connections.get_size() - connections.get_idle_size() <= 1
    assert await store.search("AC" + "f" * 32, SearchContentParameters(name="a"), FIRST) == []
    codes = [
        one.code
        for one in await asyncio.gather(*searches, return_exceptions=True)
        if isinstance(one, ApiError)
    ]
    assert sorted(codes) == [20001] + [20429] * 39


async def test_a_search_until_the_end_of_time(store: Store) -> None:
    await store.create()
    last = SearchContentParameters(created_before=datetime.max.replace(tzinfo=UTC))
    assert len(await store.search(store.account.sid, last, FIRST)) == 1


async def test_a_pattern_is_of_one_text_as_it_was_written(store: Store) -> None:
    await store.create('Say "hi" {{1}}\\o/')

    async def found(pattern: str) -> int:
        asked = SearchContentParameters(content=pattern)
        return len(await store.search(store.account.sid, asked, FIRST))

    for pattern in ("^say", r'"hi" \{', r"\\o/$", r"^[^:]+$"):
        assert await found(pattern) == 1, pattern
    for pattern in ("body", "twilio", "^hi", ":"):
        assert await found(pattern) == 0, pattern
