"""Tells whether the audit log is as it was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import asyncpg

from trunkline.gateway.audit import queries
from trunkline.gateway.audit.entry import COLUMNS, FIRST_HASH, hash_of
from trunkline.store import Database

__all__ = ["Anchor", "Broken", "Verified", "verify"]

AT_ONCE: Final = 500  # entries between which other work of the process goes on
MOST: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Anchor:
    """The hash of an entry, noted at an earlier time outside the database."""

    seq: int
    hash: str  # hexadecimal


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry that is not as it was written."""

    seq: int
    reason: str  # in one sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was read. `hash` is that of entry `last`, to be noted as an anchor."""

    entries: int
    first: int
    last: int
    hash: str
    broken: Broken | None


class _Trouble(Exception):
    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(reason)
        self.broken = Broken(seq, reason)


async def verify(
    database: Database, first: int = 1, last: int | None = None, *, anchor: Anchor | None = None
) -> Verified:
    """Read the entries from `first` to `last`, both included, and stop at the first broken one.

    Without `last` it reads to the end, and holds the end to the head. What an owner of the database
    rewrote altogether is found by an `anchor` alone. Raises StoreUnavailable.
    """
    first = min(max(first, 1), MOST)
    head = await database.fetchrow(queries.HEAD)
    if head is None:
        return _ended(first, first - 1, FIRST_HASH, Broken(first, "The log's head is gone."))
    end = head["seq"] if last is None else min(last, head["seq"])
    at = first - 1
    before = FIRST_HASH
    try:
        if at > end:
            return _ended(first, at, FIRST_HASH, None)
        before = await _hash(database, at)
        if anchor is not None:
            await _hold_to(database, anchor)
        while at < end:
            rows = await database.fetch(queries.ENTRIES, at, end, AT_ONCE)
            for row in rows:
                before = _checked(row, at, before)
                at += 1
            if len(rows) < AT_ONCE and at < end:
                raise _Trouble(at + 1, "It is missing, and so are all behind it.")
        if last is None:
            if before != head["hash"]:
                raise _Trouble(end, "Its hash is not the one that the log's head tells.")
            if (head["last"] or 0) > end:
                raise _Trouble(end + 1, "It stands behind the log's head.")
    except _Trouble as trouble:
        return _ended(first, at, before, trouble.broken)
    return _ended(first, at, before, None)


def _ended(first: int, at: int, before: bytes, broken: Broken | None) -> Verified:
    return Verified(
        entries=max(at - first + 1, 0), first=first, last=at, hash=before.hex(), broken=broken
    )


def _checked(row: asyncpg.Record, at: int, before: bytes) -> bytes:
    """The hash of an entry that follows number `at`. Raises _Trouble."""
    seq: int = row["seq"]
    if seq != at + 1:
        reason = "It is there twice." if seq == at else "It is missing."
        raise _Trouble(seq if seq == at else at + 1, reason)
    found = hash_of(before, seq, [row[name] for name in COLUMNS])
    if found != row["hash"]:
        raise _Trouble(seq, "It was changed, or what stood before it.")
    return found


async def _hash(database: Database, seq: int) -> bytes:
    """The hash that an entry has. Raises _Trouble."""
    if seq == 0:
        return FIRST_HASH
    rows = await database.fetch(queries.HASH, seq)
    if len(rows) != 1:
        raise _Trouble(seq, "It is there twice." if rows else "It is missing.")
    return bytes(rows[0]["hash"])


async def _hold_to(database: Database, anchor: Anchor) -> None:
    if (await _hash(database, anchor.seq)).hex() != anchor.hash.lower():
        raise _Trouble(anchor.seq, "Its hash is not the one that was noted.")
