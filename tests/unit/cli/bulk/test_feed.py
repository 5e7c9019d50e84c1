from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from trunkline.cli.bulk.feed import MOST_ROWS, Digested, Feed, fold
from trunkline.cli.bulk.row import Broken, Item, Row
from trunkline.cli.failure import Failure


def row(number: int, body: str = "x") -> Row:
    return Row(number, number + 1, (("To", "+1"), ("Body", body)))


def rows(count: int) -> list[Item]:
    return [row(number) for number in range(1, count + 1)]


def nothing() -> None:
    pass


def folded(items: list[Item], **options: object) -> list[Digested]:
    given = {
        "begun_to": 0,
        "wanted": set(),
        "digest": None,
        "piped": False,
        "mismatch": lambda: Failure("changed"),
    }
    return list(fold(items, **{**given, **options}))


async def numbers(feed: Feed) -> list[int]:
    found: list[int] = []
    while (batch := await feed.take()).items:
        assert len(batch.items) <= MOST_ROWS
        found += [item.number for item in batch.items]
    return found


async def test_all_rows_come_in_their_order() -> None:
    feed = Feed(iter(folded(rows(3 * MOST_ROWS + 1))), nothing)
    assert await numbers(feed) == list(range(1, 3 * MOST_ROWS + 2))
    assert (await feed.take()).items == []


async def test_a_pipe_that_waits_holds_nobody_up() -> None:
    more = threading.Event()

    def slow() -> Iterator[Digested]:
        yield Digested(row(1), None)
        assert more.wait(20)
        yield Digested(row(2), None)

    feed = Feed(slow(), nothing)
    assert [item.number for item in (await feed.take()).items] == [1]
    more.set()
    assert [item.number for item in (await feed.take()).items] == [2]


async def test_it_reads_no_further_ahead_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trunkline.cli.bulk.feed.MOST_CHARACTERS", 1000)
    read = taken = furthest = 0

    def counted() -> Iterator[Digested]:
        nonlocal read, furthest
        for number in range(1, 3000):
            read = number
            furthest = max(furthest, read - taken)
            yield Digested(row(number, "x" * 250), None)

    feed = Feed(counted(), nothing)
    while (batch := await feed.take()).items:
        taken += len(batch.items)
    assert read == taken == 2999
    # Four fill the room; one more is in the thread's hand, and those just taken may not count yet.
    assert furthest <= 2 * (4 + 1)


async def test_what_reading_raised_comes_after_the_rows_before_it() -> None:
    def broken() -> Iterator[Digested]:
        yield Digested(row(1), None)
        raise Failure("the disk is gone")

    feed = Feed(broken(), nothing)
    assert len((await feed.take()).items) == 1
    with pytest.raises(Failure, match="the disk is gone"):
        await feed.take()


async def test_rows_of_a_file_that_was_changed_are_not_handed_out() -> None:
    def changed() -> None:
        raise Failure("changed")

    with pytest.raises(Failure, match="changed"):
        await Feed(iter(folded(rows(1))), changed).take()


def test_rows_that_have_ended_are_passed_over() -> None:
    found = folded(rows(6), begun_to=4, wanted={1, 4})
    assert [each.item.number for each in found] == [1, 4, 5, 6]
    assert [each.item.number for each in folded(rows(4), begun_to=4)] == []


def test_a_pipe_has_to_bring_the_same_rows_again() -> None:
    first = folded(rows(4), piped=True)
    digest = first[2].digest
    again = folded(rows(5), piped=True, begun_to=3, wanted={2}, digest=digest)
    assert [each.item.number for each in again] == [2, 4, 5]
    assert again[1].digest == first[3].digest
    for other in ([row(1), row(2, "y"), *rows(5)[2:]], [row(1), Broken(2, 3, "x"), row(3)]):
        with pytest.raises(Failure, match="changed"):
            folded(other, piped=True, begun_to=3, digest=digest)


def test_a_file_with_fewer_rows_than_were_begun_is_another_one() -> None:
    with pytest.raises(Failure, match="changed"):
        folded(rows(2), begun_to=3)
