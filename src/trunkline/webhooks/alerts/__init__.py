"""Alerts: what went wrong, for the people who run the app. Monitor, notifications, debugger."""

from trunkline.webhooks.alerts.account_settings import (
    KEEP,
    Debugger,
    InvalidSetting,
    WebhookAccounts,
)
from trunkline.webhooks.alerts.catalogue import alert_level, alert_title
from trunkline.webhooks.alerts.debugger import DebuggerRequests, SendToDebugger
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.alerts.model import Alert, DeliveryRow, Render
from trunkline.webhooks.alerts.read_request import ReadRequest
from trunkline.webhooks.alerts.record import AlertFollower, RecordAlerts
from trunkline.webhooks.alerts.resources import Alerts, Notifications

__all__ = [
    "KEEP",
    "Alert",
    "AlertFollower",
    "AlertMaker",
    "Alerts",
    "Debugger",
    "DebuggerRequests",
    "DeliveryRow",
    "InvalidSetting",
    "Notifications",
    "ReadRequest",
    "RecordAlerts",
    "Render",
    "SendToDebugger",
    "WebhookAccounts",
    "alert_level",
    "alert_title",
]
