from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from tests.unit.testing.fake_world import FakeWorld
from trunkline.testing import Message
from trunkline.testing.expectations import Expected, fits, look_for, shown_expectation
from trunkline.testing.world import World

HELLO = Message(
    body="Hello there", sender="+1", recipient="+2", sid="SM1", arrived_at=datetime.now(UTC)
)


def is_short(message: Message) -> bool:
    return len(message.body) < 20


@pytest.mark.parametrize("what", ["Hello there", re.compile("there$"), is_short, None])
def test_it_fits(what: Expected) -> None:
    assert fits(HELLO, what)


@pytest.mark.parametrize(
    "what", ["Hello", "hello there", re.compile("^there"), lambda m: m.num_media]
)
def test_it_does_not_fit(what: Expected) -> None:
    assert not fits(HELLO, what)


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("Hi", "'Hi'"),
        (None, "any message"),
        (re.compile("^Hi"), "a text in which '^Hi' is found"),
        (is_short, "a message of which is_short says yes"),
    ],
)
def test_an_expectation_in_words(what: Expected, text: str) -> None:
    assert shown_expectation(what) == text


class Events(FakeWorld):
    """Tells of so many events, then of none."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.streams = 0

    @contextmanager
    def events(self, kind: str = "message.") -> Iterator[Any]:
        self.streams += 1
        yield self

    def wait_for_event(self, seconds: float) -> bool:
        assert seconds <= 5
        self.count -= 1
        return self.count >= 0


def find_at(look: int) -> Any:
    looks = iter(range(1, 100))
    return lambda: HELLO if next(looks) >= look else None


@pytest.mark.parametrize(
    ("look", "within", "streams", "settled"),
    [(1, 5, 0, 1), (2, 5, 1, 2), (3, 5, 1, 3), (1, 0, 0, 1)],
)
def test_it_is_found_by_the_look_after_an_event(
    look: int, within: float, streams: int, settled: int
) -> None:
    world = Events(10)
    assert look_for(cast(World, world), find_at(look), within) is HELLO
    assert (world.streams, world.settled) == (streams, settled)


@pytest.mark.parametrize(("within", "settled"), [(0, 1), (5, 4)])
def test_it_is_not_found(within: float, settled: int) -> None:
    world = Events(2)
    assert look_for(cast(World, world), lambda: None, within) is None
    assert world.settled == settled
