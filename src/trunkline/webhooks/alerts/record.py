"""Write alerts down, in the commit of what they tell of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from trunkline.bus import Event
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects
from trunkline.webhooks.alerts import queries
from trunkline.webhooks.alerts.model import Alert

__all__ = ["AlertFollower", "RecordAlerts"]


class AlertFollower(Protocol):
    """What comes of every alert, in the same transaction."""

    async def follow(
        self, connection: Connection, alerts: Sequence[Alert], effects: Effects
    ) -> None:
        """Write what follows from these alerts."""


class RecordAlerts:
    """Work for group commits: insert alerts, and publish `alert.recorded` for each."""

    order = 52

    def __init__(self, followers: Sequence[AlertFollower] = ()) -> None:
        self._followers = followers

    async def write(
        self, connection: Connection, items: Sequence[Alert], events: Effects
    ) -> Sequence[None]:
        """Insert the rows."""
        await connection.copy_records_to_table(
            "alerts",
            records=[queries.row_of_alert(alert) for alert in items],
            columns=queries.ALERT_COLUMNS,
        )
        events.extend(_event(alert) for alert in items)
        for follower in self._followers:
            await follower.follow(connection, items, events)
        return [None] * len(items)


def _event(alert: Alert) -> Event:
    return Event(
        world=alert.world_id,
        account=f"AC{alert.account_id}",
        subject=alert.sid,
        seq=1,
        kind="alert.recorded",
        data={"code": alert.code, "level": alert.level, "resource": alert.resource},
        world_time=alert.created_at,
        real_time=alert.real_time,
    )
