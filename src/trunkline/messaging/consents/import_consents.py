"""Take consents from elsewhere, many at once: a list from another platform, or from a shop's own
forms. The same list a second time changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TypeVar

import asyncpg

from trunkline.messaging.consents.csv_text import InvalidTable, NumberedRow
from trunkline.messaging.consents.known_sender import KnownSenders
from trunkline.messaging.consents.model import ConsentChange, Evidence, Method
from trunkline.messaging.consents.read_row import BadConsent, ConsentRow, read_row
from trunkline.messaging.consents.works import write_changes
from trunkline.rest.caller import NOBODY, Caller
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.store.database import Connection
from trunkline.worlds import Worlds

__all__ = ["ImportConsents", "Imported", "RefusedRow"]

AT_ONCE = 1_000  # rows of one statement
# Rows that are written as a whole: for as long as that takes (a quarter of a second) the STOP of
# somebody among them waits, and with it what is committed together.
MOST_ATOMIC = 10_000
MOST_TOLD = 1_000  # refused rows that are told one by one
ATTEMPTS = 3
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be taken: its line in the file, and why, in words."""

    line: int
    reason: str


@dataclass(slots=True)
class Imported:
    """What became of the rows. `refused` holds the first of `num_refused`."""

    changed: int = 0
    unchanged: int = 0
    num_refused: int = 0
    refused: list[RefusedRow] = field(default_factory=list)

    def refuse(self, line: int, reason: str) -> None:
        """Count a row that cannot be taken."""
        self.num_refused += 1
        if len(self.refused) < MOST_TOLD:
            self.refused.append(RefusedRow(line, reason))


class ImportConsents:
    """Imports lists, and writes single consents that an API asks for."""

    def __init__(
        self, database: Database, worlds: Worlds, sids: SidFactory, known: KnownSenders
    ) -> None:
        self._database = database
        self._worlds = worlds
        self._sids = sids
        self._known = known

    def read(self, account: AccountIdentity, values: dict[str, object]) -> ConsentRow:
        """One row. Raises BadConsent."""
        return read_row(values, partial(self._known, account))

    async def write(
        self,
        account: AccountIdentity,
        rows: Iterable[ConsentRow],
        *,
        method: Method,
        caller: Caller = NOBODY,
    ) -> list[bool]:
        """Write rows that were read, all or none; whether each changed anything."""
        changes = self._changes(account, rows, method, caller)
        return await self._committed(partial(write_changes, items=changes))

    async def __call__(
        self,
        account: AccountIdentity,
        rows: Iterable[NumberedRow],
        *,
        atomic: bool,
        method: Method = "import",
        caller: Caller = NOBODY,
    ) -> Imported:
        """Import the rows that can be taken; with `atomic` all of them, or nothing. Raises
        InvalidTable for more rows than can be written at once."""
        done = Imported()
        kept: list[ConsentRow] = []
        for batch in _batches(rows, AT_ONCE):
            good = self._good(account, batch, done)
            if not atomic:
                _count(done, await self.write(account, good, method=method, caller=caller))
                continue
            kept += good
            if len(kept) > MOST_ATOMIC:
                raise InvalidTable(f"As a whole, at most {MOST_ATOMIC:,} rows are imported.")
            await asyncio.sleep(0)  # others have their turn
        if atomic and not done.num_refused:
            _count(done, await self.write(account, kept, method=method, caller=caller))
        return done

    async def _committed(self, write: Callable[[Connection], Awaitable[T]]) -> T:
        for attempt in range(ATTEMPTS):
            try:
                async with self._database.transaction() as connection:
                    return await write(connection)
            except asyncpg.TransactionRollbackError:  # a deadlock: nobody's guilt, so once more
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def _good(
        self, account: AccountIdentity, batch: Iterable[NumberedRow], done: Imported
    ) -> list[ConsentRow]:
        good = []
        known = partial(self._known, account)
        for line, values in batch:
            if isinstance(values, str):
                done.refuse(line, values)
                continue
            try:
                good.append(read_row(values, known))
            except BadConsent as error:
                done.refuse(line, str(error))
        return good

    def _changes(
        self,
        account: AccountIdentity,
        rows: Iterable[ConsentRow],
        method: Method,
        caller: Caller,
    ) -> list[ConsentChange]:
        now: datetime = self._worlds.clock(account.world_id).now()

        # A row's own is where the person said so; else it is known who told us. Never a mixture.
        def origin(row: ConsentRow) -> Caller:
            own = Caller(row.ip, row.user_agent)
            return caller if own == NOBODY else own

        return [
            ConsentChange(
                id=self._sids.new_id(),
                account_id=account.sid[2:],
                scope=row.scope,
                recipient=row.recipient,
                status=row.status,
                moment=now,
                evidence=Evidence(
                    method=method,
                    keyword=row.keyword,
                    source=row.source,
                    ip=origin(row).ip,
                    user_agent=origin(row).user_agent,
                    consented_at=row.consented_at,
                ),
            )
            for row in rows
        ]


def _count(done: Imported, written: list[bool]) -> None:
    done.changed += sum(written)
    done.unchanged += len(written) - sum(written)


def _batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch
