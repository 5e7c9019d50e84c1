"""The cookies of conversations: an app may keep a session with a phone by them (behaviour 2.1).

A jar lives for four hours after it was last used, in the time of its world.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import msgspec
import structlog

from trunkline.clock import Clock
from trunkline.store import Database, Job, StoreUnavailable
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects
from trunkline.webhooks import queries
from trunkline.webhooks.http.cookies import Jar
from trunkline.webhooks.http.exchange import Exchange
from trunkline.worlds import Worlds

__all__ = ["LIFETIME", "Conversation", "CookieJars", "KeepCookies", "UsedCookies"]

log = structlog.get_logger(__name__)

LIFETIME = timedelta(hours=4)
MOST_BYTES = 32 << 20  # of all jars, as JSON: what was used longest ago goes first
OVERHEAD = 500  # bytes that a jar takes besides
TOPIC = "conversation_cookies"  # of `Database.announce`; the key: node, account, number, phone


class Conversation(NamedTuple):
    """Between a phone and a number of an account."""

    account_id: str  # 32 hex digits
    number: str  # the app's side
    phone: str


@dataclass(frozen=True, slots=True)
class UsedCookies:
    """A conversation whose app has answered, and what it wants remembered."""

    conversation: Conversation
    world_id: str
    set_cookies: Sequence[tuple[str, Sequence[str]]]  # URLs and their Set-Cookie headers
    used_at: datetime  # world time


class _Kept:
    __slots__ = ("jar", "size", "used_at", "world_id")

    def __init__(self, world_id: str, jar: Jar, used_at: datetime) -> None:
        self.world_id = world_id
        self.jar = jar
        self.used_at = used_at
        self.size = OVERHEAD + len(msgspec.json.encode(jar.to_list()))


class CookieJars:
    """The jars of every conversation, in memory and in the database. `clock` is the real one,
    by which single cookies expire; `owner` is this node."""

    def __init__(
        self,
        database: Database,
        worlds: Worlds,
        clock: Clock,
        *,
        owner: str,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._database = database
        self._worlds = worlds
        self._clock = clock
        self._owner = owner
        self._most_bytes = most_bytes
        self._bytes = 0
        self._jars: OrderedDict[Conversation, _Kept] = OrderedDict()  # used longest ago first
        self._keep = KeepCookies(self, database, owner)
        self._tasks: set[asyncio.Task[None]] = set()
        database.on_change(TOPIC, self._changed)
        database.on_reconnect(lambda: self._start(self.load()))

    async def load(self) -> None:
        """Read the jars that are still in use."""
        rows = await self._database.fetch(queries.LOAD_COOKIES)
        for row in sorted(rows, key=lambda row: row["used_at"]):
            self._take(row)

    def find(self, world_id: str, conversation: tuple[str, str, str]) -> Jar:
        """The cookies of a conversation: not to be changed, and empty where there are none."""
        conversation = Conversation(*conversation)
        kept = self._jars.get(conversation)
        if kept is not None and self._is_old(kept):
            self._drop(conversation)
            kept = None
        return Jar() if kept is None else kept.jar

    def after(
        self,
        world_id: str,
        conversation: tuple[str, str, str],
        jar: Jar | None,
        exchange: Exchange,
    ) -> list[Job]:
        """What is to be committed with the end of a request that `jar` went with, if anything."""
        if not exchange.set_cookies and not jar:
            return []
        now = self._worlds.clock(world_id).now()
        used = UsedCookies(Conversation(*conversation), world_id, exchange.set_cookies, now)
        return [Job(self._keep, used)]

    def updated(self, item: UsedCookies) -> tuple[Jar, bool]:
        """A jar as it is after a use, and whether its cookies have changed."""
        jar = self.find(item.world_id, item.conversation).copy()
        return jar, self.update(jar, item)

    def update(self, jar: Jar, item: UsedCookies) -> bool:
        """Take what an app set. Whether the jar has changed."""
        now = self._clock.now().timestamp()
        changed = False
        for url, headers in item.set_cookies:
            changed |= jar.update(url, headers, now)
        return changed

    def keep(self, item: UsedCookies) -> None:
        """Remember a use that was committed."""
        # What was committed in between counts too, so the jar is made anew.
        jar, _ = self.updated(item)
        self._set(item.conversation, _Kept(item.world_id, jar, item.used_at))

    async def drop_old(self) -> None:
        """Forget the jars that nobody used for four hours. To be called now and then."""
        for world in self._worlds.all():
            await self._database.execute(
                queries.DROP_COOKIES, world.id, world.clock.now() - LIFETIME
            )
        for conversation in [key for key, kept in self._jars.items() if self._is_old(kept)]:
            self._drop(conversation)

    def forget_world(self, world_id: str) -> None:
        """Drop what is in memory of a world that was reset."""
        for key in [key for key, kept in self._jars.items() if kept.world_id == world_id]:
            self._drop(key)

    def _is_old(self, kept: _Kept) -> bool:
        return self._worlds.clock(kept.world_id).now() - kept.used_at > LIFETIME

    def _take(self, row: Any) -> None:
        conversation = Conversation(row["account_id"].hex, row["recipient"], row["sender"])
        known = self._jars.get(conversation)
        if known is not None and known.used_at >= row["used_at"]:
            return
        kept = _Kept(row["world_id"].hex, Jar.from_list(row["cookies"]), row["used_at"])
        try:
            old = self._is_old(kept)
        except KeyError:  # a world that another node has just made
            return
        if not old:
            self._set(conversation, kept)

    def _set(self, conversation: Conversation, kept: _Kept) -> None:
        self._drop(conversation)
        if not kept.jar:
            return
        self._jars[conversation] = kept
        self._bytes += kept.size
        while self._bytes > self._most_bytes:
            self._drop(next(iter(self._jars)))

    def _drop(self, conversation: Conversation) -> None:
        kept = self._jars.pop(conversation, None)
        if kept is not None:
            self._bytes -= kept.size

    def _changed(self, key: str) -> None:
        owner, account_id, number, phone = key.split("/", 3)
        if owner != self._owner:
            self._start(self._read(Conversation(account_id, number, phone)))

    async def _read(self, conversation: Conversation) -> None:
        row = await self._database.fetchrow(
            queries.LOAD_JAR, conversation.account_id, conversation.phone, conversation.number
        )
        if row is not None:
            self._take(row)

    def _start(self, reading: Any) -> None:
        task = asyncio.get_running_loop().create_task(self._try(reading))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _try(self, reading: Any) -> None:
        try:
            await reading
        except StoreUnavailable:  # once the database is back, everything is read
            log.warning("webhook.cookies_not_read")


class KeepCookies:
    """The work that writes jars down."""

    order = 54

    def __init__(self, jars: CookieJars, database: Database, owner: str) -> None:
        self._jars = jars
        self._database = database
        self._owner = owner

    async def write(
        self, connection: Connection, items: Sequence[UsedCookies], events: Effects
    ) -> Sequence[None]:
        """Insert or update the rows, each once and in the order of their keys."""
        jars: dict[Conversation, tuple[Jar, UsedCookies]] = {}
        changed: set[Conversation] = set()
        for item in items:
            key = item.conversation
            if key in jars:
                jar = jars[key][0]
                different = self._jars.update(jar, item)
            else:
                jar, different = self._jars.updated(item)
            jars[key] = jar, item
            if different:
                changed.add(key)
        rows = [
            (key.account_id, key.phone, key.number, item.world_id, jar.to_list(), item.used_at)
            for key, (jar, item) in sorted(jars.items())
        ]
        await connection.executemany(queries.KEEP_COOKIES, rows)
        for key in sorted(changed):
            await self._database.announce(connection, TOPIC, "/".join((self._owner, *key)))
        events.afterwards.extend(partial(self._jars.keep, item) for item in items)
        return [None] * len(items)
