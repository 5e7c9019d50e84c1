"""The token bucket: no window has more than its rate, and credit is never withheld."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from trunkline.messaging.rates.bucket import BURST, Bucket, cost_of

START = datetime(2026, 1, 1, tzinfo=UTC)
rates = st.floats(min_value=0.01, max_value=1000, allow_nan=False)
pauses = st.floats(min_value=0, max_value=30, allow_nan=False)
arrivals = st.lists(st.tuples(pauses, st.integers(1, 10)), min_size=1, max_size=40)


def sent(rate: float, asked: list[tuple[float, int]]) -> list[tuple[datetime, int]]:
    """When each message went, of those that come after these pauses with so many segments: first
    in, first out, each as soon as there is credit."""
    bucket = Bucket(datetime(1970, 1, 1, tzinfo=UTC))
    now, gone = START, []
    arrived = START
    for pause, segments in asked:
        arrived += timedelta(seconds=pause)
        now = max(now, arrived)
        if not bucket.ready(now):
            now = bucket.next_free
        assert bucket.ready(now)
        bucket.take(now, cost_of(segments, rate))
        gone.append((now, segments))
    return gone


@given(rates, arrivals)
def test_no_window_has_more_than_rate_burst_and_one_message(
    rate: float, asked: list[tuple[float, int]]
) -> None:
    gone = sent(rate, asked)
    for first in range(len(gone)):
        segments = 0
        for last in range(first, len(gone)):
            segments += gone[last][1]
            window = (gone[last][0] - gone[first][0] + BURST).total_seconds()
            assert segments <= rate * window + gone[last][1] + 1e-6


@given(rates, arrivals)
def test_a_sender_with_credit_never_waits(rate: float, asked: list[tuple[float, int]]) -> None:
    """Whoever waits does so because all credit was used up: the window that ends there is full."""
    gone = sent(rate, asked)
    arrived = START
    for n, (pause, _) in enumerate(asked):
        arrived += timedelta(seconds=pause)
        moment = gone[n][0]
        if moment <= arrived:
            continue
        busy, used = moment, timedelta()
        full = False
        for earlier, segments in reversed(gone[:n]):
            used += cost_of(segments, rate)
            busy = earlier
            if used >= moment - busy:
                full = True
                break
        assert full


@given(rates, st.integers(1, 100))
def test_what_is_left_to_wait_is_rescaled(rate: float, segments: int) -> None:
    bucket = Bucket(START)
    bucket.take(START, cost_of(segments, rate))
    before = bucket.next_free - START
    bucket.rescale(START, 0.5)
    assert abs((bucket.next_free - START) - before / 2) <= timedelta(microseconds=1)
    bucket.rescale(bucket.next_free, 100)
    assert abs((bucket.next_free - START) - before / 2) <= timedelta(microseconds=1)


def test_a_cost_is_never_rounded_down() -> None:
    assert cost_of(1, 3) * 3 >= timedelta(seconds=1)
    assert cost_of(1, 100) == timedelta(milliseconds=10)


def test_credit_is_not_saved_up_beyond_the_burst() -> None:
    bucket = Bucket(START)
    now = START + timedelta(hours=1)
    bucket.take(now, timedelta(seconds=1))
    assert bucket.next_free == now - BURST + timedelta(seconds=1)
