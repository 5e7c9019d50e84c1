"""SIDs."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from trunkline.sids import SidFactory, id_floor, id_time, is_sid


def test_a_sid_is_its_prefix_and_32_hex_digits() -> None:
    sid = SidFactory(lambda: 1_700_000_000_000).new("SM")
    assert is_sid(sid)
    assert is_sid(sid, "SM", "MM")
    assert not is_sid(sid, "MM")
    assert not is_sid(sid + "0")
    assert not is_sid("SM" + "g" * 32)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=50))
def test_later_ids_sort_later_even_when_the_clock_stands_or_goes_back(steps: list[int]) -> None:
    times = iter([1_700_000_000_000 + (step - 1) for step in steps])
    factory = SidFactory(lambda: next(times))
    ids = [factory.new_id() for _ in steps]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_an_id_tells_when_it_was_made_and_is_above_its_floor(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC)
    made = SidFactory(lambda: int(moment.timestamp() * 1000)).new_id()
    assert abs(id_time(made) - moment) < timedelta(milliseconds=2)
    assert made >= id_floor(id_time(made)).replace("-", "")
    assert made < id_floor(moment + timedelta(milliseconds=2)).replace("-", "")


def test_two_ids_of_one_millisecond_cannot_be_told_from_each_other() -> None:
    factory = SidFactory(lambda: 1_700_000_000_000)
    gaps = {int(factory.new_id(), 16) for _ in range(100)}
    ordered = sorted(gaps)
    assert all(b - a > 1 for a, b in itertools.pairwise(ordered))
