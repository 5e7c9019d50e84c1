"""An alert for every message that could not be delivered (behaviour 3.3), with the transition that
says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trunkline.messaging.delivery_errors import title
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects
from trunkline.store.transitions import Applied

__all__ = ["AlertFailures"]

FAILURES = frozenset({"failed", "undelivered"})


class AlertFailures:
    """The follower of message transitions that records alerts."""

    def __init__(self, record: Any, alert: Any) -> None:
        self._record = record
        self._alert = alert

    async def follow(
        self, connection: Connection, applied: Sequence[Applied], effects: Effects
    ) -> None:
        """Record an alert for each message that ended badly."""
        alerts = []
        for entry in applied:
            transition = entry.transition
            code = transition.changes.get("error_code")
            if code is None or transition.path[-1] not in FAILURES:
                continue
            service = entry.row["service_id"]
            alerts.append(
                self._alert(
                    entry.row["account_id"].hex,
                    transition.world_id,
                    code,
                    resource=transition.subject,
                    service=None if service is None else f"MG{service.hex}",
                    message=title(code),
                )
            )
        if alerts:
            await self._record.write(connection, alerts, effects)
