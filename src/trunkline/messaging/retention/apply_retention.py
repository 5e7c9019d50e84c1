"""What a message asked to be forgotten (ContentRetention, AddressRetention) goes with its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trunkline.bus import Event
from trunkline.messaging.retention import queries
from trunkline.store.database import Connection

__all__ = ["ApplyRetention", "wants_retention"]


class ApplyRetention:
    """Forget what a message asked to be forgotten once it has its last status (1.9).

    To be committed together with the transition to that status.
    """

    order = 38  # after all that the end of a message writes: copies of media, sticky senders

    async def write(
        self,
        connection: Connection,
        items: Sequence[tuple[str, Mapping[str, Any]]],
        events: list[Event],
    ) -> Sequence[None]:
        """Empty the content, mask the recipient, or both, of (SID, options)."""
        discard = [s[2:] for s, o in items if o.get("content_retention") == "discard"]
        obfuscate = [s[2:] for s, o in items if o.get("address_retention") == "obfuscate"]
        if discard:
            await connection.execute(queries.DISCARD_CONTENT, discard)
            await connection.execute(queries.DISCARD_OPTIONS, discard)
        if obfuscate:
            await connection.execute(queries.FORGET_STICKY, obfuscate)
            await connection.execute(queries.OBFUSCATE_ADDRESS, obfuscate)
        return [None] * len(items)


def wants_retention(options: Mapping[str, Any] | None) -> bool:
    """Whether `ApplyRetention` has anything to do for a message with these options."""
    return options is not None and (
        "content_retention" in options or "address_retention" in options
    )
