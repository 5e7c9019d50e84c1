from __future__ import annotations

from typing import Any, cast

import pytest
from twilio.rest import Client

from tests.unit.testing.fake_world import CREDENTIALS, FakeWorld
from trunkline.testing import Trunkline, TrunklineError
from trunkline.testing.world import World


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld()


@pytest.fixture
def trunkline(world: FakeWorld) -> Trunkline:
    return Trunkline(cast(World, world), within=0)


def map_an_app(trunkline: Trunkline) -> None:
    named: dict[str, Any] = dict.fromkeys(("public_url", "webhook", "fallback", "numbers"))
    trunkline._apps.add("http://127.0.0.1:1", None, **named)


def test_in_the_end_all_is_given_back(trunkline: Trunkline, world: FakeWorld) -> None:
    own = Client("ACown", "own")
    trunkline.adopt(own)
    map_an_app(trunkline)
    trunkline._close()
    assert own.username == "ACown"
    _, path, body = world.asked[-1]
    assert (path, body["maps"][0]["local"]) == ("/webhooks/maps", "http://127.0.0.1:9")


def test_a_platform_that_has_ended_is_not_told_of_in_the_end(
    trunkline: Trunkline, world: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    map_an_app(trunkline)

    def gone(*_: Any) -> Any:
        raise TrunklineError("It has ended.")

    monkeypatch.setattr(world, "control", gone)
    trunkline._close()


def test_an_app_that_fails_in_the_end_is_told_of_and_unmapped(
    trunkline: Trunkline, world: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    map_an_app(trunkline)

    def fails() -> None:
        raise TrunklineError("The app's shutdown failed.")

    monkeypatch.setattr(trunkline._apps, "stop", fails)
    with pytest.raises(TrunklineError, match="shutdown failed"):
        trunkline._close()
    assert len(world.asked) == 2


def test_a_number_is_one_phone(trunkline: Trunkline) -> None:
    assert trunkline.phone("+14155550123") is trunkline.phone("+14155550123")


def test_one_client_is_made(trunkline: Trunkline) -> None:
    assert trunkline.client is trunkline.client
    assert trunkline.client.username == CREDENTIALS.account_sid


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({}, ("DELETE", None)),
        ({"seed": 3, "delay_seconds": 9}, ("DELETE", None)),
        (
            {"drop": True, "seed": 3},
            (
                "PUT",
                {
                    "duplicate": 0.0,
                    "drop": 1.0,
                    "reorder": 0.0,
                    "delay": 0.0,
                    "contradict": 0.0,
                    "delay_seconds": 5.0,
                    "seed": 3,
                },
            ),
        ),
    ],
)
def test_chaos_is_set_or_ended(
    trunkline: Trunkline, world: FakeWorld, given: dict[str, Any], asked: tuple[str, Any]
) -> None:
    trunkline.chaos(**given)
    assert world.asked == [(asked[0], "/webhooks/chaos", asked[1])]
