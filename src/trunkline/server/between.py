"""Between which numbers messages and calls are, whatever a SID is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trunkline.control.platform import Between as Looks

__all__ = ["Between"]


class Between:
    """Asks all that know of some, each for those that nobody before it knew."""

    def __init__(self, *looks: Looks) -> None:
        self._looks = looks

    async def __call__(
        self, world_id: str, sids: Sequence[str]
    ) -> Mapping[str, tuple[str | None, str]]:
        """Sender and recipient by SID, of those that the world has. Raises StoreUnavailable."""
        found: dict[str, tuple[str | None, str]] = {}
        for look in self._looks:
            if unknown := [sid for sid in sids if sid not in found]:
                found |= await look(world_id, unknown)
        return found
