"""Every number that somebody owns on this platform, in memory: messaging asks on each message.

Short codes (`12345`) and channel senders (`whatsapp:+1…`) are among them: to messaging they are
numbers with another address and type.

The map is complete, so that a number that is not in it is not owned and costs the database
nothing: most recipients are not. It is read once (0.6 s and 30 MB for 100,000 numbers) and follows
the changes that every node announces.
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from collections.abc import Coroutine
from typing import Any

import asyncpg

from trunkline.numbers import queries
from trunkline.numbers.model import APPLICATIONS_TOPIC, NUMBERS_TOPIC, OwnNumber
from trunkline.store import Database, StoreUnavailable
from trunkline.store.database import Connection

__all__ = ["OwnNumbers", "announce_number"]

Key = tuple[str, str]  # world id and number
MOST_AT_ONCE = 1_000  # numbers read by one query: making their values takes 5 ms


class OwnNumbers:
    """The numbers of all worlds. Empty until `load`; `find` never waits."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._worlds: dict[str, dict[str, OwnNumber]] = {}
        self.version = 0  # counts up with every change: what was made of numbers may be kept
        # Which numbers have an application: when it changes, so do they.
        self._of_application: defaultdict[str, set[Key]] = defaultdict(set)
        self._changed: set[Key] = set()
        self._changed_applications: set[str] = set()
        self._incomplete = True
        self._reading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        database.on_change(NUMBERS_TOPIC, self._on_change)
        database.on_change(APPLICATIONS_TOPIC, self._on_application)
        database.on_reconnect(self._on_reconnect)

    async def load(self) -> None:
        """Read every number. Afterwards all that was committed before the call is known."""
        self._incomplete = True
        await self._read()

    def find(self, world_id: str, number: str) -> OwnNumber | None:
        """The owned number (E.164), short code or channel address of a world, or None."""
        numbers = self._worlds.get(world_id)
        return None if numbers is None else numbers.get(number)

    def of_world(self, world_id: str) -> list[str]:
        """The owned numbers of a world in E.164, sorted: no short codes, no channel senders."""
        return sorted(number for number in self._worlds.get(world_id, ()) if number[0] == "+")

    async def refresh(self, world_id: str, *numbers: str) -> None:
        """Read again numbers that this node has just changed, before the change is answered.

        The next request may already use a number, while the announced change is still on its
        way. Out of reach of the database it stays on the list, and is read with the next change.
        """
        self._changed.update((world_id, number) for number in numbers)
        await self._read_if_possible()

    async def refresh_application(self, application_sid: str) -> None:
        """Read again the numbers of an application that this node has just changed or deleted.

        As `refresh`, but for any number of them at once.
        """
        self._changed_applications.add(application_sid)
        await self._read_if_possible()

    def _on_change(self, key: str) -> None:
        world_id, _, number = key.partition("/")
        self._changed.add((world_id, number))
        self._start(self._read())

    def _on_application(self, application_sid: str) -> None:
        self._changed_applications.add(application_sid)
        self._start(self._read())

    def _on_reconnect(self) -> None:
        self._incomplete = True
        self._start(self._read())

    def _start(self, reading: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(reading)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # what could not be read stays on the list for the next time

    async def _read_if_possible(self) -> None:
        try:
            await self._read()
        except StoreUnavailable:
            return

    async def _read(self) -> None:
        # One at a time, so that what is read later is never overwritten by what was read before.
        async with self._reading:
            if self._incomplete:
                await self._read_all()
            while self._changed or self._changed_applications:
                self._find_their_numbers()
                await self._read_changed()

    def _find_their_numbers(self) -> None:
        # Not before all that was being read is known: it may have brought an application numbers.
        while self._changed_applications:
            self._changed |= self._of_application.get(self._changed_applications.pop(), set())

    async def _read_all(self) -> None:
        # What is announced from here on is read again, even if it was waiting already.
        self._changed.clear()
        self._changed_applications.clear()
        self._incomplete = False
        try:
            rows = await self._database.fetch(queries.LOAD_OWN_NUMBERS)
        except BaseException:
            self._incomplete = True
            raise
        self._worlds = {}
        self._of_application.clear()
        for row in rows:
            self._add(row["world_id"].hex, own_number(row))

    async def _read_changed(self) -> None:
        keys = [self._changed.pop() for _ in range(min(len(self._changed), MOST_AT_ONCE))]
        if not keys:
            return
        try:
            rows = await self._database.fetch(
                queries.FIND_OWN_NUMBERS, [key[0] for key in keys], [key[1] for key in keys]
            )
        except BaseException:
            self._changed.update(keys)
            raise
        for key in keys:
            self._remove(key)
        for row in rows:
            self._add(row["world_id"].hex, own_number(row))

    def _add(self, world_id: str, own: OwnNumber) -> None:
        self.version += 1
        self._worlds.setdefault(world_id, {})[own.phone_number] = own
        if own.sms_application_sid is not None:
            self._of_application[own.sms_application_sid].add((world_id, own.phone_number))

    def _remove(self, key: Key) -> None:
        self.version += 1
        own = self._worlds.get(key[0], {}).pop(key[1], None)
        if own is not None and own.sms_application_sid is not None:
            numbers = self._of_application[own.sms_application_sid]
            numbers.discard(key)
            if not numbers:
                del self._of_application[own.sms_application_sid]


async def announce_number(
    database: Database, connection: Connection, world_id: str, number: str
) -> None:
    """Tell every node, with the commit, that a number was bought, changed or released."""
    await database.announce(connection, NUMBERS_TOPIC, f"{world_id}/{number}")


def own_number(row: asyncpg.Record) -> OwnNumber:
    """The value of a row. Texts that many numbers share are kept once."""
    application = row["sms_application_id"]
    return OwnNumber(
        sid=row["prefix"] + row["id"].hex,
        account_sid=sys.intern(f"AC{row['account_id'].hex}"),
        phone_number=row["phone_number"],
        type=sys.intern(row["type"]),
        iso_country=sys.intern(row["iso_country"]),
        voice_capable=row["voice_capable"],
        sms_capable=row["sms_capable"],
        mms_capable=row["mms_capable"],
        api_version=sys.intern(row["api_version"]),
        sms_url=_shared(row["sms_url"]),
        sms_method=sys.intern(row["sms_method"]),
        sms_fallback_url=_shared(row["sms_fallback_url"]),
        sms_fallback_method=sys.intern(row["sms_fallback_method"]),
        sms_application_sid=None if application is None else sys.intern(f"AP{application.hex}"),
        message_status_callback=_shared(row["message_status_callback"]),
    )


def _shared(text: str | None) -> str | None:
    return None if text is None else sys.intern(text)
