"""Phone numbers as text: to E.164 and back, and what kind of sender an address is."""

from __future__ import annotations

import re
from functools import lru_cache

from trunkline.numbers.area_codes import (
    COUNTRY_OF_CODE,
    LOCAL_CODES,
    PLACE_OF_CODE,
    TOLL_FREE_CODES,
    Place,
)

__all__ = [
    "country",
    "is_alphanumeric_sender",
    "is_country",
    "is_short_code",
    "is_toll_free",
    "national_format",
    "normalise",
    "number_type",
    "place_of",
]

_is_e164 = re.compile(r"\+[1-9][0-9]{6,14}").fullmatch
_national = re.compile(r"1?([2-9][0-9]{9})").fullmatch
_north_american = re.compile(r"\+1[2-9][0-9]{9}").fullmatch
# Blanks, brackets, dots, slashes and hyphens of any kind, and the invisible marks that come
# along when a number is copied from an address book.
PUNCTUATION = re.compile(r"[ \t().\-/\u00a0\u2000-\u2015\u202a-\u202f\u2060\u2212\u3000\ufeff]+")
MOST_TYPED = 64

# Three digits are kept for the likes of emergency services abroad; seven would be a local number.
_short_code = re.compile(r"[1-9][0-9]{2,5}").fullmatch
_alphanumeric = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 +\-_&]{1,11}").fullmatch
# NXX-NXX-XXXX, where an exchange does not end in 11.
_sellable = re.compile(r"\+1([2-9][0-9]{2})[2-9](?!11)[0-9]{6}").fullmatch


def normalise(raw: str) -> str | None:
    """The E.164 form of a number as people type it; None when it has no such form.

    Ten digits, or eleven that start with 1, are North American; anything else needs its `+`.
    Only the shape is looked at: `+` and seven to fifteen digits of which the first is not 0.
    """
    if _is_e164(raw):
        return raw
    if len(raw) > MOST_TYPED:
        return None
    digits = PUNCTUATION.sub("", raw.strip())
    if _is_e164(digits):
        return digits
    found = _national(digits)
    return f"+1{found[1]}" if found else None


def is_toll_free(number: str) -> bool:
    """Whether an E.164 number is a North American toll-free one."""
    return number[:2] == "+1" and number[2:5] in TOLL_FREE_CODES and len(number) == 12


def national_format(number: str) -> str:
    """`(415) 555-0100` for a North American number; any other as it is."""
    if _north_american(number):
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    return number


def country(number: str) -> str | None:
    """The ISO country of an E.164 number, or None when there is none.

    Behind +1 an area code that nobody else has counts as the United States, toll-free ones too.
    """
    if number[:2] == "+1":
        return COUNTRY_OF_CODE.get(number[2:5], "US")
    return _country_abroad(number)


@lru_cache(10_000)
def _country_abroad(number: str) -> str | None:
    import phonenumbers  # 8 MB: not before somebody asks

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    found = phonenumbers.region_code_for_number(parsed)
    if found is None:
        found = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return found if found not in ("ZZ", "001") else None


def is_country(code: str) -> bool:
    """Whether `code` is a country (ISO 3166, two capitals) that has telephone numbers: `GB`, and
    not `UK`."""
    import phonenumbers

    return code in phonenumbers.SUPPORTED_REGIONS


def is_short_code(raw: str) -> bool:
    """Whether `raw` has the shape of a short code: three to six digits, no `+`."""
    return _short_code(raw) is not None


def is_alphanumeric_sender(raw: str) -> bool:
    """Whether `raw` can be an alphanumeric sender: 1 to 11 of letters, digits, space and `+-_&`,
    at least one of them a letter (Twilio: alphanumeric sender ID).
    """
    return _alphanumeric(raw) is not None


def number_type(number: str) -> str | None:
    """`local` or `tollfree` for a number that this platform can provide, None for any other.

    It provides every well-formed number of a US area code in service, 555-01XX included: those
    are nobody's, which makes them good numbers for tests.
    """
    found = _sellable(number)
    if found is None:
        return None
    if found[1] in LOCAL_CODES:
        return "local"
    return "tollfree" if found[1] in TOLL_FREE_CODES else None


def place_of(number: str) -> Place | None:
    """Where the area code of a North American number is, where that is known."""
    return PLACE_OF_CODE.get(number[2:5]) if number[:2] == "+1" else None
