from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest_asyncio

from tests.support.waiting import eventually
from trunkline.clock import RealClock
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit
from trunkline.webhooks.cookie_jars import Conversation, CookieJars
from trunkline.webhooks.http import Exchange
from trunkline.worlds import Worlds

URL = "https://app.example/sms"
NUMBER, PHONE = "+14155550100", "+14155550123"


@dataclass
class Setting:
    """Jars of a world whose clock can be moved."""

    database: Database
    worlds: Worlds
    commit: GroupCommit
    world_id: str
    account_id: str
    jars: CookieJars

    def conversation(self, phone: str = PHONE) -> Conversation:
        return Conversation(self.account_id, NUMBER, phone)

    def other_node(self, **options: Any) -> CookieJars:
        return CookieJars(self.database, self.worlds, RealClock(), owner="f" * 32, **options)

    async def exchange(self, *set_cookies: str, phone: str = PHONE) -> str | None:
        """A request whose answer sets cookies; the Cookie header that it went with."""
        conversation = self.conversation(phone)
        jar = self.jars.find(self.world_id, conversation)
        sent = jar.header_for(URL, RealClock().now().timestamp())
        exchange = Exchange(url=URL)
        if set_cookies:
            exchange.set_cookies.append((URL, list(set_cookies)))
        jobs = self.jars.after(self.world_id, conversation, jar, exchange)
        if jobs:
            await self.commit.submit(*jobs)
        return sent

    def header(self, jars: CookieJars | None = None, phone: str = PHONE) -> str | None:
        """The Cookie header that the next request would go with."""
        jar = (jars or self.jars).find(self.world_id, self.conversation(phone))
        return jar.header_for(URL, RealClock().now().timestamp())

    def advance(self, by: timedelta) -> None:
        clock = self.worlds.clock(self.world_id)
        clock.hold(clock.now() + by)
        clock.release()

    async def count(self) -> int:
        return int(
            await self.database.fetchval(
                "SELECT count(*) FROM conversation_cookies WHERE world_id = $1", self.world_id
            )
        )


@pytest_asyncio.fixture(loop_scope="session")
async def setting(database: Database, sids: SidFactory, world_id: str) -> AsyncIterator[Setting]:
    account_id = sids.new_id()
    await database.execute(
        "INSERT INTO accounts (id, world_id, owner_id, kind, type, status, friendly_name,"
        " auth_token, balance, created_at, updated_at)"
        " VALUES ($1, $2, $1, 'live', 'Full', 'active', 'test', ''::bytea, 0, $3, $3)",
        account_id,
        world_id,
        RealClock().now(),
    )
    worlds = Worlds(database, RealClock(), sids)
    await worlds.load()
    commit = GroupCommit(database, published=lambda _: None, writers=1)
    jars = CookieJars(database, worlds, RealClock(), owner="e" * 32)
    yield Setting(database, worlds, commit, world_id, account_id, jars)
    await commit.close()


async def test_an_app_meets_its_cookies_again_in_the_same_conversation(setting: Setting) -> None:
    assert await setting.exchange("a=1") is None
    assert await setting.exchange("b=2") == "a=1"
    assert await setting.exchange("a=3") == "a=1; b=2"
    assert setting.header() == "a=3; b=2"
    assert setting.header(phone="+14155550124") is None


async def test_a_cookie_that_is_taken_back_is_gone(setting: Setting) -> None:
    await setting.exchange("a=1")
    await setting.exchange("a=; Max-Age=0")
    assert setting.header() is None


async def test_an_app_without_cookies_costs_nothing(setting: Setting) -> None:
    jar = setting.jars.find(setting.world_id, setting.conversation())
    assert not jar
    assert setting.jars.after(setting.world_id, setting.conversation(), jar, Exchange()) == []


async def test_cookies_are_forgotten_four_hours_after_their_last_use(setting: Setting) -> None:
    await setting.exchange("a=1")
    setting.advance(timedelta(hours=3))
    assert await setting.exchange() == "a=1"
    setting.advance(timedelta(hours=3))
    assert setting.header() == "a=1"
    setting.advance(timedelta(hours=1, seconds=1))
    assert setting.header() is None


async def test_cookies_outlive_the_process_and_not_their_time(setting: Setting) -> None:
    await setting.exchange("a=1")
    setting.advance(timedelta(hours=2))
    await setting.exchange("b=2", phone="+14155550124")
    restarted = setting.other_node()
    await restarted.load()
    assert setting.header(restarted) == "a=1"
    assert setting.header(restarted, "+14155550124") == "b=2"
    setting.advance(timedelta(hours=3))
    restarted = setting.other_node()
    await restarted.load()
    assert setting.header(restarted) is None
    assert setting.header(restarted, "+14155550124") == "b=2"


async def test_what_is_old_is_deleted(setting: Setting) -> None:
    await setting.exchange("a=1")
    setting.advance(timedelta(hours=3))
    await setting.exchange("a=1", phone="+14155550124")
    assert await setting.count() == 2
    setting.advance(timedelta(hours=2))
    await setting.jars.drop_old()
    assert await setting.count() == 1
    assert setting.header(phone="+14155550124") == "a=1"


async def test_answers_at_the_same_time_both_count(setting: Setting) -> None:
    conversation, world_id = setting.conversation(), setting.world_id
    jar = setting.jars.find(world_id, conversation)
    jobs = [
        job
        for cookie in ("a=1", "b=2")
        for job in setting.jars.after(
            world_id, conversation, jar, Exchange(url=URL, set_cookies=[(URL, [cookie])])
        )
    ]
    await setting.commit.submit(*jobs)
    assert setting.header() == "a=1; b=2"
    restarted = setting.other_node()
    await restarted.load()
    assert setting.header(restarted) == "a=1; b=2"


async def test_another_node_hears_of_new_cookies(setting: Setting) -> None:
    elsewhere = setting.other_node()
    await setting.exchange("a=1")
    await eventually(lambda: setting.header(elsewhere) == "a=1")


async def test_memory_is_bounded_and_keeps_what_was_used_last(setting: Setting) -> None:
    setting.jars = setting.other_node(most_bytes=3 * 700)
    phones = [f"+1415555{n:04}" for n in range(5)]
    for phone in phones:
        await setting.exchange("a=1", phone=phone)
    kept = [phone for phone in phones if setting.header(phone=phone)]
    assert 0 < len(kept) < 5
    assert kept == phones[-len(kept) :]


async def test_a_world_that_was_emptied_has_no_cookies(setting: Setting) -> None:
    await setting.exchange("a=1")
    setting.jars.forget_world(setting.world_id)
    assert setting.header() is None
