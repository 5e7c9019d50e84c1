"""Make the values of requests: ids, and the times of their world."""

from __future__ import annotations

from typing import Any

from trunkline.clock import Clock
from trunkline.sids import SidFactory
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.worlds import Worlds

__all__ = ["MakeDelivery"]


class MakeDelivery:
    """Makes requests that are due at once."""

    def __init__(self, sids: SidFactory, worlds: Worlds, clock: Clock) -> None:
        self._sids = sids
        self._worlds = worlds
        self._clock = clock

    def __call__(
        self,
        *,
        subject: str,
        account_id: str,
        world_id: str,
        kind: str,
        url: str,
        method: str = "POST",
        data: dict[str, Any] | None = None,
        parameters: Parameters | None = None,
        token: str | None = None,
    ) -> Delivery:
        """A request about `subject`. `token` repeats another one; `parameters` spare its kind
        from rendering them as long as it is in memory."""
        number = self._sids.new_id()
        now = self._worlds.clock(world_id).now()
        return Delivery(
            id=number,
            token=token or number,
            subject=subject,
            account_id=account_id,
            world_id=world_id,
            kind=kind,
            url=url,
            method=method,
            data={} if data is None else data,
            due_at=now,
            created_at=now,
            real_time=self._clock.now(),
            parameters=parameters,
        )
