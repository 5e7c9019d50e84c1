"""`proxy.rates`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.gateway.errors import RateLimited
from trunkline.gateway.proxy import Rates
from trunkline.gateway.proxy.rates import Room


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def taken(rates: Rates, subject: str = "key", connection: str = "con") -> bool:
    try:
        rates.take(subject, connection)
    except RateLimited:
        return False
    return True


def test_without_rates_nothing_is_counted() -> None:
    rates = Rates()
    assert all(taken(rates) for _ in range(10_000))


@pytest.mark.parametrize("rate", [0.1, 0.5, 1, 3, 10, 50, 333.3])
def test_a_second_holds_what_the_rate_says(rate: float) -> None:
    time = Time()
    rates = Rates(rate, now=time)
    assert sum(taken(rates) for _ in range(1000)) == max(1, int(rate))
    time.now += 10
    assert sum(taken(rates) for _ in range(1000)) == max(1, int(rate))


@given(st.lists(st.floats(0, 3), max_size=60), st.floats(0.2, 20))
def test_no_window_holds_more_than_its_share_and_a_second(waits: list[float], rate: float) -> None:
    time = Time()
    rates = Rates(rate, now=time)
    times = []
    for wait in waits:
        time.now += wait
        if taken(rates):
            times.append(time.now)
    for first in range(len(times)):
        for last in range(first, len(times)):
            most = rate * (times[last] - times[first]) + max(1.0, rate)
            assert last - first + 1 <= most + 1e-6


def test_after_the_time_it_names_there_is_room() -> None:
    time = Time()
    rates = Rates(3, now=time)
    while taken(rates):
        pass
    with pytest.raises(RateLimited) as refused:
        rates.take("key", "con")
    assert refused.value.retry_after is not None
    time.now += refused.value.retry_after + 1e-6
    assert taken(rates)


def test_keys_and_connections_are_counted_apart() -> None:
    time = Time()
    rates = Rates(2, 1, now=time)
    assert [taken(rates, "a", "1"), taken(rates, "b", "1"), taken(rates, "b", "2")] == [
        True, False, True,
    ]  # fmt: skip
    # What was refused for the connection's sake was not counted against the key.
    assert taken(rates, "b", "3")
    assert not taken(rates, "b", "4")
    with pytest.raises(RateLimited, match="This key"):
        rates.take("b", "1")
    with pytest.raises(RateLimited, match="This connection"):
        rates.take("c", "1")


def test_a_tenant_has_so_many_at_a_time() -> None:
    room = Room(2)
    one, other = room.take("tenant"), room.take("tenant")
    with pytest.raises(RateLimited):
        room.take("tenant")
    room.take("another")()
    one()
    room.take("tenant")
    other()
    room.take("tenant")
    with pytest.raises(RateLimited):
        room.take("tenant")
