"""Alerts of recordings that are absent: 16101 too short, 16102 silent (behaviour 6.7)."""

from __future__ import annotations

from collections.abc import Sequence

from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects
from trunkline.store.transitions import Applied
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.alerts.record import RecordAlerts

__all__ = ["AlertAbsent"]


class AlertAbsent:
    """The follower of recordings that says why one cannot be had. The alert is about its call, so
    that it is among the notifications of that."""

    def __init__(self, alert: AlertMaker, record: RecordAlerts) -> None:
        self._alert = alert
        self._record = record

    async def follow(
        self, connection: Connection, applied: Sequence[Applied], effects: Effects
    ) -> None:
        """Record an alert for each that became absent."""
        alerts = [
            self._alert(
                entry.row["account_id"].hex,
                entry.transition.world_id,
                entry.row["error_code"],
                resource=f"CA{entry.row['call_id'].hex}",
                details={"RecordingSid": entry.transition.subject},
            )
            for entry in applied
            if "absent" in entry.transition.path and entry.row["error_code"] is not None
        ]
        if alerts:
            await self._record.write(connection, alerts, effects)
