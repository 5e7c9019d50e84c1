"""A platform that only remembers, behind the real control API."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from tests.unit.control.fake_calls import FakeCalls
from tests.unit.control.fake_consents import FakeConsents
from tests.unit.control.fake_gateway import FakeGateway
from tests.unit.control.fake_links import FakeDomains, read_links
from tests.unit.rest.asgi_driver import Driver, Response
from trunkline.accounts import AccountSet
from trunkline.bus import Event, LocalBus
from trunkline.carriers.virtual import Behaviour
from trunkline.control import control_app
from trunkline.control.status import DatabaseStatus, ProcessStatus, QueueStatus, Status
from trunkline.messaging.explain_message import Explanation, TimelineEntry
from trunkline.messaging.inbound.receive_message import MediaNotTaken, NoSuchNumber
from trunkline.messaging.phone_inbox import InboxEntry
from trunkline.messaging.transcript import TranscriptEntry
from trunkline.numbers.buy_number import new_number
from trunkline.numbers.import_number import Imported
from trunkline.rest.operation import AccountIdentity
from trunkline.settings import Settings
from trunkline.store import StoreUnavailable
from trunkline.webhooks.alerts.account_settings import (
    KEEP,
    read_allowed,
    read_debugger_url,
)
from trunkline.webhooks.chaos import Chaos
from trunkline.webhooks.history import (
    Ambiguous,
    Answer,
    MadeAttempt,
    RequestDetail,
    RequestSummary,
    SentRequest,
)
from trunkline.webhooks.http import AllowList
from trunkline.webhooks.world_settings import Map, read
from trunkline.worlds import TWILIO, Advanced, ClockNotMovable, Limits, World, WorldClock

TOKEN = "tlc_right"
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
NUMBER = "+14155550100"
SID = "SM" + "0" * 31 + "1"
ACCOUNT = "AC" + "0" * 32
REQUEST = "a" * 32


class StoppedClock:
    """A clock that stands at NOW."""

    def now(self) -> datetime:
        return NOW


def make_world(name: str, digit: str, *, movable: bool = True) -> World:
    return World(digit * 32, name, WorldClock(StoppedClock()), movable, "off", NOW)


class FakeWorlds:
    def __init__(self) -> None:
        self.kept = {"default": make_world("default", "0")}

    def all(self) -> list[World]:
        return list(self.kept.values())

    def named(self, name: str) -> World | None:
        return self.kept.get(name)


class FakePhones:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Behaviour] = {}

    def set_for(self, world_id: str, phone: str) -> Behaviour:
        return self.kept.get((world_id, phone), Behaviour())

    async def set(self, world_id: str, phone: str, behaviour: Behaviour) -> None:
        self.kept[world_id, phone] = behaviour


class FakeLimits:
    def __init__(self) -> None:
        self.kept: dict[str, tuple[Any, Limits | None]] = {}

    def told(self, world_id: str) -> tuple[Any, Limits | None]:
        return self.kept.get(world_id, ("off", None))

    async def set(self, world_id: str, mode: str, values: Limits | None = None) -> None:
        chosen = {"off": None, "twilio": TWILIO, "custom": values}[mode]
        self.kept[world_id] = (mode, chosen)


class FakeDatabase:
    def __init__(self) -> None:
        self.reachable = True

    async def fetchval(self, _: str) -> int:
        if not self.reachable:
            raise StoreUnavailable("The database cannot be reached: refused.")
        return 1


SUMMARY: dict[str, Any] = {
    "id": REQUEST,
    "subject": SID,
    "account_sid": ACCOUNT,
    "kind": "message.status",
    "told": "sent",
    "untrue": False,
    "resent": False,
    "method": "POST",
    "url": "https://app.example/status",
    "outcome": "failed",
    "status": 500,
    "attempts": 1,
    "error_code": 11200,
    "created_at": NOW,
    "real_time": NOW,
    "finished_at": NOW,
    "ended_at": NOW,
}


class FakeHistory:
    """One request, in the default world."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    async def newest(self, world_id: str, **asked: Any) -> list[RequestSummary]:
        self.asked.append(asked)
        return [RequestSummary(**SUMMARY)] if world_id == "0" * 32 else []

    async def named(self, world_id: str, text: str) -> str | None:
        if text == "b" * 8:
            raise Ambiguous(f"More than one request has an id that starts with {text}.")
        return REQUEST if REQUEST.startswith(text) and world_id == "0" * 32 else None

    async def fetch(self, world_id: str, request_id: str) -> RequestDetail | None:
        tried = MadeAttempt(url=SUMMARY["url"], started_at=NOW, ms=12, status=500, error=11200)
        return RequestDetail(
            **SUMMARY,
            idempotency_token="aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa",
            error_title="HTTP retrieval failure",
            request=SentRequest(
                headers=[("Accept", "*/*")],
                parameters=[("MessageStatus", "sent")],
                redacted=False,
                connection_overrides=None,
            ),
            tries=[tried],
            response=Answer(status=500, headers=[("Server", "app")], body=None),
        )


