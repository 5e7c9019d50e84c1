"""What the proxy contributes to a group commit: claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from trunkline.bus import Event
from trunkline.gateway.proxy import queries
from trunkline.store.database import Connection
from trunkline.store.group_commit import Refused

__all__ = ["ClaimSends", "Held", "NewSend"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSend:
    """A request that is about to be sent."""

    fingerprint: bytes
    id: str
    tenant_id: str
    connection_id: str
    method: str
    started_at: datetime
    blocks_until: datetime


class Held(Refused):
    """An equal request is under way, or nobody knows what became of it."""

    def __init__(
        self,
        id: str,
        started_at: datetime,
        blocks_until: datetime,
        ended_at: datetime | None,
        status: int | None,
    ) -> None:
        super().__init__(id)
        self.id = id
        self.started_at = started_at
        self.blocks_until = blocks_until
        self.ended_at = ended_at
        self.status = status


class ClaimSends:
    """Write rows of requests before they are sent."""

    order = 5

    async def write(
        self, connection: Connection, items: Sequence[NewSend], events: list[Event]
    ) -> Sequence[Held | None]:
        """Insert what nothing blocks; the others are answered with Held."""
        # In one order everywhere, so that two nodes do not wait for each other.
        rows = sorted(items, key=lambda item: item.fingerprint)
        claimed = await connection.fetch(
            queries.CLAIM,
            [item.fingerprint for item in rows],
            [item.id for item in rows],
            [item.tenant_id for item in rows],
            [item.connection_id for item in rows],
            [item.method for item in rows],
            [item.started_at for item in rows],
            [item.blocks_until for item in rows],
        )
        if len(claimed) == len(items):
            return [None] * len(items)
        mine = {row["fingerprint"] for row in claimed}
        held = await connection.fetch(
            queries.READ, [item.fingerprint for item in items if item.fingerprint not in mine]
        )
        first = {row["fingerprint"]: row for row in held}
        return [
            None if item.fingerprint in mine else _held(first.get(item.fingerprint), item)
            for item in items
        ]


def _held(row: object, item: NewSend) -> Held:
    if row is None:  # swept in this very moment: it may be claimed at the next try
        return Held(
            item.id, item.started_at, datetime.min.replace(tzinfo=UTC), item.started_at, None
        )
    found: dict[str, object] = dict(row)  # type: ignore[call-overload]
    found.pop("fingerprint")
    return Held(**found)  # type: ignore[arg-type]
