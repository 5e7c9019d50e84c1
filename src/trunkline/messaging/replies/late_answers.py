"""Forget what an app answers about a message whose text was taken away while the app was asked."""

from __future__ import annotations

from collections.abc import Sequence

from trunkline.bus import Event
from trunkline.messaging import queries
from trunkline.store.database import Connection
from trunkline.webhooks.forget import forget_answers

__all__ = ["ForgetLateAnswers"]


class ForgetLateAnswers:
    """Work for the commit that writes an answer down, about a message that may be redacted and
    deleted already: an error page, for instance, repeats what was asked."""

    order = 36  # after the end of the request

    async def write(
        self, connection: Connection, items: Sequence[str], events: list[Event]
    ) -> Sequence[None]:
        """Empty the answers about those of these messages (SIDs) that are to be forgotten."""
        ids = [sid[2:] for sid in items]
        # Whoever redacts from now on waits for this commit, and empties the answer then.
        await connection.execute(queries.KEEP_MESSAGES, ids)
        gone = {row["id"].hex for row in await connection.fetch(queries.FORGOTTEN, ids)}
        if gone:
            await forget_answers(connection, [sid for sid in items if sid[2:] in gone])
        return [None] * len(items)