class FakeResend:
    """`refuses` is what it raises."""

    def __init__(self) -> None:
        self.refuses: Exception | None = None

    async def __call__(self, world_id: str, request_id: str) -> Any:
        if self.refuses is not None:
            raise self.refuses
        return SimpleNamespace(id="c" * 32, subject=SID, token=request_id)


class FakeWebhookWorlds:
    def __init__(self) -> None:
        self.chaos: dict[str, Chaos] = {}
        self.maps: dict[str, list[Map]] = {}
        self.everywhere = ("https://all.example=http://127.0.0.1:1",)

    def chaos_of(self, world_id: str) -> Chaos | None:
        return self.chaos.get(world_id)

    async def set_chaos(self, world_id: str, chaos: Chaos | None) -> None:
        if chaos is None:
            self.chaos.pop(world_id, None)
        else:
            self.chaos[world_id] = chaos

    def own_maps(self, world_id: str) -> list[Map]:
        return self.maps.get(world_id, [])

    async def set_maps(self, world_id: str, maps: list[Map]) -> None:
        read(maps)
        self.maps[world_id] = maps


class FakeWebhookAccounts:
    def __init__(self) -> None:
        self.urls: dict[str, str | None] = {}
        self.lists: dict[str, list[str]] = {}

    async def own_debugger_url(self, sid: str) -> str | None:
        return self.urls.get(sid)

    async def allowed(self, sid: str) -> AllowList:
        return AllowList.parse(self.lists.get(sid, ()))

    async def set(self, sid: str, *, debugger_url: Any, allowed: Any) -> None:
        if debugger_url is not KEEP:
            self.urls[sid] = read_debugger_url(debugger_url) if debugger_url else None
        if allowed is not KEEP:
            self.lists[sid] = read_allowed(allowed)


class FakeMediaAccounts:
    def __init__(self) -> None:
        self.asking: set[str] = set()

    async def basic_auth(self, sid: str) -> bool:
        return sid in self.asking

    async def set(self, sid: str, *, basic_auth: bool) -> None:
        self.asking = self.asking | {sid} if basic_auth else self.asking - {sid}


STATUS = Status(
    version="1.2.3",
    now=NOW,
    process=ProcessStatus(
        pid=4711,
        node_id="0" * 32,
        python="3.11.2",
        mode="development",
        data="/data",
        started_at=NOW,
        uptime_seconds=1.5,
        memory_bytes=None,
    ),
    database=DatabaseStatus(
        embedded=True,
        version="18.1",
        schema_version="0002",
        newest_schema="0002",
        size_bytes=1 << 20,
        milliseconds=0.5,
        clock_ahead_seconds=0.0,
        connections=1,
        most_connections=12,
    ),
    queues=QueueStatus(messages=3, in_doubt=1, requests=2, event_streams=0),
    worlds=[],
)


