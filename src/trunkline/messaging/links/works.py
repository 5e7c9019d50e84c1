"""What links contribute to a group commit: new links, and clicks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from trunkline.bus import Event
from trunkline.messaging.links import queries
from trunkline.messaging.links.model import Link
from trunkline.messaging.works import message_notes
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects
from trunkline.store.notes import Note
from trunkline.webhooks.model import Delivery
from trunkline.webhooks.works import DueDeliveries

__all__ = ["CLICKED", "Click", "CreateLinks", "RecordClicks"]

CLICKED = "message.link_clicked"
# Whoever has a link can follow it for ever: beyond this many, clicks of a link are counted alone.
MOST_CLICKS = 1_000


class CreateLinks:
    """Insert the links of messages that are inserted in the same commit."""

    order = 36

    async def write(
        self, connection: Connection, items: Sequence[Sequence[Link]], events: list[Event]
    ) -> Sequence[None]:
        """Insert the rows: each item is the links of one message."""
        await connection.copy_records_to_table(
            "links",
            records=[
                (
                    link.id,
                    link.message_sid[2:],
                    link.world_id,
                    link.domain_id,
                    link.target,
                    link.part,
                    0,
                    link.created_at,
                    link.expires_at,
                )
                for links in items
                for link in links
            ],
            columns=(
                "id",
                "message_id",
                "world_id",
                "domain_id",
                "target",
                "part",
                "clicks",
                "created_at",
                "expires_at",
            ),
        )
        return [None] * len(items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A link that was followed, and the request that tells the app of it."""

    id: str  # 32 hex digits
    link_id: str
    message_sid: str
    world_id: str
    user_agent: str
    world_time: datetime
    real_time: datetime
    delivery: Delivery | None  # None where nobody wants to be told


class RecordClicks:
    """Count clicks; write each down with its event, and with the request that tells it."""

    order = 46  # it writes notes, and requests

    def __init__(self, due: DueDeliveries) -> None:
        self._due = due
        self._notes = message_notes()

    async def write(
        self, connection: Connection, items: Sequence[Click], events: Effects
    ) -> Sequence[None]:
        """Write what was clicked; of links that are gone, nothing."""
        counts = sorted(Counter(click.link_id for click in items).items())
        rows = await connection.fetch(
            queries.COUNT_CLICKS, [link for link, _ in counts], [n for _, n in counts]
        )
        room = {row["id"].hex: MOST_CLICKS - row["before"] for row in rows}
        kept = []
        for click in items:
            room[click.link_id] = room.get(click.link_id, 0) - 1
            if room[click.link_id] >= 0:
                kept.append(click)
        if kept:
            await self._keep(connection, kept, events)
        return [None] * len(items)

    async def _keep(self, connection: Connection, kept: Sequence[Click], events: Effects) -> None:
        await connection.copy_records_to_table(
            "link_clicks",
            records=[
                (c.id, c.link_id, c.message_sid[2:], c.world_id, c.user_agent, c.world_time)
                for c in kept
            ],
            columns=("id", "link_id", "message_id", "world_id", "user_agent", "clicked_at"),
        )
        await self._notes.write(
            connection,
            [
                Note(
                    sid=click.message_sid,
                    world_id=click.world_id,
                    kind=CLICKED,
                    data={},
                    world_time=click.world_time,
                    real_time=click.real_time,
                )
                for click in kept
            ],
            events,
        )
        told = [click.delivery for click in kept if click.delivery is not None]
        if told:
            await self._due.write(connection, told, events)
