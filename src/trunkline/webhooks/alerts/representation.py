"""Alerts as the API shows them: Monitor's Alert, and the Notification of the 2010 API."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from trunkline.rest.dates import iso8601, rfc2822
from trunkline.webhooks.alerts.alert_text import alert_fields, encoded, more_info
from trunkline.webhooks.alerts.model import Alert
from trunkline.webhooks.alerts.read_request import MadeRequest

__all__ = [
    "AlertResource",
    "ListedAlertResource",
    "ListedNotificationResource",
    "NotificationResource",
    "listed_alert",
    "listed_notification",
    "one_alert",
    "one_notification",
]

API_VERSION = "2010-04-01"
LOGS = {"error": "0", "warning": "1", "notice": "2", "debug": "3"}


class ListedAlertResource(msgspec.Struct, frozen=True):
    """An alert in the list, without the request that it tells of."""

    account_sid: str
    alert_text: str
    api_version: str
    date_created: str | None
    date_generated: str | None
    date_updated: str | None
    error_code: str
    log_level: str
    more_info: str
    request_method: str | None
    request_url: str | None
    resource_sid: str | None
    sid: str
    url: str
    service_sid: str | None


class AlertResource(msgspec.Struct, frozen=True):
    """One alert, with the request to the app and its answer."""

    account_sid: str
    alert_text: str
    api_version: str
    date_created: str | None
    date_generated: str | None
    date_updated: str | None
    error_code: str
    log_level: str
    more_info: str
    request_method: str | None
    request_url: str | None
    request_variables: str | None
    resource_sid: str | None
    response_body: str | None
    response_headers: str | None
    request_headers: str | None
    sid: str
    url: str
    service_sid: str | None


class ListedNotificationResource(msgspec.Struct, frozen=True):
    """A notification in the list, without the request that it tells of."""

    xml_name: ClassVar[str] = "Notification"

    account_sid: str
    api_version: str
    call_sid: str | None
    date_created: str | None
    date_updated: str | None
    error_code: str
    log: str
    message_date: str | None
    message_text: str
    more_info: str
    request_method: str | None
    request_url: str | None
    sid: str
    uri: str


class NotificationResource(msgspec.Struct, frozen=True):
    """One notification, with the request to the app and its answer."""

    account_sid: str
    api_version: str
    call_sid: str | None
    date_created: str | None
    date_updated: str | None
    error_code: str
    log: str
    message_date: str | None
    message_text: str
    more_info: str
    request_method: str | None
    request_url: str | None
    request_variables: str | None
    response_body: str | None
    response_headers: str | None
    sid: str
    uri: str


def listed_alert(alert: Alert, base_url: str) -> ListedAlertResource:
    """An alert in the list; `base_url` is the product's."""
    return ListedAlertResource(**_alert(alert, base_url))


def one_alert(alert: Alert, base_url: str, request: MadeRequest | None) -> AlertResource:
    """One alert."""
    headers = None if request is None else encoded(request.request_headers)
    return AlertResource(**_alert(alert, base_url), **_request(request), request_headers=headers)


def listed_notification(alert: Alert) -> ListedNotificationResource:
    """A notification in the list."""
    return ListedNotificationResource(**_notification(alert))


def one_notification(alert: Alert, request: MadeRequest | None) -> NotificationResource:
    """One notification."""
    return NotificationResource(**_notification(alert), **_request(request))


def _alert(alert: Alert, base_url: str) -> dict[str, Any]:
    moment = iso8601(alert.created_at)
    return {
        **_common(alert),
        "alert_text": _text(alert),
        "date_created": moment,
        "date_generated": moment,
        "date_updated": moment,
        "log_level": alert.level,
        "resource_sid": alert.resource,
        "url": f"{base_url}/v1/Alerts/{alert.sid}",
        "service_sid": alert.service,
    }


def _notification(alert: Alert) -> dict[str, Any]:
    moment = rfc2822(alert.created_at)
    resource = alert.resource or ""
    account = f"/{API_VERSION}/Accounts/AC{alert.account_id}"
    return {
        **_common(alert),
        "call_sid": resource if resource[:2] == "CA" else None,
        "date_created": moment,
        "date_updated": moment,
        "log": LOGS[alert.level],
        "message_date": moment,
        "message_text": _text(alert),
        "uri": f"{account}/Notifications/{alert.sid}.json",
    }


def _common(alert: Alert) -> dict[str, Any]:
    return {
        "account_sid": f"AC{alert.account_id}",
        "api_version": API_VERSION,
        "error_code": str(alert.code),
        "more_info": more_info(alert.code),
        "request_method": alert.method,
        "request_url": alert.url,
        "sid": alert.sid,
    }


def _request(request: MadeRequest | None) -> dict[str, Any]:
    if request is None:
        return dict.fromkeys(("request_variables", "response_body", "response_headers"))
    variables = request.parameters
    return {
        "request_variables": None if variables is None else encoded(variables),
        "response_body": request.response_body,
        "response_headers": encoded(request.response_headers),
    }


def _text(alert: Alert) -> str:
    return encoded(list(alert_fields(alert).items()))
