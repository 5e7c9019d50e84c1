"""What rates contribute to a group commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from trunkline.messaging.model import Dispatch
from trunkline.messaging.rates import queries
from trunkline.messaging.rates.model import Key, LeaseLost, Turn
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects, Job

__all__ = ["KeepTurns", "is_lease_lost", "turn_jobs"]


def turn_jobs(dispatch: Dispatch) -> list[Job]:
    """What is to be committed with the submission of a message, and only once: nothing where its
    world limits nothing."""
    turn, dispatch.turn = dispatch.turn, None
    return [] if turn is None else [turn]


def is_lease_lost(results: Sequence[Any]) -> bool:
    """Whether, by the results of its commit, another node sends for the sender by now. Nothing of
    it was written: the message is to be released, and read again."""
    return any(isinstance(result, LeaseLost) for result in results)


class KeepTurns:
    """Write down the credit that messages use up, in the commit that submits them: after a crash
    no sender has more than it had.

    It is also the fence: a node that is no longer the owner of a sender submits nothing for it.
    `lost` is told of a key and term that are not this node's any more.
    """

    order = 5  # before claims and transitions, which are left out where it refuses

    def __init__(self, owner: str, lost: Callable[[Key, int], None]) -> None:
        self._owner = owner
        self._lost = lost

    async def write(
        self, connection: Connection, items: Sequence[Turn], events: Effects
    ) -> Sequence[LeaseLost | None]:
        """The rows of all senders at once; LeaseLost where the sender is another node's."""
        latest: dict[tuple[Key, int], datetime] = {}
        for turn in items:
            place = (turn.key, turn.term)
            latest[place] = max(turn.next_free, latest.get(place, turn.next_free))
        rows = await connection.fetch(
            queries.KEEP_TURNS,
            [key.world_id for key, _ in latest],
            [key.sender for key, _ in latest],
            [key.timeline for key, _ in latest],
            [term for _, term in latest],
            list(latest.values()),
            self._owner,
        )
        held = {
            (Key(row["world_id"].hex, row["sender"], row["timeline"]), row["term"]) for row in rows
        }
        for place in latest.keys() - held:
            events.afterwards.append(partial(self._lost, *place))
        await self._keep_accounts(connection, [t for t in items if (t.key, t.term) in held])
        return [None if (turn.key, turn.term) in held else LeaseLost() for turn in items]

    async def _keep_accounts(self, connection: Connection, turns: Sequence[Turn]) -> None:
        latest: dict[tuple[str, str], tuple[str, datetime]] = {}
        for turn in turns:
            if turn.account_id is None or turn.account_next_free is None:
                continue
            place = (turn.account_id, turn.key.timeline)
            known = latest.get(place)
            if known is None or known[1] < turn.account_next_free:
                latest[place] = (turn.key.world_id, turn.account_next_free)
        if latest:
            await connection.execute(
                queries.KEEP_ACCOUNT_MMS,
                [world_id for world_id, _ in latest.values()],
                [account_id for account_id, _ in latest],
                [timeline for _, timeline in latest],
                [moment for _, moment in latest.values()],
            )
