"""A table that is wholly in memory, because it is asked on every message, and that follows the
changes which every node announces.

What is not in it does not exist, and costs the database nothing. It is empty until `load`.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from trunkline.store.database import Database
from trunkline.store.errors import StoreUnavailable

__all__ = ["CompleteMap"]

Key = TypeVar("Key", bound=Hashable)


class CompleteMap(ABC, Generic[Key]):
    """Reads a table once, and again the rows of keys that changed. Reads go one at a time, so that
    what is read later is never overwritten by what was read before.

    A subclass says how rows are read and kept. A change may be told of something that rows refer
    to (`owner`): `_keys_of` names the keys that it concerns.
    """

    most_at_once: ClassVar[int] = 1_000  # keys read by one query: their values take some ms

    def __init__(self, database: Database) -> None:
        self._database = database
        self._changed: set[Key] = set()
        self._changed_owners: set[Any] = set()
        self._incomplete = True
        self._reading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        database.on_reconnect(self._on_reconnect)

    async def load(self) -> None:
        """Read every row. Afterwards all that was committed before the call is known."""
        self._incomplete = True
        await self._read()

    @abstractmethod
    async def _fetch_all(self) -> Sequence[Any]:
        """Every row."""

    @abstractmethod
    async def _fetch(self, keys: list[Key]) -> Sequence[Any]:
        """The rows of these keys, as far as there are any."""

    @abstractmethod
    def _clear(self) -> None:
        """Keep nothing."""

    @abstractmethod
    def _add(self, row: Any) -> None:
        """Keep a row."""

    @abstractmethod
    def _remove(self, key: Key) -> None:
        """Keep the row of a key no more, if there is one."""

    def _keys_of(self, owner: Any) -> Iterable[Key]:
        """The keys whose rows depend on something that changed."""
        return ()

    @property
    def _is_reading(self) -> bool:
        return self._reading.locked()

    def _follow(self, key: Key) -> None:
        """Another node has told that the row of a key changed."""
        self._changed.add(key)
        self._start()

    def _follow_owner(self, owner: Any) -> None:
        """Another node has told that something changed to which rows refer."""
        self._changed_owners.add(owner)
        self._start()

    async def _refresh(self, *keys: Key) -> None:
        """Read again what this node has just changed, before the change is answered.

        The next request may already use it, while the announced change is still on its way. Out
        of reach of the database it stays on the list, and is read with the next change.
        """
        self._changed.update(keys)
        await self._read_if_possible()

    async def _refresh_owner(self, owner: Any) -> None:
        """As `_refresh`, of something to which rows refer."""
        self._changed_owners.add(owner)
        await self._read_if_possible()

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

    async def _read_if_possible(self) -> None:
        try:
            await self._read()
        except StoreUnavailable:
            return

    async def _read(self) -> None:
        async with self._reading:
            if self._incomplete:
                await self._read_all()
            while self._changed or self._changed_owners:
                # Not before all that was being read is known: it may have brought them keys.
                while self._changed_owners:
                    self._changed.update(self._keys_of(self._changed_owners.pop()))
                await self._read_changed()

    async def _read_all(self) -> None:
        # What is announced from here on is read again, even if it was waiting already.
        self._changed.clear()
        self._changed_owners.clear()
        self._incomplete = False
        try:
            rows = await self._fetch_all()
        except BaseException:
            self._incomplete = True
            raise
        self._clear()
        for row in rows:
            self._add(row)

    async def _read_changed(self) -> None:
        keys = [self._changed.pop() for _ in range(min(len(self._changed), self.most_at_once))]
        if not keys:
            return
        try:
            rows = await self._fetch(keys)
        except BaseException:
            self._changed.update(keys)
            raise
        for key in keys:
            self._remove(key)
        for row in rows:
            self._add(row)
