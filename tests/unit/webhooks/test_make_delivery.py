"""The values of requests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.webhooks.delivering import ACCOUNT, START, WORLD, FakeWorlds
from trunkline.sids import SidFactory
from trunkline.webhooks.make_delivery import MakeDelivery
from trunkline.webhooks.model import Delivery


class Clock:
    """Real time, which stands still."""

    def now(self) -> Any:
        return START + timedelta(days=1)


@pytest.fixture
def worlds() -> FakeWorlds:
    return FakeWorlds()


@pytest.fixture
def make(worlds: FakeWorlds) -> MakeDelivery:
    return MakeDelivery(SidFactory(lambda: 1_000), worlds, Clock())  # type: ignore[arg-type]


def request(make: MakeDelivery, **changes: Any) -> Delivery:
    values: dict[str, Any] = {
        "subject": "SM1",
        "account_id": ACCOUNT,
        "world_id": WORLD,
        "kind": "message.status",
        "url": "https://user:secret@app.example/a/b?c=d#rc=2",
    }
    return make(**{**values, **changes})


def test_a_request_is_due_now_in_its_world(make: MakeDelivery, worlds: FakeWorlds) -> None:
    worlds.clock(WORLD).hold(START + timedelta(hours=1))
    made = request(make)
    assert made.due_at == made.created_at == START + timedelta(hours=1)
    assert made.real_time == START + timedelta(days=1)


def test_those_of_the_same_millisecond_are_in_the_order_they_were_made(
    make: MakeDelivery,
) -> None:
    ids = [request(make).id for _ in range(100)]
    assert ids == sorted(set(ids))


def test_every_request_has_its_own_token_unless_it_repeats_another(make: MakeDelivery) -> None:
    first, second = request(make), request(make)
    assert first.token != second.token
    again = request(make, token=first.token)
    assert again.token == first.token
    assert again.id != first.id


def test_requests_do_not_share_their_data(make: MakeDelivery) -> None:
    first, second = request(make), request(make)
    first.data["a"] = 1
    assert second.data == {}
