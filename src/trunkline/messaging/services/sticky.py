"""The sender that a recipient is used to: the one that this service first wrote from, or that the
recipient wrote to (behaviour 5.2)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from trunkline.messaging.model import Dispatch
from trunkline.messaging.services import queries_sticky as queries
from trunkline.store import Database
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects

__all__ = ["KeepSticky", "Sticky", "StickySenders"]

MOST_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sticky:
    """A recipient of a service, and the sender to keep to."""

    service_id: str
    recipient: str
    sender: str
    moment: datetime  # world time
    met: bool = False  # the recipient wrote first: it counts where nothing is known of it


class KeepSticky:
    """Write down which sender recipients are used to; `kept` is told what was committed."""

    order = 36

    def __init__(self, kept: Callable[[Sequence[Sticky]], None]) -> None:
        self._kept = kept

    async def write(
        self, connection: Connection, items: Sequence[Sticky], effects: Effects
    ) -> Sequence[None]:
        """Insert or replace the rows; a service that was deleted meanwhile has none."""
        latest: dict[tuple[str, str], Sticky] = {}
        for item in sorted(items, key=lambda item: not item.met):  # what was chosen comes last
            latest[item.service_id, item.recipient] = item
        rows = [latest[key] for key in sorted(latest)]
        await connection.execute(
            queries.KEEP,
            [row.service_id for row in rows],
            [row.recipient for row in rows],
            [row.sender for row in rows],
            [row.moment for row in rows],
            [row.met for row in rows],
        )
        effects.afterwards.append(partial(self._kept, rows))
        return [None] * len(items)


class StickySenders:
    """Looks up the senders that recipients are used to. What this node chose a moment ago counts
    before it is committed: two messages to one recipient are often sent together. From then on
    the table alone does, which other nodes and a reset of the world change as well."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._chosen: OrderedDict[tuple[str, str], str] = OrderedDict()
        self.keep = KeepSticky(self._stored)

    async def of(self, batch: Sequence[Dispatch]) -> dict[tuple[str, str], str]:
        """The known ones, by service id and recipient."""
        keys = {(d.service_id, d.recipient) for d in batch if d.service_id is not None}
        found = {key: self._chosen[key] for key in keys if key in self._chosen}
        missing = [key for key in keys if key not in found]
        if missing:
            rows = await self._database.fetch(
                queries.FIND, [key[0] for key in missing], [key[1] for key in missing]
            )
            for row in rows:
                found[row["service_id"].hex, row["recipient"]] = row["sender"]
        return found

    def remember(self, service_id: str, recipient: str, sender: str) -> None:
        """Keep in mind what was chosen."""
        self._chosen[service_id, recipient] = sender
        if len(self._chosen) > MOST_REMEMBERED:
            self._chosen.popitem(last=False)

    def is_stored(self, service_id: str, recipient: str) -> bool:
        """Whether what is known of a recipient is from the table."""
        return (service_id, recipient) not in self._chosen

    def _stored(self, rows: Sequence[Sticky]) -> None:
        """These are in the table now."""
        for row in rows:
            key = row.service_id, row.recipient
            if self._chosen.get(key) == row.sender:
                del self._chosen[key]

    def forget(self) -> None:
        """Keep nothing in mind: what is stored counts."""
        self._chosen.clear()
