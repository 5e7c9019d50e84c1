"""Status callbacks of messages: which transitions are told, where, and with which parameters
(behaviour 2.5).

They follow from the transitions themselves, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from trunkline.messaging import queries
from trunkline.messaging.channels.tell_channel import status_channel_parameters
from trunkline.messaging.choose_sender import Numbers
from trunkline.messaging.recipients import channel_of
from trunkline.messaging.retention.apply_retention import wants_retention
from trunkline.store import Database
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects
from trunkline.store.transitions import Applied
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.forget import forget_answer
from trunkline.webhooks.http import Exchange
from trunkline.webhooks.kinds import Completion
from trunkline.webhooks.make_delivery import MakeDelivery
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.webhooks.told_of_row import ToldOfRow
from trunkline.webhooks.works import DueDeliveries

__all__ = ["KIND", "StatusCallback", "StatusCallbacks"]

KIND = "message.status"
# The status that a message starts with is never told; `sending` is seen by REST alone.
TOLD = frozenset({"queued", "sent", "delivered", "undelivered", "failed", "canceled", "read"})
RECEIPTS = frozenset({"delivered", "undelivered"})
CONTRADICTION = 30008  # what the false `undelivered` of webhook chaos gives as its reason


class Contradicts(Protocol):
    """Asks webhook chaos."""

    def __call__(self, world_id: str, subject: str) -> bool:
        """Whether this message's `undelivered` is to be told before its `delivered`."""


class StatusCallbacks:
    """The follower of message transitions that requests their callbacks."""

    def __init__(
        self, due: DueDeliveries, make: MakeDelivery, contradicts: Contradicts, numbers: Numbers
    ) -> None:
        self._due = due
        self._make = make
        self._contradicts = contradicts
        self._numbers = numbers

    async def follow(
        self, connection: Connection, applied: Sequence[Applied], effects: Effects
    ) -> None:
        """Put a callback into the queue for each status that is to be told."""
        wanted = [
            delivery
            for entry in applied
            if entry.row["status_callback"] is not None
            for delivery in self._callbacks(entry)
        ]
        if wanted:
            await self._due.write(connection, wanted, effects)

    def _callbacks(self, entry: Applied) -> list[Delivery]:
        transition = entry.transition
        callbacks = []
        for status in transition.path:
            if status not in TOLD:
                continue
            if status == "delivered" and self._contradicts(transition.world_id, transition.subject):
                data = _data("undelivered", CONTRADICTION, transition.world_time)
                callbacks.append(self._callback(entry, {**data, "false": True}))
            code = transition.changes.get("error_code") if status == transition.path[-1] else None
            callbacks.append(self._callback(entry, _data(status, code, transition.world_time)))
        return callbacks

    def _callback(self, entry: Applied, data: dict[str, Any]) -> Delivery:
        row, transition = entry.row, entry.transition
        if wants_retention(row["options"]):
            data["private"] = True  # what the app answers may repeat the address
        return self._make(
            subject=transition.subject,
            account_id=row["account_id"].hex,
            world_id=transition.world_id,
            kind=KIND,
            url=row["status_callback"],
            data=data,
            parameters=_parameters(
                transition.subject, transition.world_id, row, data, self._numbers
            ),
        )


class StatusCallback(ToldOfRow):
    """The kind of request that tells a status."""

    def __init__(self, database: Database, alert: AlertMaker, numbers: Numbers) -> None:
        super().__init__(database, alert, queries.CALLBACK_FACTS)
        self._numbers = numbers

    def render(self, delivery: Delivery, row: Any) -> Parameters:
        """What is told of a message; addresses as it has them now."""
        return _parameters(delivery.subject, delivery.world_id, row, delivery.data, self._numbers)

    async def complete(self, delivery: Delivery, exchange: Exchange) -> Completion:
        """An alert where the app did not take it."""
        if delivery.data.get("private"):
            forget_answer(exchange)
        return await super().complete(delivery, exchange)


def _data(status: str, error_code: int | None, moment: datetime) -> dict[str, Any]:
    data: dict[str, Any] = {"status": status}
    if error_code is not None:
        data["error_code"] = error_code
    if status in RECEIPTS:
        data["receipt"] = moment.strftime("%y%m%d%H%M")
    return data


def _parameters(
    sid: str, world_id: str, row: Any, data: dict[str, Any], numbers: Numbers
) -> Parameters:
    """In the order that was captured; addresses as the message has them now."""
    status = data["status"]
    parameters = []
    if "receipt" in data:
        parameters.append(("RawDlrDoneDate", data["receipt"]))
    if "error_code" in data:
        parameters.append(("ErrorCode", str(data["error_code"])))
    parameters += [
        ("SmsSid", sid),
        ("SmsStatus", status),
        ("MessageStatus", status),
        ("To", row["recipient"]),
    ]
    if row["service_id"] is not None:
        parameters.append(("MessagingServiceSid", f"MG{row['service_id'].hex}"))
    parameters += [
        ("MessageSid", sid),
        ("AccountSid", f"AC{row['account_id'].hex}"),
        ("From", row["sender"] or ""),
        ("ApiVersion", "2010-04-01"),
    ]
    if channel_of(row["recipient"]) is not None:
        own = numbers.find(world_id, row["sender"] or "")
        parameters += status_channel_parameters(row["recipient"], status, own)
    return parameters
