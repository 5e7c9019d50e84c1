"""`proxy.write_ends`: ends reach the table, also after the database was away."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from tests.support.waiting import eventually
from trunkline.gateway.proxy.write_ends import EndedSend, WriteEnds
from trunkline.store import Database, StoreUnavailable


class Away:
    """A database that is away until it is `back`."""

    def __init__(self) -> None:
        self.back = False
        self.tries = 0
        self.written: list[bytes] = []

    async def execute(self, _query: str, fingerprints: list[bytes], *_: Any) -> str:
        self.tries += 1
        if not self.back:
            raise StoreUnavailable("away")
        self.written += fingerprints
        return f"UPDATE {len(fingerprints)}"


class Ends:
    """A `WriteEnds`, and which of its ends nobody waits for any more."""

    def __init__(self, database: Away) -> None:
        self.write = WriteEnds(cast(Database, database))
        self.told: list[bytes] = []

    def put(self, fingerprint: bytes) -> None:
        now = datetime.now(UTC)
        self.write.put(
            EndedSend(
                fingerprint=fingerprint,
                id=fingerprint.hex(),
                ended_at=now,
                blocks_until=now,
                status=201,
                written=lambda: self.told.append(fingerprint),
            )
        )


async def test_ends_wait_for_the_database_and_nobody_for_them() -> None:
    database = Away()
    ends = Ends(database)
    ends.put(b"1")
    await eventually(lambda: ends.told == [b"1"])
    ends.put(b"2")
    ends.write.hurry()
    await eventually(lambda: ends.told == [b"1", b"2"])
    assert database.written == []
    database.back = True
    await eventually(lambda: database.written == [b"1", b"2"])
    assert ends.told == [b"1", b"2"]  # each once
    await ends.write.close()


async def test_a_platform_that_stops_does_not_wait_for_its_database() -> None:
    database = Away()
    ends = Ends(database)
    ends.put(b"1")
    await ends.write.close()
    assert (database.tries, database.written, ends.told) == (1, [], [b"1"])
