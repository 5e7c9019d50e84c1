"""Which numbers a `Contains` pattern finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.numbers.contains import Contains, placements
from trunkline.rest.errors import ApiError


def found(raw: str, number: str) -> bool:
    """Whether the pattern finds a national number."""
    pattern = Contains().parse("Contains", raw)
    return any(
        all(digit in allowed for digit, allowed in zip(number, template, strict=True))
        for template in placements(pattern)
    )


@pytest.mark.parametrize(
    "pattern",
    [
        "415",
        "4155550100",
        "14155550100",
        "+14155550100",
        " 14155550100",  # an unencoded plus arrives as a blank
        "+1415",
        "555",
        "0100",
        "0100$",
        "100$",
        "415*******",
        "415555****",
        "***5550***",
        "%5550",
        "415%",
        "%5550%",
        "415%55",
        "4*55",
        "+14%",
        "+%0100$",
        "415JKL",
        "jkl",
    ],
)
def test_a_pattern_that_fits_finds_the_number(pattern: str) -> None:
    assert found(pattern, "4155550100")


@pytest.mark.parametrize(
    "pattern",
    ["416", "+415", "+4420", "555$", "+1555", "4155550100*", "STORM", "0100*", "+14155550100%1"],
)
def test_a_pattern_that_does_not_fit_finds_nothing(pattern: str) -> None:
    assert not found(pattern, "4155550100")


def test_letters_are_the_digits_of_a_keypad() -> None:
    assert found("STORM", "4157867600")
    assert found("QZ", "4155557900")


@pytest.mark.parametrize(
    "raw",
    ["1", "", "12345678901234567", "12-34", "1+2", "$12", "12$3", "**", "*1*", "%", "é12", "++1"],
)
def test_what_is_no_pattern_is_refused(raw: str) -> None:
    with pytest.raises(ApiError) as refusal:
        Contains().parse("Contains", raw)
    assert refusal.value.status == 400


@given(
    st.text("0123456789*", min_size=2, max_size=10), st.text("0123456789", min_size=10, max_size=10)
)
def test_digits_and_stars_match_anywhere_as_a_regular_expression_would(
    pattern: str, number: str
) -> None:
    if sum(c != "*" for c in pattern) < 2:
        return
    expected = re.search(pattern.replace("*", "[0-9]"), number) is not None
    assert found(pattern, number) == expected


def test_a_pattern_as_long_as_a_number_with_its_country_code_starts_there() -> None:
    pattern = Contains().parse("Contains", "1415555****")
    assert list(placements(pattern)) == [tuple("415555") + ("0123456789",) * 4]
