"""An alert for every message that could not be delivered (behaviour 3.3), with the transition that
says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trunkline.messaging.delivery_errors import title
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects
from trunkline.store.transitions import Applied
from trunkline.webhooks.alerts.make_alert import BAD_GATEWAY, AlertMaker
from trunkline.webhooks.alerts.record import RecordAlerts

__all__ = ["AlertFailures", "service_sid"]

FAILURES = frozenset({"failed", "undelivered"})


class AlertFailures:
    """The follower of message transitions that records alerts."""

    def __init__(self, record: RecordAlerts, alert: AlertMaker) -> None:
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
            alerts.append(
                self._alert(
                    entry.row["account_id"].hex,
                    transition.world_id,
                    code,
                    resource=transition.subject,
                    service=service_sid(entry.row),
                    **_told(code, transition.data),
                )
            )
        if alerts:
            await self._record.write(connection, alerts, effects)


def service_sid(row: Any) -> str | None:
    """The SID of the service that a message belongs to; None where there is none."""
    service = row["service_id"]
    return None if service is None else f"MG{service.hex}"


def _told(code: int, data: Mapping[str, Any]) -> dict[str, Any]:
    """What an alert says: of media that could not be had, which, and what happened."""
    url = data.get("url")
    if url is None:
        return {"message": title(code)}
    reason, status = data["reason"], data.get("http_status")
    return {
        "message": f"GET {url}{' ' if reason.startswith('answered ') else ': '}{reason}.",
        "url": url,
        "method": "GET",
        "details": {"httpResponse": BAD_GATEWAY if status is None else str(status)},
    }
