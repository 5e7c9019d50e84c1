"""Numbers as people type them, and what kind of address something is."""

from __future__ import annotations

import subprocess
import sys
from timeit import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.numbers import (
    country,
    is_alphanumeric_sender,
    is_short_code,
    is_toll_free,
    national_format,
    normalise,
)
from trunkline.numbers.north_america import number_type


@pytest.mark.parametrize(
    "typed",
    [
        "+14155550100",
        "14155550100",
        "4155550100",
        "+1 (415) 555-0100",
        " (415) 555-0100 ",
        "415.555.0100",
        "1-415-555-0100",
        "\u202a+1 415\u2011555\u20110100\u202c",
    ],
)
def test_a_north_american_number_is_understood_as_it_is_typed(typed: str) -> None:
    assert normalise(typed) == "+14155550100"


@pytest.mark.parametrize(
    "number", ["+447700900123", "+4759440374", "+15558675309", "+15005550006", "+6591234567"]
)
def test_a_number_in_e164_stays_as_it_is(number: str) -> None:
    assert normalise(number) == number


def test_a_foreign_number_with_punctuation_keeps_its_plus() -> None:
    assert normalise("+44 7700 900-123") == "+447700900123"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "+",
        "12345",
        "555-0100",
        "+0123456789",
        "0155550100",
        "1155550100",
        "447700900123",
        "+123456",
        "+1234567890123456",
        "+1415555010a",
        "++14155550100",
        "ACME",
        "+١٤١٥٥٥٥٠١٠٠",
        "4155550100" * 20,
        "+14155550100\n1",
    ],
)
def test_what_is_no_number_is_none(typed: str) -> None:
    assert normalise(typed) is None


@given(st.text(max_size=80))
def test_any_text_is_a_number_in_e164_or_none(text: str) -> None:
    number = normalise(text)
    assert number is None or normalise(number) == number


def test_a_number_in_e164_costs_well_under_a_microsecond() -> None:
    best = min(timeit(lambda: normalise("+14155550100"), number=20_000) for _ in range(5))
    assert best / 20_000 < 2e-6  # 0.2 µs on an idle machine


def test_the_national_format_is_how_twilio_names_a_number() -> None:
    assert national_format("+14155550100") == "(415) 555-0100"
    assert national_format("+4759440374") == "+4759440374"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+14155550100", "US"),
        ("+18005550100", "US"),
        ("+15005550006", "US"),
        ("+14165550100", "CA"),
        ("+17875550100", "PR"),
        ("+18765550100", "JM"),
        ("+447700900123", "GB"),
        ("+4759440374", "NO"),
        ("+77011234567", "KZ"),
        ("+99999999999", None),
    ],
)
def test_the_country_of_a_number(number: str, expected: str | None) -> None:
    assert country(number) == expected


def test_libphonenumber_is_not_imported_before_a_foreign_number_asks_for_it() -> None:
    script = (
        "import sys, trunkline.numbers as n; n.country('+14155550100');"
        "assert 'phonenumbers' not in sys.modules; n.country('+447700900123');"
        "assert 'phonenumbers' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_toll_free_numbers_are_told_by_their_area_code() -> None:
    assert is_toll_free("+18005550100")
    assert is_toll_free("+18335550100")
    assert not is_toll_free("+14155550100")
    assert not is_toll_free("+448005550100")


def test_short_codes_are_three_to_six_digits() -> None:
    assert all(is_short_code(code) for code in ("911", "12345", "123456"))
    assert not any(is_short_code(code) for code in ("12", "1234567", "012345", "+12345", "1234a"))


def test_an_alphanumeric_sender_has_a_letter_and_at_most_eleven_characters() -> None:
    assert all(is_alphanumeric_sender(raw) for raw in ("ACME", "My Shop", "A", "A+B-C_D&E", "1A"))
    refused = ("", "12345", "TwelveLetter", "ACME!", "Åcme", " ", "ACME\n")
    assert not any(is_alphanumeric_sender(raw) for raw in refused)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+14155550100", "local"),
        ("+14152340000", "local"),
        ("+18885550100", "tollfree"),
        ("+15555550100", None),  # no such area code
        ("+14165550100", None),  # Canada
        ("+14154115555", None),  # N11
        ("+14151555555", None),  # an exchange does not start with 1
        ("+15005550006", None),
        ("+447700900123", None),
    ],
)
def test_which_numbers_the_platform_can_provide(number: str, expected: str | None) -> None:
    assert number_type(number) == expected
