"""Every number that somebody owns on this platform, in memory: messaging asks on each message.

Short codes (`12345`) and channel senders (`whatsapp:+1…`) are among them: to messaging they are
numbers with another address and type.

The map is complete, so that a number that is not in it is not owned and costs the database
nothing: most recipients are not. It is read once (0.6 s and 30 MB for 100,000 numbers) and follows
the changes that every node announces.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence

import asyncpg

from trunkline.numbers import queries
from trunkline.numbers.model import APPLICATIONS_TOPIC, NUMBERS_TOPIC, OwnNumber
from trunkline.store import Database
from trunkline.store.complete_map import CompleteMap
from trunkline.store.database import Connection

__all__ = ["OwnNumbers", "announce_number"]

Key = tuple[str, str]  # world id and number


class OwnNumbers(CompleteMap[Key]):
    """The numbers of all worlds, by world and number. `find` never waits."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._worlds: dict[str, dict[str, OwnNumber]] = {}
        self.version = 0  # counts up with every change: what was made of numbers may be kept
        # Which numbers have an application: when it changes, so do they.
        self._of_application: defaultdict[str, set[Key]] = defaultdict(set)
        database.on_change(NUMBERS_TOPIC, self._on_number)
        database.on_change(APPLICATIONS_TOPIC, self._follow_owner)

    def find(self, world_id: str, number: str) -> OwnNumber | None:
        """The owned number (E.164), short code or channel address of a world, or None."""
        numbers = self._worlds.get(world_id)
        return None if numbers is None else numbers.get(number)

    def of_world(self, world_id: str) -> list[str]:
        """The owned numbers of a world in E.164, sorted: no short codes, no channel senders."""
        return sorted(number for number in self._worlds.get(world_id, ()) if number[0] == "+")

    async def refresh(self, world_id: str, *numbers: str) -> None:
        """Read again numbers that this node has just changed."""
        await self._refresh(*((world_id, number) for number in numbers))

    async def refresh_application(self, application_sid: str) -> None:
        """Read again the numbers of an application that this node has just changed or deleted."""
        await self._refresh_owner(application_sid)

    def _on_number(self, key: str) -> None:
        world_id, _, number = key.partition("/")
        self._follow((world_id, number))

    async def _fetch_all(self) -> Sequence[asyncpg.Record]:
        return await self._database.fetch(queries.LOAD_OWN_NUMBERS)

    async def _fetch(self, keys: list[Key]) -> Sequence[asyncpg.Record]:
        return await self._database.fetch(
            queries.FIND_OWN_NUMBERS, [key[0] for key in keys], [key[1] for key in keys]
        )

    def _keys_of(self, owner: str) -> Iterable[Key]:
        return self._of_application.get(owner, ())

    def _clear(self) -> None:
        self.version += 1
        self._worlds = {}
        self._of_application.clear()

    def _add(self, row: asyncpg.Record) -> None:
        world_id, own = row["world_id"].hex, own_number(row)
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