class FakeImport:
    """Takes one number, once; `refuses` is what it raises."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.refuses: Exception | None = None

    async def __call__(self, account: Any, number: str, settings: Any, **more: Any) -> Imported:
        if self.refuses is not None:
            raise self.refuses
        self.asked.append((account.sid, number, settings, more))
        row = new_number(NUMBER) | {"id": UUID(int=1), "account_id": UUID(ACCOUNT[2:])}
        return Imported(cast("Any", row), created=len(self.asked) == 1)


class FakeShortCodes:
    """Takes one short code; `refuses` is what it raises."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.refuses: Exception | None = None

    async def bring_in(self, account: Any, code: str, settings: Any, **more: Any) -> Imported:
        if self.refuses is not None:
            raise self.refuses
        self.asked.append((account.sid, code, settings, more))
        row = {
            "id": UUID(int=1),
            "account_id": UUID(ACCOUNT[2:]),
            "short_code": "12345",
            "friendly_name": "Votes",
            "iso_country": "US",
            "mms_capable": False,
        }
        return Imported(cast("Any", row), created=True)

    async def release(self, world_id: str, code: str) -> bool:
        return (world_id, code) == ("0" * 32, "12345")


class FakeAuthenticator:
    """An account in the default world, and its test credentials."""

    async def account(self, sid: str) -> AccountIdentity | None:
        kinds = {ACCOUNT: "live", "AC" + "f" * 32: "test"}
        if sid not in kinds:
            return None
        return AccountIdentity(sid, ACCOUNT, "0" * 32, "active", kinds[sid])


