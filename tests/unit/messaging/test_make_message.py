"""The value of a message that goes out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from trunkline.carriers import Routes
from trunkline.messaging.make_message import MakeMessage
from trunkline.messaging.model import NewMessage
from trunkline.messaging.text.segments import measure
from trunkline.sids import SidFactory

NOW = datetime(2026, 3, 4, tzinfo=UTC)
LATER = datetime(2027, 3, 4, tzinfo=UTC)


class Clock:
    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment


class Worlds:
    def clock(self, _world_id: str) -> Clock:
        return Clock(LATER)


def make(text: str = "hello", **changed: Any) -> NewMessage:
    worlds: Any = Worlds()
    clock: Any = Clock(NOW)
    maker = MakeMessage(
        routes=Routes({}, {"+44": "uk"}), worlds=worlds, clock=clock, sids=SidFactory(lambda: 1)
    )
    values: dict[str, Any] = {
        "account_id": "a" * 32,
        "world_id": "b" * 32,
        "direction": "outbound-reply",
        "sender": "+14155550100",
        "sender_kind": "local",
        "recipient": "+14155550123",
        "text": measure(text),
    }
    return maker(**{**values, **changed})


def test_it_is_queued_in_the_time_of_its_world() -> None:
    message = make()
    assert (message.status, message.step, message.created_at) == ("queued", "submit", LATER)
    assert message.real_time == NOW


@pytest.mark.parametrize(("recipient", "route"), [("+447700900123", "uk"), ("+1415", "virtual")])
def test_its_route_follows_from_the_recipient(recipient: str, route: str) -> None:
    message = make(recipient=recipient)
    assert message.carrier == route
    assert message.facts is not None
    assert message.facts["route"] == route


def test_a_text_counts_its_segments_and_an_mms_is_one() -> None:
    assert (make("x" * 161).num_segments, make("x" * 161).sid[:2]) == (2, "SM")
    with_media = make("x" * 161, media_urls=["https://a.example/1", "https://a.example/2"])
    assert (with_media.num_segments, with_media.sid[:2]) == (1, "MM")
    assert (with_media.num_media, with_media.step) == (2, "media")
    as_mms = make("x" * 161, as_mms=True)
    assert (as_mms.num_segments, as_mms.sid[:2], as_mms.step) == (1, "MM", "submit")


def test_its_facts_hold_neither_text_nor_numbers() -> None:
    message = make("s3cret")
    told = repr(message.facts)
    assert "s3cret" not in told
    assert "+1415" not in told
