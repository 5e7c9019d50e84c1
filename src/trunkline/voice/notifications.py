"""The operations of a call's notifications: the alerts about it (behaviour 3.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

import msgspec

from trunkline.accounts import fetch_own_page
from trunkline.rest.operation import Call, RestPage, operation
from trunkline.rest.pages import page_request, paginate
from trunkline.rest.parameters import NoParameters
from trunkline.rest.path_sids import path_sid, there
from trunkline.sids import id_floor, id_time
from trunkline.store import Database
from trunkline.voice.representation import call_path
from trunkline.voice.resources import CALLS, fetch_call
from trunkline.webhooks.alerts.catalogue import ERROR, WARNING
from trunkline.webhooks.alerts.model import Alert
from trunkline.webhooks.alerts.parameters import ListNotificationParameters
from trunkline.webhooks.alerts.queries import (
    FETCH_ALERT,
    OWNER_OF_ALERT,
    alert_of_row,
    list_alerts,
)
from trunkline.webhooks.alerts.read_request import ReadRequest
from trunkline.webhooks.alerts.representation import (
    ListedNotificationResource,
    NotificationResource,
    listed_notification,
    one_notification,
)
from trunkline.webhooks.alerts.tables import alerts

__all__ = ["CallNotifications"]

NOTIFICATIONS = CALLS + "/{CallSid}/Notifications"
# Ids are made in the order of time, by the clocks of several nodes.
CLOCKS_APART = timedelta(hours=1)
N = TypeVar("N", ListedNotificationResource, NotificationResource)


class CallNotifications:
    """What went wrong in a call."""

    def __init__(self, database: Database, read_request: ReadRequest) -> None:
        self._database = database
        self._read_request = read_request

    @operation(
        "ListCallNotification",
        "GET",
        NOTIFICATIONS,
        parameters=ListNotificationParameters,
        returns=ListedNotificationResource,
        list_key="notifications",
    )
    async def list_call_notification(
        self, call: Call, asked: ListNotificationParameters
    ) -> RestPage:
        """List the notifications of a call, newest first."""
        page = page_request(call, ("NO",))
        found = await fetch_call(self._database, call, "CallSid")
        on, after, before = asked.message_date, asked.message_date_after, asked.message_date_before
        statement = list_alerts(
            call.account.sid[2:],
            level=None if asked.log is None else (ERROR, WARNING)[asked.log],
            since=max((span[0] for span in (on, after) if span is not None), default=None),
            until=min((span[1] for span in (on, before) if span is not None), default=None),
        )
        # No alert about a call is older than the call: so few are read, without an index.
        earliest = id_floor(id_time(found.sid) - CLOCKS_APART)
        statement = statement.where(alerts.c.resource == found.sid, alerts.c.id >= earliest)
        rows = await fetch_own_page(
            self._database,
            page,
            statement,
            alerts.c.id,
            account_sid=call.account.sid,
            owner_of=OWNER_OF_ALERT,
        )
        shown = [_placed(listed_notification(alert), alert) for alert in map(alert_of_row, rows)]
        return paginate(call, page, "notifications", [(item.sid, item) for item in shown])

    @operation(
        "FetchCallNotification", "GET", NOTIFICATIONS + "/{Sid}", returns=NotificationResource
    )
    async def fetch_call_notification(self, call: Call, _: NoParameters) -> NotificationResource:
        """Read a notification of a call, with the request to the app and its answer."""
        sid = path_sid(call, "NO")
        found = await fetch_call(self._database, call, "CallSid")
        row = await self._database.fetchrow(FETCH_ALERT, sid[2:], call.account.sid[2:])
        alert = None if row is None else alert_of_row(row)
        alert = there(call, alert if alert is not None and alert.resource == found.sid else None)
        request = await self._read_request(alert.delivery_id)
        return _placed(one_notification(alert, request), alert)


def _placed(shown: N, alert: Alert) -> N:
    """With its address beneath the call, as it was asked for."""
    path = call_path(f"AC{alert.account_id}", alert.resource or "")
    return msgspec.structs.replace(shown, uri=f"{path}/Notifications/{alert.sid}.json")
