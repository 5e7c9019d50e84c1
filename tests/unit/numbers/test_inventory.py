"""The virtual inventory: what it offers, in what order, and how quickly."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from time import perf_counter

from trunkline.numbers.contains import Contains, Pattern
from trunkline.numbers.inventory import available_numbers, codes_of_type

LOCAL = codes_of_type("local")


def pattern(raw: str) -> Pattern:
    parsed: Pattern = Contains().parse("Contains", raw)
    return parsed


def first(count: int, seed: str = "a", codes: object = LOCAL, **more: object) -> list[str]:
    more.setdefault("taken", lambda _: False)
    return list(islice(available_numbers(seed, codes, **more), count))  # type: ignore[arg-type]


def test_numbers_have_the_shape_that_the_plan_asks_for() -> None:
    for number in first(5000):
        assert re.fullmatch(r"\+1[2-9]\d\d[2-9]\d{6}", number)
        assert number[6:8] != "11"
        assert number[5:10] not in ("55501", "95001")
        assert number[5:8] != "950"


def test_the_same_world_is_offered_the_same_numbers() -> None:
    assert first(50) == first(50)


def test_another_world_is_offered_others() -> None:
    assert not set(first(50, "a")) & set(first(50, "b"))


def test_no_number_is_offered_twice() -> None:
    offered = first(10**6, codes=("415",), pattern=pattern("41555"))
    assert len(offered) == len(set(offered))


def test_an_area_code_holds_all_its_numbers_but_those_for_fiction() -> None:
    offered = first(10**6, codes=("415",), pattern=pattern("+1415555"))
    assert len(offered) == 10_000 - 100


def test_numbers_spread_over_the_area_codes() -> None:
    codes = Counter(number[2:5] for number in first(300))
    assert len(codes) > 150
    assert max(codes.values()) < 10


def test_a_number_that_is_taken_is_not_offered() -> None:
    offered = first(20, codes=("415",))
    gone = set(offered[:5])
    assert first(15, codes=("415",), taken=gone.__contains__) == offered[5:]


def test_voice_only_numbers_are_offered_to_those_who_ask() -> None:
    assert {number[5:8] for number in first(50, voice_only=True)} == {"950"}


def test_every_number_that_ends_in_a_word_is_found_at_once() -> None:
    started = perf_counter()
    offered = first(1000, pattern=pattern("STORM$"))
    assert len(offered) == 1000
    assert all(number.endswith("78676") for number in offered)
    assert perf_counter() - started < 5


def test_a_pattern_that_matches_one_number_finds_it_among_milliards() -> None:
    assert first(5, pattern=pattern("+14152345678")) == ["+14152345678"]


def test_patterns_that_match_nothing_end_soon() -> None:
    started = perf_counter()
    assert first(5, pattern=pattern("+1***411****")) == []
    assert first(5, pattern=pattern("+141555501**")) == []
    assert first(5, pattern=pattern("+4420")) == []
    assert first(5, codes=()) == []
    assert perf_counter() - started < 5


def test_a_search_gives_up_when_all_it_looks_at_is_taken() -> None:
    started = perf_counter()
    assert first(1, taken=lambda _: True) == []
    assert perf_counter() - started < 5


def test_toll_free_codes_have_an_inventory_of_their_own() -> None:
    offered = first(100, codes=codes_of_type("tollfree"))
    assert {number[2:5] for number in offered} == set(codes_of_type("tollfree"))
