"""Where a number is, as webhooks tell it: FromCountry, FromState … (behaviour 2.6).

It is where the number was given out, not where the phone is, and coarse: the area code's state and
its typical place.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from trunkline.numbers.area_codes import LOCAL_CODES, TOLL_FREE_CODES
from trunkline.numbers.north_america import country, place_of

__all__ = ["NOWHERE", "Whereabouts", "whereabouts"]

_north_american = re.compile(r"\+1[2-9][0-9]{9}").fullmatch
_abroad = re.compile(r"\+[2-9][0-9]{6,14}").fullmatch

PROVINCES = {
    "AB": "368 403 587 780 825",
    "BC": "236 250 257 604 672 778",
    "MB": "204 431 584",
    "NB": "428 506",
    "NL": "709 879",
    "NS": "782 902",  # Prince Edward Island as well
    "ON": "226 249 289 343 365 382 416 437 519 548 613 647 683 705 742 753 807 905 942",
    "QC": "263 273 354 367 418 438 450 468 514 579 581 819 873",
    "SK": "306 474 639",
    # 867 is of three territories.
}
PROVINCE_OF_CODE = {code: name for name, codes in PROVINCES.items() for code in codes.split()}


class Whereabouts(NamedTuple):
    """A place; what is not known is the empty string."""

    country: str  # ISO 3166, two letters
    state: str  # state or province, two letters
    city: str  # in upper case
    zip: str


NOWHERE = Whereabouts("", "", "", "")


@lru_cache(10_000)
def whereabouts(number: str) -> Whereabouts:
    """Where a number (E.164) is. Short codes, names, channel addresses and unknown are nowhere."""
    if _north_american(number):
        return _north_america(number)
    land = country(number) if _abroad(number) else None
    return NOWHERE if land is None else Whereabouts(land, "", "", "")


def _north_america(number: str) -> Whereabouts:
    land = country(number) or ""
    code = number[2:5]
    if code in TOLL_FREE_CODES:
        return Whereabouts(land, "", "", "")
    state = LOCAL_CODES.get(code) or PROVINCE_OF_CODE.get(code, "")
    place = place_of(number)
    if place is None:
        return Whereabouts(land, state, "", "")
    return Whereabouts(land, state, place.locality.upper(), place.postal_code)
