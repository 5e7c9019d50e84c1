"""Which area codes a search means by its places: near a point, in a region, a LATA …"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Any

from trunkline.numbers.area_codes import LOCAL_CODES, PLACE_OF_CODE, Place
from trunkline.numbers.north_america import normalise, place_of
from trunkline.rest import catalogue
from trunkline.rest.errors import ErrorType

__all__ = ["AREA_LIMITS", "LatLong", "Near", "codes_in", "codes_near", "miles_between"]

EARTH = 3958.8  # miles
_pair = re.compile(r"\s*(-?[0-9]{1,3}(?:\.[0-9]{0,10})?)\s*,\s*(-?[0-9]{1,3}(?:\.[0-9]{0,10})?)\s*")
POSTAL_AREA = 3  # digits of a ZIP code that name one sorting area: the places are as coarse


@dataclass(frozen=True, slots=True)
class LatLong:
    """`latitude,longitude` in degrees."""

    error: ErrorType = catalogue.INVALID_PARAMETER

    def parse(self, name: str, raw: str) -> tuple[float, float]:
        """The pair of numbers."""
        found = _pair.fullmatch(raw)
        if found is not None:
            latitude, longitude = float(found[1]), float(found[2])
            if abs(latitude) <= 90 and abs(longitude) <= 180:
                return latitude, longitude
        raise self.error(name=name, reason="not latitude,longitude in degrees", value=raw[:60])

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return {"type": "string"}


@dataclass(frozen=True, slots=True)
class Near:
    """A phone number whose place is meant."""

    error: ErrorType = catalogue.INVALID_PARAMETER

    def parse(self, name: str, raw: str) -> str:
        """The number in E.164."""
        number = normalise(raw)
        if number is None:
            raise self.error(name=name, reason="not a phone number", value=raw[:60])
        return number

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return {"type": "string", "format": "phone-number"}


def codes_near(
    codes: Sequence[str], point: tuple[float, float] | None, miles: float
) -> Sequence[str]:
    """Those of `codes` within so many miles of a point; none when the point is not known."""
    if point is None:
        return ()
    return [
        code
        for code in codes
        if (place := PLACE_OF_CODE.get(code)) is not None
        and miles_between(point, (place.latitude, place.longitude)) <= miles
    ]


def codes_in(codes: Sequence[str], limit: str, asked: str) -> Sequence[str]:
    """Those of `codes` that lie where the parameter `limit`, e.g. InRegion, asks.

    A phone number as the value means the place of that number.
    """
    of_place, matches = AREA_LIMITS[limit]
    number = normalise(asked)
    if number is not None:
        if limit == "InRegion":
            asked = LOCAL_CODES.get(number[2:5], "") if number[:2] == "+1" else ""
        else:
            place = place_of(number)
            asked = "" if place is None else of_place(place)
        if not asked:
            return ()
    wanted = asked.strip().casefold()
    if limit == "InRegion":
        return [code for code in codes if LOCAL_CODES.get(code, "").casefold() == wanted]
    return [
        code
        for code in codes
        if (place := PLACE_OF_CODE.get(code)) is not None and matches(of_place(place), wanted)
    ]


def _same(have: str, wanted: str) -> bool:
    return have.casefold() == wanted


def _same_postal_area(have: str, wanted: str) -> bool:
    return wanted[:5].isdigit() and len(wanted) >= 5 and have[:POSTAL_AREA] == wanted[:POSTAL_AREA]


AREA_LIMITS: dict[str, tuple[Callable[[Place], str], Callable[[str, str], bool]]] = {
    "InPostalCode": (lambda place: place.postal_code, _same_postal_area),
    "InRegion": (lambda place: place.region, _same),
    "InRateCenter": (lambda place: place.rate_center, _same),
    "InLata": (lambda place: place.lata, _same),
    "InLocality": (lambda place: place.locality, _same),
}


def miles_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance of two points on the globe, in miles (haversine)."""
    (lat1, long1), (lat2, long2) = one, other
    north, east = radians(lat2 - lat1), radians(long2 - long1)
    arc = sin(north / 2) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(east / 2) ** 2
    return 2 * EARTH * asin(sqrt(min(1.0, arc)))