@dataclass
class FakePlatform:
    """Everything that was asked of it is in its lists."""

    settings: Any = field(default_factory=lambda: Settings(_env_file=None))
    database: Any = field(default_factory=FakeDatabase)
    bus: Any = field(default_factory=LocalBus)
    worlds: Any = field(default_factory=FakeWorlds)
    limits: Any = field(default_factory=FakeLimits)
    phones: Any = field(default_factory=FakePhones)
    authenticator: Any = field(default_factory=FakeAuthenticator)
    webhook_history: Any = field(default_factory=FakeHistory)
    resend: Any = field(default_factory=FakeResend)
    webhook_worlds: Any = field(default_factory=FakeWebhookWorlds)
    webhook_accounts: Any = field(default_factory=FakeWebhookAccounts)
    media_accounts: Any = field(default_factory=FakeMediaAccounts)
    import_number: Any = field(default_factory=FakeImport)
    control_token: str = TOKEN
    received: list[dict[str, Any]] = field(default_factory=list)
    moves: list[tuple[str, timedelta]] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)
    entries: list[InboxEntry] = field(default_factory=list)
    parties: dict[str, tuple[str, str]] = field(default_factory=dict)
    looked: list[list[str]] = field(default_factory=list)
    away: int = 0
    said: list[TranscriptEntry] = field(default_factory=list)
    short_codes: Any = field(default_factory=lambda: FakeShortCodes())
    link_domains: Any = field(default_factory=FakeDomains)
    read_links: Any = field(default_factory=lambda: read_links)
    read: list[tuple[str, str, str]] = field(default_factory=list)
    unreadable: Exception | None = None
    consents: Any = field(default_factory=lambda: FakeConsents("0" * 32))
    calls: Any = field(default_factory=FakeCalls)
    gateway: Any = field(default_factory=FakeGateway)

    def gateway_key(self, world: World) -> str | None:
        return f"tlk_{world.name}"

    async def controlled_gateway(self) -> FakeGateway:
        return self.gateway

    async def receive(self, **asked: Any) -> str:
        if any("missing" in url for url in asked["media_urls"]):
            raise MediaNotTaken("The media cannot be taken: answered 404.")
        if asked["number"] != NUMBER:
            raise NoSuchNumber(asked["number"])
        self.received.append(asked)
        return SID

    async def read_message(self, world_id: str, phone: str, sid: str) -> None:
        if self.unreadable is not None:
            raise self.unreadable
        self.read.append((world_id, phone, sid))

    async def inbox(self, world_id: str, phone: str, limit: int = 50) -> list[InboxEntry]:
        return [entry for entry in self.entries if entry.recipient == phone][:limit]

    async def transcript(self, world_id: str, limit: int) -> list[TranscriptEntry]:
        return self.said[-limit:] if world_id == "0" * 32 else []

    async def advance(
        self, world: World, by: timedelta, until: Callable[[], bool] | None = None
    ) -> Advanced:
        if not world.clock_movable:
            raise ClockNotMovable("The clock of this world follows real time.")
        if until is not None:
            by = self.calls.ran(until)
        self.moves.append((world.name, by))
        return Advanced(now=NOW + by, ran=2)

    async def status(self) -> Status:
        await self.database.fetchval("SELECT 1")
        return STATUS

    async def between(self, world_id: str, sids: Sequence[str]) -> dict[str, tuple[str, str]]:
        if self.away:
            self.away -= 1
            raise StoreUnavailable("The database cannot be reached: refused.")
        self.looked.append(list(sids))
        return {sid: self.parties[sid] for sid in sids if sid in self.parties}

    async def explain(self, world_id: str, sid: str) -> Explanation | None:
        if sid != SID or world_id != "0" * 32:
            return None
        queued = TimelineEntry(1, "message.queued", {"route": "virtual"}, NOW, NOW)
        return Explanation(
            sid=sid,
            account_sid="AC" + "0" * 32,
            direction="outbound-api",
            status="queued",
            sender=NUMBER,
            sender_kind="local",
            service_sid=None,
            chosen_by=None,
            recipient="+14155550123",
            route="virtual",
            encoding="GSM-7",
            units=5,
            segments=1,
            num_media=0,
            error_code=None,
            error_message=None,
            limits="off",
            opted_out=False,
            attempts=0,
            in_doubt=None,
            waiting_for="submit",
            due_at=None,
            timeline=[queued],
        )

    async def reset(self, world: World) -> None:
        self.emptied.append(world.name)

    async def account_set(self, world: World) -> AccountSet:
        return AccountSet(
            account_sid="AC" + world.id,
            auth_token="token of " + world.name,
            test_account_sid="AC" + "f" * 32,
            test_auth_token="test token",
            api_key=None,
            api_secret=None,
        )

    def numbers_of(self, world: World) -> list[str]:
        return [NUMBER]

    async def create_world(self, name: str) -> tuple[World, AccountSet]:
        world = self.worlds.kept[name] = make_world(name, "1")
        return world, await self.account_set(world)


class Client:
    """Calls the control API of a fake platform with its token."""

    def __init__(self, platform: FakePlatform) -> None:
        self.platform = platform
        self.app = control_app(platform)
        self._driver = Driver(self.app, auth=f"Bearer {TOKEN}")

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | Iterable[bytes] | None = None,
        **headers: str | None,
    ) -> Response:
        data = b"" if body is None else json.dumps(body).encode()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._driver.request(
            method,
            f"/trunkline/v1{path}",
            body=data if raw is None else raw,
            headers={"content-type": "application/json"} | given,
        )

    async def get(self, path: str, **headers: str | None) -> Response:
        return await self.call("GET", path, **headers)


def refusal(response: Response) -> tuple[int, str]:
    """Status and code of a refused request, after a look at its form."""
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message"}
    assert body["error"]["message"]
    assert response.headers["content-type"] == "application/json"
    return response.status, body["error"]["code"]


def event(kind: str = "message.sent", subject: str = SID, **changed: Any) -> Event:
    """An event of the default world."""
    values: dict[str, Any] = {
        "world": "0" * 32,
        "account": "AC" + "0" * 32,
        "subject": subject,
        "seq": 3,
        "kind": kind,
        "data": {"error_code": 30003},
        "world_time": NOW,
        "real_time": NOW,
    }
    return Event(**(values | changed))
