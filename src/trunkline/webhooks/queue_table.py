"""Read the queue of requests: what a former process, or another node, left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from trunkline.store import Database
from trunkline.webhooks import queries
from trunkline.webhooks.kinds import DeliveryKind, Prepares
from trunkline.webhooks.model import Delivery

__all__ = ["ReadQueue", "delivery_of"]

log = structlog.get_logger(__name__)


class ReadQueue:
    """The rows of one node. `kinds` prepare what they have many of."""

    def __init__(
        self, database: Database, *, owner: str, kinds: Mapping[str, DeliveryKind] | None = None
    ) -> None:
        self._database = database
        self._owner = owner
        self._kinds = {} if kinds is None else kinds

    async def lines(self) -> Sequence[tuple[str, str]]:
        """The hosts and accounts that something waits for."""
        rows = await self._database.fetch(queries.LINES, self._owner)
        return [(row["host"], row["account_id"].hex) for row in rows]

    async def load_line(self, host: str, account_id: str, most: int) -> Sequence[Delivery]:
        """The first `most` of a line, in order."""
        rows = await self._database.fetch(queries.LOAD_LINE, self._owner, account_id, host, most)
        found = [delivery_of(row) for row in rows]
        for name, kind in self._kinds.items():
            if isinstance(kind, Prepares) and (own := [d for d in found if d.kind == name]):
                await kind.prepare(own)
        return found

    async def take_over(self) -> bool:
        """Take what silent nodes left; whether there was anything."""
        tag = await self._database.execute(queries.TAKE_OVER, self._owner)
        taken = int(tag.rpartition(" ")[2])
        if taken:
            log.warning("webhook.taken_over", rows=taken)
        return taken > 0


def delivery_of(row: Any) -> Delivery:
    """The request of a row of the queue, or of the log."""
    return Delivery(
        id=row["id"].hex,
        token=row["token"].hex,
        subject=row["subject_kind"] + row["subject_id"].hex,
        account_id=row["account_id"].hex,
        world_id=row["world_id"].hex,
        kind=row["kind"],
        url=row["url"],
        method=row["method"],
        data=row["data"] or {},
        due_at=row["due_at"] if "due_at" in row.keys() else row["created_at"],  # noqa: SIM118
        created_at=row["created_at"],
        real_time=row["real_time"],
    )
