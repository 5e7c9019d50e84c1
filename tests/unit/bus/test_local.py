"""The bus of one process."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from trunkline.bus import Event, LocalBus
from trunkline.bus.local import BACKLOG

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def event(seq: int, **changes: Any) -> Event:
    values: dict[str, Any] = {
        "world": "w",
        "account": "AC",
        "subject": "SM",
        "seq": seq,
        "kind": "message.sent",
        "data": {},
        "world_time": NOW,
        "real_time": NOW,
    }
    return Event(**{**values, **changes})


async def test_every_listener_gets_what_it_wants_in_order() -> None:
    bus = LocalBus()
    with bus.subscribe() as everything, bus.subscribe(lambda e: e.seq > 1) as some:
        bus.publish([event(1), event(2), event(3)])
        assert [(await everything.get()).seq for _ in range(3)] == [1, 2, 3]  # type: ignore[union-attr]
        assert [(await some.get()).seq for _ in range(2)] == [2, 3]  # type: ignore[union-attr]


async def test_a_listener_that_left_gets_nothing_more() -> None:
    bus = LocalBus()
    with bus.subscribe() as listener:
        assert bus.is_heard
    bus.publish([event(1)])
    assert not bus.is_heard
    bus.close()
    assert listener.lost == 0


async def test_a_slow_listener_loses_the_oldest_and_is_told() -> None:
    bus = LocalBus()
    with bus.subscribe() as slow:
        bus.publish([event(n) for n in range(BACKLOG + 3)])
        first = await slow.get()
    assert first is not None
    assert first.seq == 3
    assert slow.lost == 3


async def test_what_waits_can_be_taken_at_once() -> None:
    bus = LocalBus()
    with bus.subscribe() as listener:
        bus.publish([event(n) for n in range(5)])
        assert [e.seq for e in await listener.batch(3)] == [0, 1, 2]
        bus.close()
        assert [e.seq for e in await listener.batch(3)] == [3, 4]
        assert await listener.batch(3) == []


async def test_listeners_are_counted() -> None:
    bus = LocalBus()
    with bus.subscribe(), bus.subscribe():
        assert bus.listeners == 2
    assert bus.listeners == 0


async def test_closing_ends_every_stream() -> None:
    bus = LocalBus()
    with bus.subscribe() as before:
        bus.publish([event(1)])
        bus.close()
        assert [e.seq async for e in before] == [1]
    with bus.subscribe() as after:
        assert [e async for e in after] == []
