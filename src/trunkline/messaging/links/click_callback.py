"""The request that tells the app of a click: to the CallbackUrl of the link's domain."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from trunkline.messaging.links import queries
from trunkline.messaging.links.link_keys import LinkKeys
from trunkline.messaging.links.read_codes import codes_in
from trunkline.store import Database
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.forget import forget_answer
from trunkline.webhooks.http import Exchange
from trunkline.webhooks.kinds import Completion
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.webhooks.told_of_row import ToldOfRow

__all__ = ["KIND", "ClickCallback", "click_parameters"]

KIND = "link.click"


class ClickCallback(ToldOfRow):
    """The kind of request that tells a click."""

    key_column = "click_id"

    def __init__(self, database: Database, keys: LinkKeys, alert: AlertMaker) -> None:
        super().__init__(database, alert, queries.CLICKS)
        self._keys = keys

    def key(self, delivery: Delivery) -> str:
        """The id of the click."""
        return str(delivery.data["click"])

    def render(self, delivery: Delivery, row: Any) -> Parameters:
        """What is told of a click."""
        return click_parameters(row, self._url(row), row["clicked_at"], row["user_agent"])

    async def complete(self, delivery: Delivery, exchange: Exchange) -> Completion:
        """An alert where the app did not take it."""
        # It was asked with the URL, which may be sealed for good; the text may be forgotten later.
        forget_answer(exchange)
        return await super().complete(delivery, exchange)

    def _url(self, row: Any) -> str:
        """Where the link leads: its code is in the text. Empty when that was forgotten."""
        codes = codes_in(row["body"] or "", self._keys)
        code = codes.get(row["id"].hex)
        if code is None or row["target"] is None:
            return ""
        return self._keys.open(code, row["target"]) or ""


def click_parameters(row: Any, url: str, moment: datetime, user_agent: str) -> Parameters:
    """The form; addresses as the message has them now. `row` is of `queries.FIND`."""
    service = row["service_id"]
    return [
        ("event_type", "click"),
        ("sms_sid", f"{'MM' if row['mms'] else 'SM'}{row['message_id'].hex}"),
        ("to", row["recipient"]),
        ("from", row["sender"] or ""),
        ("link", url),
        ("click_time", moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")),
        ("messaging_service_sid", "" if service is None else f"MG{service.hex}"),
        ("account_sid", f"AC{row['account_id'].hex}"),
        ("user_agent", user_agent),
    ]
