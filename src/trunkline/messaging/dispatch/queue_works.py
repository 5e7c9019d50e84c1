"""What messaging contributes to a group commit about its queue: whose turn it is, who has claimed
it, and what is in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from trunkline.bus import Event
from trunkline.messaging import queries
from trunkline.store.database import Connection
from trunkline.store.group_commit import Refused

__all__ = [
    "Claims",
    "Doubt",
    "FinishDispatch",
    "GiveBackClaims",
    "PutInDoubt",
    "Reschedule",
    "RescheduleDispatch",
]


class FinishDispatch:
    """Take messages (by SID) off the queue."""

    order = 40

    async def write(
        self, connection: Connection, items: Sequence[str], events: list[Event]
    ) -> Sequence[None]:
        """Delete the rows; a row that is gone already is no error."""
        await connection.execute(queries.FINISH_DISPATCH, [sid[2:] for sid in items])
        return [None] * len(items)


@dataclass(frozen=True, slots=True)
class Reschedule:
    """A message's next step in the queue, and when. `claimed` False gives a claim back."""

    sid: str
    step: str
    due_at: datetime
    claimed: bool = False


class RescheduleDispatch:
    """Move messages in the queue to another step or time.

    With an `owner`, only rows of that node: another one may have taken them over.
    """

    order = 41

    def __init__(self, owner: str | None = None) -> None:
        self._owner = owner

    async def write(
        self, connection: Connection, items: Sequence[Reschedule], events: list[Event]
    ) -> Sequence[Refused | None]:
        """Update the rows; Refused where there is none, or it is as it should be already."""
        rows = await connection.fetch(
            queries.RESCHEDULE_DISPATCH,
            [item.sid[2:] for item in items],
            [item.step for item in items],
            [item.due_at for item in items],
            [item.claimed for item in items],
            self._owner,
        )
        changed = {row["message_id"].hex for row in rows}
        return [None if item.sid[2:] in changed else Refused() for item in items]


class Claims:
    """The intent to submit, written down before the first byte goes to a carrier."""

    order = 10

    def __init__(self, owner: str) -> None:
        self.owner = owner

    async def write(
        self, connection: Connection, items: Sequence[tuple[str, datetime]], events: list[Event]
    ) -> Sequence[int | Refused]:
        """Claim (SID, real time) rows; the attempt's number, or Refused: somebody else has it."""
        rows = await connection.fetch(
            queries.CLAIM_DISPATCH,
            [sid[2:] for sid, _ in items],
            [moment for _, moment in items],
            self.owner,
        )
        claimed = {row["message_id"].hex: row["attempt"] for row in rows}
        # A claim is one submitter's: of two that ask together, the second is refused.
        return [claimed.pop(sid[2:], None) or Refused() for sid, _ in items]


class GiveBackClaims:
    """Take back claims of this node (by SID) for messages that certainly were not submitted."""

    order = 11

    def __init__(self, owner: str) -> None:
        self._owner = owner

    async def write(
        self, connection: Connection, items: Sequence[str], events: list[Event]
    ) -> Sequence[None]:
        """Clear the claims, whether or not they were written."""
        await connection.execute(queries.GIVE_BACK_CLAIM, [sid[2:] for sid in items], self._owner)
        return [None] * len(items)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A claim that nobody here will get an answer to, and when the doubt is to end."""

    sid: str
    claimed_at: datetime
    due_at: datetime  # world time


class PutInDoubt:
    """Show claimed messages as in doubt."""

    order = 42

    def __init__(self, owner: str) -> None:
        self._owner = owner

    async def write(
        self, connection: Connection, items: Sequence[Doubt], events: list[Event]
    ) -> Sequence[Refused | None]:
        """Update the rows; Refused where that claim was answered or given back meanwhile."""
        rows = await connection.fetch(
            queries.PUT_IN_DOUBT,
            [item.sid[2:] for item in items],
            [item.claimed_at for item in items],
            [item.due_at for item in items],
            self._owner,
        )
        changed = {row["message_id"].hex for row in rows}
        return [None if item.sid[2:] in changed else Refused() for item in items]
