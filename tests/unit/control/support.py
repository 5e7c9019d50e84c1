"""A platform that only remembers, behind the real control API."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.unit.rest.asgi_driver import Driver, Response
from trunkline.accounts import AccountSet
from trunkline.bus import Event, LocalBus
from trunkline.carriers.virtual import Behaviour
from trunkline.control import control_app
from trunkline.messaging.advance_clock import Advanced
from trunkline.messaging.explain_message import Explanation, TimelineEntry
from trunkline.messaging.phone_inbox import InboxEntry
from trunkline.messaging.receive_message import MediaNotTaken, NoSuchNumber
from trunkline.settings import Settings
from trunkline.store import StoreUnavailable
from trunkline.worlds import ClockNotMovable, World, WorldClock

TOKEN = "tlc_right"
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
NUMBER = "+14155550100"
SID = "SM" + "0" * 31 + "1"


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


class FakeDatabase:
    def __init__(self) -> None:
        self.reachable = True

    async def fetchval(self, _: str) -> int:
        if not self.reachable:
            raise StoreUnavailable("The database cannot be reached: refused.")
        return 1


@dataclass
class FakePlatform:
    """Everything that was asked of it is in its lists."""

    settings: Any = field(default_factory=lambda: Settings(_env_file=None))
    database: Any = field(default_factory=FakeDatabase)
    bus: Any = field(default_factory=LocalBus)
    worlds: Any = field(default_factory=FakeWorlds)
    phones: Any = field(default_factory=FakePhones)
    control_token: str = TOKEN
    received: list[dict[str, Any]] = field(default_factory=list)
    moves: list[tuple[str, timedelta]] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)
    entries: list[InboxEntry] = field(default_factory=list)

    async def receive(self, **asked: Any) -> str:
        if asked["media_urls"]:
            raise MediaNotTaken("Phones cannot send media yet.")
        if asked["number"] != NUMBER:
            raise NoSuchNumber(asked["number"])
        self.received.append(asked)
        return SID

    async def inbox(self, world_id: str, phone: str, limit: int = 50) -> list[InboxEntry]:
        return [entry for entry in self.entries if entry.recipient == phone][:limit]

    async def advance(self, world: World, by: timedelta) -> Advanced:
        if not world.clock_movable:
            raise ClockNotMovable("The clock of this world follows real time.")
        self.moves.append((world.name, by))
        return Advanced(now=NOW + by, ran=2)

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

    async def create_world(self, name: str) -> World:
        self.worlds.kept[name] = make_world(name, "1")
        return self.worlds.kept[name]


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
