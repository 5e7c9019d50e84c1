"""Let a call that has its last status not be among those that are going on."""

from __future__ import annotations

from collections.abc import Sequence

from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects
from trunkline.store.transitions import Applied
from trunkline.voice.live import queries
from trunkline.voice.model import FINAL

__all__ = ["EndLiveCalls"]


class EndLiveCalls:
    """The follower of call transitions that does it, in their transaction."""

    async def follow(
        self, connection: Connection, applied: Sequence[Applied], effects: Effects
    ) -> None:
        """Delete the rows of calls that have ended."""
        ended = [
            entry.transition.subject[2:] for entry in applied if entry.transition.path[-1] in FINAL
        ]
        if ended:
            await connection.execute(queries.END, ended)
