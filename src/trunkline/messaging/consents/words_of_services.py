"""The opt-out words of every service that has its own, in memory: each message that comes in may be
one of them.

The map is complete, and follows the changes that every node announces. The rows of a deleted
service are gone; its words are asked for by nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import asyncpg
import msgspec

from trunkline.messaging.consents import queries
from trunkline.messaging.consents.service_words import InvalidWords, ServiceWords, check_words
from trunkline.store import Database
from trunkline.store.complete_map import CompleteMap

__all__ = ["TOPIC", "WordsOfServices"]

TOPIC = "service_opt_outs"  # of `Database.announce`; the key is the id of the service


class WordsOfServices(CompleteMap[str]):
    """Knows and changes the words of services, by id. `of` never waits."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._words: dict[str, ServiceWords] = {}
        database.on_change(TOPIC, self._follow)

    def of(self, service_sid: str) -> ServiceWords | None:
        """The words of a service, where they are enabled."""
        found = self._words.get(service_sid[2:])
        return found if found is not None and found.enabled else None

    def settings(self, service_sid: str) -> ServiceWords:
        """The words of a service, enabled or not: the standard ones where none were chosen."""
        return self._words.get(service_sid[2:], ServiceWords())

    async def set(
        self, service_sid: str, words: ServiceWords, now: Callable[[], datetime]
    ) -> ServiceWords:
        """Choose the words of a service. Raises InvalidWords; LookupError when there is no such
        service."""
        check_words(words)
        service_id = service_sid[2:]
        async with self._database.transaction() as connection:
            # Of two at once the second sees what the first did.
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", service_sid)
            rows = await connection.fetch(queries.READ_SERVICE_OPT_OUTS, [service_id])
            if rows and _words(rows[0]).enabled and not words.enabled:
                raise InvalidWords("Words that are enabled cannot be disabled.")
            found = await connection.fetchval(
                queries.SET_SERVICE_OPT_OUT, service_id, msgspec.to_builtins(words), now()
            )
            if found is None:
                raise LookupError(f"there is no service {service_sid}")
            await self._database.announce(connection, TOPIC, service_id)
        await self._refresh(service_id)
        return words

    async def _fetch_all(self) -> Sequence[asyncpg.Record]:
        return await self._database.fetch(queries.LOAD_SERVICE_OPT_OUTS)

    async def _fetch(self, keys: list[str]) -> Sequence[asyncpg.Record]:
        return await self._database.fetch(queries.READ_SERVICE_OPT_OUTS, keys)

    def _clear(self) -> None:
        self._words = {}

    def _add(self, row: asyncpg.Record) -> None:
        self._words[row["service_id"].hex] = _words(row)

    def _remove(self, key: str) -> None:
        self._words.pop(key, None)


def _words(row: object) -> ServiceWords:
    return msgspec.convert(row["settings"], ServiceWords)  # type: ignore[index]
