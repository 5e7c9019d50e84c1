"""The text of an alert, as Twilio writes it: a form with the facts (behaviour 3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from trunkline.webhooks.alerts.model import Alert

__all__ = ["alert_fields", "encoded", "more_info"]

DOCS = "https://www.twilio.com/docs/errors/"
LEVELS = {"error": "ERROR", "warning": "WARN", "notice": "NOTICE", "debug": "DEBUG"}
# The part of the platform that fetched the document, in Twilio's own numbers.
COMPONENTS = {"SM": "14100", "MM": "14100", "CA": "12000"}


def alert_fields(alert: Alert) -> dict[str, str]:
    """The facts by name, in Twilio's order; `details` may replace any."""
    fields = {"Msg": alert.message}
    component = COMPONENTS.get((alert.resource or "")[:2])
    if component is not None:
        fields["sourceComponent"] = component
    fields["ErrorCode"] = str(alert.code)
    fields.update(alert.details)
    if alert.url is not None:
        fields.setdefault("url", alert.url)
    fields.setdefault("LogLevel", LEVELS[alert.level])
    return fields


def encoded(pairs: Sequence[tuple[str, str]]) -> str:
    """Names and values as a form."""
    return urlencode(pairs, errors="replace")


def more_info(code: int) -> str:
    """The page of Twilio's error dictionary."""
    return f"{DOCS}{code}"
