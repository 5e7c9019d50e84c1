"""The rate of all messages with media of an account, whatever their sender (behaviour 5.3).

It is this node's: with several nodes, each may use it up. What is used up is written with the
submissions (`Turn.account_next_free`) and read at the start, so that a crash gives none back.
"""

from __future__ import annotations

from datetime import datetime

from trunkline.messaging.rates import queries
from trunkline.messaging.rates.bucket import Bucket, cost_of
from trunkline.messaging.rates.model import Key
from trunkline.store import Database
from trunkline.worlds import Limits

__all__ = ["AccountMms"]


class AccountMms:
    """The buckets of accounts, by account and timeline."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._worlds: dict[tuple[str, str], str] = {}

    async def load(self) -> None:
        """Read what was used up before."""
        for row in await self._database.fetch(queries.LOAD_ACCOUNT_MMS):
            place = (row["account_id"].hex, row["timeline"])
            self._buckets[place] = Bucket(row["next_free"])
            self._worlds[place] = row["world_id"].hex

    def take(self, key: Key, account_id: str, now: datetime, limits: Limits) -> datetime | None:
        """Use up credit for one message; the time from which there is some again. None: there is
        none now."""
        place = (account_id, key.timeline)
        bucket = self._buckets.setdefault(place, Bucket(now))
        self._worlds[place] = key.world_id
        cost = cost_of(1, limits.account_mms)
        bucket.cap(now, cost)  # it may have been used up under other limits
        return bucket.take(now, cost) if bucket.ready(now) else None

    def next_free(self, key: Key, account_id: str, now: datetime, limits: Limits) -> datetime:
        """The time from which an account has credit, which may be past."""
        bucket = self._buckets.get((account_id, key.timeline))
        if bucket is None:
            return now
        bucket.cap(now, cost_of(1, limits.account_mms))
        return bucket.next_free

    def forget_world(self, world_id: str) -> None:
        """Forget the accounts of a world that was emptied: its clock starts again."""
        for place in [place for place, world in self._worlds.items() if world == world_id]:
            del self._buckets[place], self._worlds[place]
