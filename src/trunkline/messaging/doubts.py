"""Messages that a carrier may or may not have: what is noted of a doubt, and its alert."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from trunkline.messaging.alert_failures import service_sid
from trunkline.rest.dates import iso8601
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects
from trunkline.store.notes import Noted
from trunkline.webhooks.alerts.catalogue import WARNING
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.alerts.record import RecordAlerts

__all__ = ["IN_DOUBT", "UNDELIVERED", "AlertDoubts", "doubt_data"]

IN_DOUBT: Final = "message.in_doubt"  # the kind of the note
UNDELIVERED: Final = 30008  # what becomes of the message when nobody ends the doubt


def doubt_data(carrier: str, reason: str, until: datetime) -> dict[str, Any]:
    """The data of the note; `until` is the world time at which the doubt ends at the latest."""
    return {"carrier": carrier, "reason": reason, "until": iso8601(until)}


class AlertDoubts:
    """The follower of notes that records an alert for each doubt."""

    def __init__(self, record: RecordAlerts, alert: AlertMaker) -> None:
        self._record = record
        self._alert = alert

    async def follow(
        self, connection: Connection, noted: Sequence[Noted], effects: Effects
    ) -> None:
        """Record an alert for each message that is in doubt from now on."""
        alerts = [
            self._alert(
                entry.row["account_id"].hex,
                entry.note.world_id,
                UNDELIVERED,
                level=WARNING,
                resource=entry.note.sid,
                service=service_sid(entry.row),
                message=_sentence(entry.note.data),
            )
            for entry in noted
            if entry.note.kind == IN_DOUBT
        ]
        if alerts:
            await self._record.write(connection, alerts, effects)


def _sentence(data: dict[str, Any]) -> str:
    return (
        f"The carrier {data['carrier']} may have the message: {data['reason']}. It is not sent "
        f"again. The doubt ends at {data['until']}: the message is undelivered then."
    )
