"""An account with alerts, over the shared database, for the tests of alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.unit.accounts.support import Client
from trunkline.accounts import AccountSet
from trunkline.bus import Event
from trunkline.rest.app import TwilioApi
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit, Job
from trunkline.webhooks.alerts.account_settings import WebhookAccounts
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.alerts.model import Alert
from trunkline.webhooks.alerts.record import RecordAlerts
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.worlds import Worlds

MESSAGE = "SM" + "5e" * 16
SENT = (("MessageSid", MESSAGE), ("Body", "Grüße & co"), ("From", "+15551234567"))
RECEIVED = (("Content-Type", "text/html; charset=utf-8"), ("X-Note", "a=b & c"))


class AnExchange:
    """An exchange as far as an alert reads it."""

    def __init__(
        self, *, url: str, status: int | None, error: int | None, reason: str = ""
    ) -> None:
        self.url = url
        self.status = status
        self.error = error
        self.reason = reason


class Renders:
    """Gives the parameters of every delivery, until its subject is deleted."""

    def __init__(self) -> None:
        self.deleted: set[str] = set()
        self.asked: list[Delivery] = []

    async def __call__(self, row: Delivery) -> Parameters | None:
        self.asked.append(row)
        return None if row.subject in self.deleted else SENT


@dataclass
class Queue:
    """Stands for the queue of requests: remembers what was put into it."""

    order: int = 50
    put: list[Delivery] = field(default_factory=list)

    async def write(
        self, connection: Any, items: Sequence[Delivery], effects: Any
    ) -> Sequence[None]:
        self.put.extend(items)
        return [None] * len(items)


@dataclass(kw_only=True)
class World:
    """One account, the application over its alerts, and what makes them."""

    app: TwilioApi
    database: Database
    world_id: str
    worlds: Worlds
    sids: SidFactory
    account: AccountSet
    accounts: WebhookAccounts
    alert: AlertMaker
    record: RecordAlerts
    commit: GroupCommit
    events: list[Event]
    renders: Renders
    queue: Queue

    @property
    def account_id(self) -> str:
        return self.account.account_sid[2:]

    def client(self, host: str = "api.twilio.com", **credentials: str) -> Client:
        """A client with the account's token, or with other credentials."""
        username = credentials.get("username", self.account.account_sid)
        password = credentials.get("password", self.account.auth_token)
        return Client(self.app, username, password, host)

    def monitor(self, **credentials: str) -> Client:
        return self.client("monitor.twilio.com", **credentials)

    async def subaccount(self) -> dict[str, Any]:
        answer = await self.client().post("/2010-04-01/Accounts.json")
        assert answer.status == 201, answer.text
        made: dict[str, Any] = answer.json
        return made

    async def recorded(self, code: int = 11200, **options: Any) -> Alert:
        """An alert, made and recorded."""
        account_id = options.pop("account_id", self.account_id)
        alert = self.alert(account_id, self.world_id, code, **options)
        await self.commit.submit(Job(self.record, alert))
        return alert

    async def delivery(self, **columns: Any) -> Delivery:
        """A request to the app that has ended, in the log."""
        made = a_delivery(self.sids, self.account_id, self.world_id)
        row = {
            "id": made.id,
            "token": made.token,
            "subject_id": made.subject[2:],
            "subject_kind": made.subject[:2],
            "account_id": made.account_id,
            "world_id": made.world_id,
            "kind": made.kind,
            "url": made.url,
            "method": made.method,
            "data": made.data,
            "outcome": "failed",
            "status": 405,
            "error_code": 11200,
            "attempts": [{"url": made.url, "signature": "c2lnbmF0dXJl"}],
            "response_headers": RECEIVED,
            "response_body": "<h1>Nö</h1>".encode(),
            "created_at": made.created_at,
            "real_time": made.real_time,
            "finished_at": made.real_time,
            "ended_at": made.created_at,
        } | columns
        places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
        await self.database.execute(
            f"INSERT INTO deliveries ({', '.join(row)}) VALUES ({places})", *row.values()
        )
        return made


def a_delivery(sids: SidFactory, account_id: str, world_id: str, **options: Any) -> Delivery:
    """A request to an app about `MESSAGE`."""
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "id": sids.new_id(),
        "token": sids.new_id(),
        "subject": MESSAGE,
        "account_id": account_id,
        "world_id": world_id,
        "kind": "message.inbound",
        "url": "https://app.example/sms",
        "method": "POST",
        "data": {},
        "due_at": now,
        "created_at": now,
        "real_time": now,
    }
    return Delivery(**values | options)
