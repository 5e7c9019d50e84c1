"""Two programs that answer each other are stopped; people never notice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from trunkline.messaging.replies.loop_breaker import MOST_REPLIES, PAUSE, LoopBreaker

A, B, C = "+14155550100", "+14155550101", "+14155550102"
NOW = datetime(2026, 3, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def refused(loops: LoopBreaker, count: int, step: timedelta, *, start: datetime = NOW) -> list[int]:
    """Which of so many replies, counted from 1, are refused."""
    return [
        number
        for number in range(1, count + 1)
        if loops.refuses("world", A, B, start + number * step)
    ]


def test_the_thirty_first_reply_in_a_row_is_refused_and_so_are_the_next() -> None:
    assert refused(LoopBreaker(), 33, PAUSE - SECOND) == [31, 32, 33]


def test_who_pauses_begins_again() -> None:
    loops = LoopBreaker()
    assert refused(loops, 100, PAUSE) == []
    refused(loops, MOST_REPLIES + 5, SECOND, start=NOW + timedelta(days=1))
    assert refused(loops, MOST_REPLIES, SECOND, start=NOW + timedelta(days=2)) == []


def test_replies_of_both_count() -> None:
    loops = LoopBreaker()
    judged = [loops.refuses("world", *pair, NOW) for pair in [(A, B), (B, A)] * 16]
    assert judged.index(True) == MOST_REPLIES


def test_pairs_and_worlds_do_not_count_for_each_other() -> None:
    loops = LoopBreaker()
    for _ in range(MOST_REPLIES):
        for world in ("one", "two"):
            for other in (B, C):
                assert not loops.refuses(world, A, other, NOW)
    assert loops.refuses("one", A, B, NOW)
    assert not loops.refuses("three", A, B, NOW)


def test_a_world_that_was_reset_begins_again() -> None:
    loops = LoopBreaker()
    refused(loops, MOST_REPLIES, SECOND)
    loops.forget_world("world")
    assert refused(loops, 1, SECOND) == []


def test_a_clock_that_was_taken_back_does_not_forgive() -> None:
    loops = LoopBreaker()
    refused(loops, MOST_REPLIES, SECOND)
    assert loops.refuses("world", A, B, NOW - timedelta(days=1))


def test_only_so_many_pairs_are_remembered_and_the_latest_of_them() -> None:
    loops = LoopBreaker(most_pairs=3)
    for _ in range(MOST_REPLIES):
        loops.refuses("world", A, B, NOW)
    for other in ("+1", "+2"):
        loops.refuses("world", A, other, NOW)
    assert loops.refuses("world", A, B, NOW)
    for other in ("+3", "+4", "+5"):
        loops.refuses("world", A, other, NOW)
    assert not loops.refuses("world", A, B, NOW)
