"""What surrounds a request: maps, allow-lists, cookies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from trunkline.store import Job
from trunkline.webhooks.address_map import AddressMap
from trunkline.webhooks.http import AllowList, Exchange, Jar
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.webhooks.outgoing import MakeOutgoing
from trunkline.webhooks.target import read_target

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PARAMETERS = [("To", "+14155550100"), ("From", "+14155550123")]
CONVERSATION = ("a" * 32, "+14155550100", "+14155550123")


class Jars:
    """Keeps one jar."""

    def __init__(self) -> None:
        self.jar = Jar()
        self.asked: list[Any] = []
        self.told: list[Any] = []

    def find(self, world_id: str, conversation: tuple[str, str, str]) -> Jar:
        self.asked.append((world_id, tuple(conversation)))
        return self.jar

    def after(self, world_id: str, conversation: Any, jar: Jar, exchange: Exchange) -> list[Job]:
        self.told.append((world_id, tuple(conversation), jar))
        return []


class Kind:
    """A kind with a conversation, or without."""

    def __init__(self, *, talks: bool) -> None:
        self.reads_body = talks

    def conversation(self, parameters: Parameters) -> tuple[str, str] | None:
        found = dict(parameters)
        return (found["To"], found["From"]) if self.reads_body else None


class Surroundings:
    """A `MakeOutgoing` with what it asks."""

    def __init__(self) -> None:
        self.jars = Jars()
        self.allowed = AllowList.parse(["10.0.0.0/8"])
        self.maps = AddressMap.read("https://api.example.com=http://127.0.0.1:3000")
        self.asked: list[str] = []
        self.make = MakeOutgoing(locate=self._locate, allowed_of=self._allowed, jars=self.jars)

    def _locate(self, world_id: str, target: Any) -> Any:
        self.asked.append(world_id)
        return self.maps.locate(target)

    async def _allowed(self, account_sid: str) -> AllowList:
        assert account_sid == "AC" + "a" * 32
        return self.allowed


def delivery() -> Delivery:
    return Delivery(
        id="1" * 32,
        token="2" * 32,
        subject="SM" + "3" * 32,
        account_id="a" * 32,
        world_id="b" * 32,
        kind="test",
        url="https://api.example.com/sms",
        method="POST",
        data={},
        due_at=NOW,
        created_at=NOW,
        real_time=NOW,
    )


@pytest.fixture
def surroundings() -> Surroundings:
    return Surroundings()


async def outgoing(surroundings: Surroundings, kind: Kind) -> Any:
    target = read_target("https://api.example.com/sms")
    return await surroundings.make(delivery(), kind, target, PARAMETERS, "secret")  # type: ignore[arg-type]


async def test_a_request_carries_what_its_account_may_reach(surroundings: Surroundings) -> None:
    made = await outgoing(surroundings, Kind(talks=False))
    assert made.allowed is surroundings.allowed
    assert (made.auth_token, made.token, made.method) == ("secret", "2" * 32, "POST")


async def test_its_world_tells_where_the_app_is_also_after_a_redirect(
    surroundings: Surroundings,
) -> None:
    made = await outgoing(surroundings, Kind(talks=False))
    assert made.locate(read_target("https://api.example.com/next")).url == (
        "http://127.0.0.1:3000/next"
    )
    assert made.locate(read_target("https://other.example/")) is None
    assert set(surroundings.asked) == {"b" * 32}


async def test_cookies_go_with_a_conversation(surroundings: Surroundings) -> None:
    kind = Kind(talks=True)
    made = await outgoing(surroundings, kind)
    assert made.cookies is surroundings.jars.jar
    assert made.read_body is True
    exchange = Exchange(url="https://api.example.com/sms")
    surroundings.make.after(delivery(), kind, PARAMETERS, made, exchange)  # type: ignore[arg-type]
    assert surroundings.jars.asked == [("b" * 32, CONVERSATION)]
    assert surroundings.jars.told == [("b" * 32, CONVERSATION, surroundings.jars.jar)]


async def test_a_callback_has_no_cookies(surroundings: Surroundings) -> None:
    kind = Kind(talks=False)
    made = await outgoing(surroundings, kind)
    exchange = Exchange(url="https://api.example.com/sms", set_cookies=[("https://x/", ["a=b"])])
    assert surroundings.make.after(delivery(), kind, PARAMETERS, made, exchange) == []  # type: ignore[arg-type]
    assert made.cookies is None
    assert surroundings.jars.asked == surroundings.jars.told == []
