from __future__ import annotations

from typing import Any, cast

import pytest

from tests.unit.testing.fake_world import CREDENTIALS, FakeWorld
from trunkline.testing import App, TrunklineError
from trunkline.testing.apps.together import Apps
from trunkline.testing.world import World

NUMBERS = f"/2010-04-01/Accounts/{CREDENTIALS.account_sid}/IncomingPhoneNumbers"
LISTED = {
    "incoming_phone_numbers": [
        {"phone_number": number, "sid": f"PN{n}"} for n, number in enumerate(CREDENTIALS.numbers)
    ]
}


@pytest.fixture
def world() -> FakeWorld:
    world = FakeWorld()
    world.answers[f"GET {NUMBERS}.json"] = LISTED
    return world


def add(apps: Apps, local: str, **options: Any) -> App:
    named = dict.fromkeys(("public_url", "webhook", "fallback", "numbers"))
    return apps.add(local, None, **(named | options))


def test_each_app_is_mapped_beside_the_others(world: FakeWorld) -> None:
    apps = Apps(cast(World, world))
    for n in (1, 2, 3):
        add(apps, f"http://127.0.0.1:{n}")
    assert world.asked[-1] == (
        "PUT",
        "/webhooks/maps",
        {
            "maps": [
                {"public": "https://app.test.example", "local": "http://127.0.0.1:1"},
                {"public": "https://app-2.test.example", "local": "http://127.0.0.1:2"},
                {"public": "https://app-3.test.example", "local": "http://127.0.0.1:3"},
            ]
        },
    )
    assert len(apps) == 3
    apps.unmap()
    _, _, body = world.asked[-1]
    assert {each["local"] for each in body["maps"]} == {"http://127.0.0.1:9"}


def test_nothing_is_unmapped_where_nothing_was_mapped(world: FakeWorld) -> None:
    Apps(cast(World, world)).unmap()
    assert world.asked == []


def test_every_number_names_the_app(world: FakeWorld) -> None:
    add(Apps(cast(World, world)), "http://127.0.0.1:1", webhook="/sms", fallback="/other")
    form = {
        "SmsUrl": "https://app.test.example/sms",
        "SmsFallbackUrl": "https://app.test.example/other",
    }
    assert world.asked[2:] == [
        ("POST", f"{NUMBERS}/PN0.json", form),
        ("POST", f"{NUMBERS}/PN1.json", form),
    ]


def test_only_some_numbers_may_name_it(world: FakeWorld) -> None:
    apps = Apps(cast(World, world))
    add(apps, "http://127.0.0.1:1", webhook="/sms", numbers=[CREDENTIALS.numbers[1]])
    assert [path for method, path, _ in world.asked if method == "POST"] == [f"{NUMBERS}/PN1.json"]
    with pytest.raises(TrunklineError, match=r"\+12 is not a number of the account, which has"):
        add(apps, "http://127.0.0.1:2", webhook="/sms", numbers=["+12"])


def test_two_apps_have_not_the_same_address(world: FakeWorld) -> None:
    apps = Apps(cast(World, world))
    add(apps, "http://127.0.0.1:1", public_url="https://shop.example/")
    with pytest.raises(TrunklineError, match=r"https://shop\.example is the public URL of"):
        add(apps, "http://127.0.0.1:2", public_url="https://shop.example")


def test_all_end_though_one_fails(world: FakeWorld) -> None:
    apps = Apps(cast(World, world))
    ended = []

    class Server:
        port = 1

        def start(self) -> None: ...

        def __init__(self, name: str) -> None:
            self.name = name

        def stop(self) -> None:
            ended.append(self.name)
            if self.name != "fine":
                raise TrunklineError(self.name)

    apps._servers = [Server("one"), Server("fine"), Server("two")]
    with pytest.raises(TrunklineError, match="two"):
        apps.stop()
    assert ended == ["two", "fine", "one"]
    apps.stop()
