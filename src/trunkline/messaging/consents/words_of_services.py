"""The opt-out words of every service that has its own, in memory: each message that comes in may be
one of them.

The map is complete, and follows the changes that every node announces. The rows of a deleted
service are gone; its words are asked for by nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import msgspec

from trunkline.messaging.consents import queries
from trunkline.messaging.consents.service_words import InvalidWords, ServiceWords, check_words
from trunkline.store import Database, StoreUnavailable

__all__ = ["TOPIC", "WordsOfServices"]

TOPIC = "service_opt_outs"  # of `Database.announce`; the key is the id of the service


class WordsOfServices:
    """Knows and changes the words of services. Empty until `load`; `of` never waits."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._words: dict[str, ServiceWords] = {}  # by id of the service
        self._reading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed: set[str] = set()
        self._incomplete = True
        database.on_change(TOPIC, self._on_change)
        database.on_reconnect(self._on_reconnect)

    async def load(self) -> None:
        """Read all of them."""
        self._incomplete = True
        await self._read()

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
        self._changed.add(service_id)
        with suppress(StoreUnavailable):  # it stays on the list
            await self._read()
        return words

    def _on_change(self, service_id: str) -> None:
        self._changed.add(service_id)
        self._start()

    def _on_reconnect(self) -> None:
        self._incomplete = True
        self._start()

    def _start(self) -> None:
        task = asyncio.get_running_loop().create_task(self._read())
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # what could not be read stays on the list for the next time

    async def _read(self) -> None:
        async with self._reading:
            if self._incomplete:
                self._incomplete = False
                self._changed.clear()
                try:
                    rows = await self._database.fetch(queries.LOAD_SERVICE_OPT_OUTS)
                except BaseException:
                    self._incomplete = True
                    raise
                self._words = {row["service_id"].hex: _words(row) for row in rows}
            while self._changed:
                ids, self._changed = self._changed, set()
                try:
                    rows = await self._database.fetch(queries.READ_SERVICE_OPT_OUTS, list(ids))
                except BaseException:
                    self._changed |= ids
                    raise
                for service_id in ids:
                    self._words.pop(service_id, None)
                self._words.update((row["service_id"].hex, _words(row)) for row in rows)


def _words(row: object) -> ServiceWords:
    return msgspec.convert(row["settings"], ServiceWords)  # type: ignore[index]
