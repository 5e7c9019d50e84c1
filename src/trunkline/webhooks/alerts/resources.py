"""The operations of alerts: Monitor's `/v1/Alerts`, and the 2010 API's Notifications, which are
the same records (behaviour 3.3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from trunkline.accounts import fetch_own_page
from trunkline.rest import catalogue
from trunkline.rest.operation import Call, RestPage, operation
from trunkline.rest.pages import PageRequest, page_request, paginate
from trunkline.rest.parameters import NoParameters
from trunkline.store import Database
from trunkline.webhooks.alerts import queries
from trunkline.webhooks.alerts.catalogue import ERROR, WARNING
from trunkline.webhooks.alerts.model import Alert
from trunkline.webhooks.alerts.parameters import ListAlertParameters, ListNotificationParameters
from trunkline.webhooks.alerts.read_request import ReadRequest
from trunkline.webhooks.alerts.representation import (
    AlertResource,
    ListedAlertResource,
    ListedNotificationResource,
    NotificationResource,
    listed_alert,
    listed_notification,
    one_alert,
    one_notification,
)
from trunkline.webhooks.alerts.tables import alerts
from trunkline.worlds import Worlds

__all__ = ["Alerts", "Notifications"]

ALERTS = "/v1/Alerts"
NOTIFICATIONS = "/2010-04-01/Accounts/{AccountSid}/Notifications"
LISTED_FOR = timedelta(days=30)


class _AlertOperations:
    def __init__(self, database: Database, read_request: ReadRequest) -> None:
        self._database = database
        self._read_request = read_request

    async def _page(
        self,
        call: Call,
        page: PageRequest,
        *,
        level: str | None,
        since: datetime | None,
        until: datetime | None,
    ) -> list[Alert]:
        rows = await fetch_own_page(
            self._database,
            page,
            queries.list_alerts(call.account.sid[2:], level=level, since=since, until=until),
            alerts.c.id,
            account_sid=call.account.sid,
            owner_of=queries.OWNER_OF_ALERT,
        )
        return [queries.alert_of_row(row) for row in rows]

    async def _fetch(self, call: Call) -> Alert:
        sid = call.path["Sid"]
        row = None
        if sid[:2] == "NO":
            row = await self._database.fetchrow(queries.FETCH_ALERT, sid[2:], call.account.sid[2:])
        if row is None:
            raise catalogue.NOT_FOUND(path=call.resource)
        return queries.alert_of_row(row)


class Alerts(_AlertOperations):
    """Monitor's alerts. An account sees its own alone."""

    def __init__(self, database: Database, worlds: Worlds, read_request: ReadRequest) -> None:
        super().__init__(database, read_request)
        self._worlds = worlds

    @operation(
        "ListAlert",
        "GET",
        ALERTS,
        product="monitor",
        parameters=ListAlertParameters,
        returns=ListedAlertResource,
        list_key="alerts",
        formats=("json",),
    )
    async def list_alert(self, call: Call, asked: ListAlertParameters) -> RestPage:
        """List the alerts of the last 30 days, newest first."""
        page = page_request(call, ("NO",))
        since = self._worlds.clock(call.account.world_id).now() - LISTED_FOR
        if asked.start_date is not None:
            since = max(since, asked.start_date[0])
        found = await self._page(
            call,
            page,
            level=asked.log_level,
            since=since,
            until=None if asked.end_date is None else asked.end_date[1],
        )
        items = [(alert.sid, listed_alert(alert, call.base_url)) for alert in found]
        return paginate(call, page, "alerts", items)

    @operation(
        "FetchAlert",
        "GET",
        ALERTS + "/{Sid}",
        product="monitor",
        returns=AlertResource,
        formats=("json",),
    )
    async def fetch_alert(self, call: Call, _: NoParameters) -> AlertResource:
        """Read an alert, with the request to the app and its answer."""
        alert = await self._fetch(call)
        return one_alert(alert, call.base_url, await self._read_request(alert.delivery_id))


class Notifications(_AlertOperations):
    """The same alerts in the form of the 2010 API."""

    @operation(
        "ListNotification",
        "GET",
        NOTIFICATIONS,
        parameters=ListNotificationParameters,
        returns=ListedNotificationResource,
        list_key="notifications",
    )
    async def list_notification(self, call: Call, asked: ListNotificationParameters) -> RestPage:
        """List the account's notifications, newest first."""
        page = page_request(call, ("NO",))
        spans = asked.message_date, asked.message_date_after, asked.message_date_before
        on, after, before = spans
        found = await self._page(
            call,
            page,
            level=None if asked.log is None else (ERROR, WARNING)[asked.log],
            since=max((span[0] for span in (on, after) if span is not None), default=None),
            until=min((span[1] for span in (on, before) if span is not None), default=None),
        )
        items = [(alert.sid, listed_notification(alert)) for alert in found]
        return paginate(call, page, "notifications", items)

    @operation("FetchNotification", "GET", NOTIFICATIONS + "/{Sid}", returns=NotificationResource)
    async def fetch_notification(self, call: Call, _: NoParameters) -> NotificationResource:
        """Read a notification, with the request to the app and its answer."""
        alert = await self._fetch(call)
        return one_notification(alert, await self._read_request(alert.delivery_id))
