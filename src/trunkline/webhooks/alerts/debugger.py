"""The debugger webhook: every alert is told to the URL that its account, or the parent of its
account, has set (behaviour 3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from trunkline.rest.dates import iso8601
from trunkline.store import Database, Work
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects
from trunkline.webhooks.alerts import queries
from trunkline.webhooks.alerts.account_settings import WebhookAccounts
from trunkline.webhooks.alerts.alert_text import alert_fields
from trunkline.webhooks.alerts.catalogue import ERROR
from trunkline.webhooks.alerts.model import Alert
from trunkline.webhooks.alerts.read_request import MadeRequest, ReadRequest
from trunkline.webhooks.forget import forget_answer
from trunkline.webhooks.kinds import Completion
from trunkline.webhooks.make_delivery import MakeDelivery
from trunkline.webhooks.model import Delivery, Parameters

if TYPE_CHECKING:
    from trunkline.webhooks.http import Exchange

__all__ = ["KIND", "DebuggerRequests", "SendToDebugger"]

KIND = "debugger"
PAYLOAD_TYPE = "application/json"
MOST_BODY = 5_000  # characters of an answer: frameworks take forms of 100 kB


class SendToDebugger:
    """Makes a request of every alert, in the commit that records it. `due` is the work that puts
    requests into the queue.

    Alerts about alerts are told to nobody: they could only come of a request to the debugger.
    """

    def __init__(self, accounts: WebhookAccounts, due: Work, make: MakeDelivery) -> None:
        self._accounts = accounts
        self._due = due
        self._make = make

    async def follow(
        self, connection: Connection, alerts: Sequence[Alert], effects: Effects
    ) -> None:
        """Write the requests that these alerts bring about."""
        told = [alert for alert in alerts if (alert.resource or "")[:2] != "NO"]
        if not told:
            return
        debuggers = await self._accounts.debuggers(
            (f"AC{alert.account_id}" for alert in told), connection
        )
        requests = [
            self._make(
                subject=alert.sid,
                account_id=debugger.account_id,
                world_id=alert.world_id,
                kind=KIND,
                url=debugger.url,
            )
            for alert in told
            if (debugger := debuggers.get(f"AC{alert.account_id}")) is not None
        ]
        if requests:
            await self._due.write(connection, requests, effects)


class DebuggerRequests:
    """The kind of request that tells an alert."""

    reads_body = False

    def __init__(self, database: Database, read_request: ReadRequest) -> None:
        self._database = database
        self._read_request = read_request

    def conversation(self, parameters: Parameters) -> None:
        """It belongs to none."""

    async def parameters(self, delivery: Delivery) -> Parameters | None:
        """What is told of the alert; None when it is gone."""
        row = await self._database.fetchrow(queries.FETCH_ALERT_AND_OWNER, delivery.subject[2:])
        if row is None:
            return None
        alert = queries.alert_of_row(row)
        request = await self._read_request(alert.delivery_id)
        owner = row["owner_id"].hex
        return (
            ("ParentAccountSid", "" if owner == alert.account_id else f"AC{owner}"),
            ("Payload", msgspec.json.encode(_payload(alert, request)).decode()),
            ("Level", "Error" if alert.level == ERROR else "Warning"),
            ("Timestamp", iso8601(alert.created_at) or ""),
            ("PayloadType", PAYLOAD_TYPE),
            ("AccountSid", f"AC{alert.account_id}"),
            ("Sid", alert.sid),
        )

    async def complete(self, delivery: Delivery, exchange: Exchange) -> Completion:
        """Nothing comes of it: that the debugger cannot be reached is no news for the debugger.
        The log of requests has it, without the answer: it may repeat the request that failed,
        and with it a message that is forgotten later."""
        forget_answer(exchange)
        return Completion()


def _payload(alert: Alert, request: MadeRequest | None) -> dict[str, Any]:
    return {
        "resource_sid": alert.resource,
        "service_sid": alert.service,
        "error_code": str(alert.code),
        "more_info": alert_fields(alert),
        "webhook": {
            "type": PAYLOAD_TYPE,
            "request": {
                "url": alert.url,
                "method": alert.method,
                "headers": {} if request is None else dict(request.request_headers),
                "parameters": {} if request is None else dict(request.parameters or ()),
            },
            "response": _response(request),
        },
    }


def _response(request: MadeRequest | None) -> dict[str, Any]:
    if request is None:
        return {"status_code": None, "headers": {}, "body": ""}
    return {
        "status_code": request.status,
        "headers": dict(request.response_headers),
        "body": (request.response_body or "")[:MOST_BODY],
    }
