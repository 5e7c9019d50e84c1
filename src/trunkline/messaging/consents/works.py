"""What consents contribute to a group commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trunkline.messaging.consents import queries
from trunkline.messaging.consents.model import ConsentChange
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects

__all__ = ["ChangeConsents", "write_changes"]


class ChangeConsents:
    """Write opt-outs and opt-ins, and the history of those that changed something."""

    order = 31  # after what is sent was checked: who stops in this commit stops what comes next

    async def write(
        self, connection: Connection, items: Sequence[ConsentChange], events: Effects
    ) -> Sequence[bool]:
        """Whether each one changed anything."""
        return await write_changes(connection, items)


async def write_changes(connection: Connection, items: Sequence[ConsentChange]) -> list[bool]:
    """Write changes in the order given; whether each one changed anything.

    Rows are locked in the order of their keys, so that two imports do not wait for each other
    in a circle.
    """
    written: set[str] = set()
    for batch in _rounds(items):
        rows = await connection.fetch(queries.CHANGE, *_columns(batch))
        written.update(row["id"].hex for row in rows)
    return [item.id in written for item in items]


def _rounds(items: Sequence[ConsentChange]) -> list[list[ConsentChange]]:
    """The items so that no pair is in a round twice: one statement changes a row once."""
    rounds: list[list[ConsentChange]] = []
    seen: dict[tuple[str, str, str], int] = {}
    for item in items:
        key = (item.account_id, item.scope, item.recipient)
        number = seen.get(key, -1) + 1
        seen[key] = number
        if number == len(rounds):
            rounds.append([])
        rounds[number].append(item)
    return rounds


def _columns(batch: Sequence[ConsentChange]) -> list[list[Any]]:
    return [
        [item.id for item in batch],
        [item.account_id for item in batch],
        [item.scope for item in batch],
        [item.recipient for item in batch],
        [item.status for item in batch],
        [item.evidence.method for item in batch],
        [item.evidence.keyword for item in batch],
        [item.evidence.source for item in batch],
        [item.evidence.ip for item in batch],
        [item.evidence.user_agent for item in batch],
        [item.evidence.consented_at for item in batch],
        [item.moment for item in batch],
    ]
