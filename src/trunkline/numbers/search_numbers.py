"""Search the numbers that can be bought (behaviour 7.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from trunkline.numbers.contains import Contains, Pattern
from trunkline.numbers.inventory import available_numbers, codes_of_type
from trunkline.numbers.model import Capabilities, capabilities_of
from trunkline.numbers.near import LatLong, Near, codes_in, codes_near
from trunkline.numbers.north_america import normalise, place_of
from trunkline.rest import catalogue
from trunkline.rest.parameters import Boolean, Integer, Kind, Text, declared, parameter

__all__ = ["Filter", "SearchParameters", "search_numbers", "shown_postal_code"]

DEFAULT_SIZE = 30
MOST_SIZE = 1000
MOST_SKIPPED = 10_000
DEFAULT_MILES = 25


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of a list: blank, as forms send what nobody filled in, counts as absent."""

    kind: Kind

    def parse(self, name: str, raw: str) -> Any:
        """The value, or None."""
        return self.kind.parse(name, raw) if raw.strip() else None

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return self.kind.schema()


@dataclass(frozen=True, slots=True)
class NoToken:
    """A PageToken: a search gives none out, so each is foreign (21481)."""

    def parse(self, name: str, raw: str) -> Any:
        """The refusal."""
        raise catalogue.INVALID_PAGE_TOKEN(name=name, value=raw[:40])

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return {"type": "string"}


FLAG = Filter(Boolean())
TEXT = Filter(Text(100))


@declared
class SearchParameters:
    """The filters of a search."""

    area_code: int | None = parameter(
        "AreaCode", Filter(Integer(200, 999)), "Only numbers of this area code."
    )
    contains: Pattern | None = parameter(
        "Contains", Filter(Contains()), "Digits, letters, and the wildcards * and %."
    )
    sms_enabled: bool | None = parameter("SmsEnabled", FLAG, "Whether they can text.")
    mms_enabled: bool | None = parameter("MmsEnabled", FLAG, "Whether they can send media.")
    voice_enabled: bool | None = parameter("VoiceEnabled", FLAG, "Whether they can call.")
    fax_enabled: bool | None = parameter("FaxEnabled", FLAG, "Whether they can fax: none can.")
    exclude_all_address_required: bool | None = parameter(
        "ExcludeAllAddressRequired", FLAG, "Leave out what needs an address: nothing does."
    )
    exclude_local_address_required: bool | None = parameter(
        "ExcludeLocalAddressRequired", FLAG, "Leave out what needs a local address: nothing does."
    )
    exclude_foreign_address_required: bool | None = parameter(
        "ExcludeForeignAddressRequired", FLAG, "Leave out what needs an address abroad: likewise."
    )
    beta: bool | None = parameter("Beta", FLAG, "Whether to show new kinds of numbers too.")
    near_number: str | None = parameter(
        "NearNumber", Filter(Near()), "Only numbers within Distance of this one."
    )
    near_lat_long: tuple[float, float] | None = parameter(
        "NearLatLong", Filter(LatLong()), "Only numbers within Distance of latitude,longitude."
    )
    distance: int | None = parameter(
        "Distance", Filter(Integer(0, 500)), "Miles, 25 by default and 500 at most."
    )
    in_postal_code: str | None = parameter(
        "InPostalCode", TEXT, "A ZIP code, or a number in the same one."
    )
    in_region: str | None = parameter("InRegion", TEXT, "A state, or a number in the same one.")
    in_rate_center: str | None = parameter(
        "InRateCenter", TEXT, "A rate centre, or a number in the same one; needs InLata."
    )
    in_lata: str | None = parameter("InLata", TEXT, "A LATA, or a number in the same one.")
    in_locality: str | None = parameter("InLocality", TEXT, "A city, or a number in the same one.")
    page_size: int | None = parameter(
        "PageSize", Filter(Integer(1)), "How many, 30 by default and 1000 at most."
    )
    page: int | None = parameter("Page", Filter(Integer(0)), "Which page, from 0.")
    page_token: str | None = parameter("PageToken", Filter(NoToken()), "Searches have none.")


def search_numbers(
    seed: str, number_type: str, asked: SearchParameters, taken: Callable[[str], bool]
) -> list[str]:
    """A page of numbers of a type (`local` or `tollfree`) that nobody has taken.

    20422 for InRateCenter without InLata.
    """
    size = min(asked.page_size or DEFAULT_SIZE, MOST_SIZE)
    skipped = (asked.page or 0) * size
    if skipped > MOST_SKIPPED:
        return []
    return list(islice(_found(seed, number_type, asked, taken), skipped, skipped + size))


def _found(
    seed: str, number_type: str, asked: SearchParameters, taken: Callable[[str], bool]
) -> Iterator[str]:
    codes = _codes(number_type, asked)
    for voice_only in (False, True):
        # 950 is the exchange of the voice-only numbers, 222 one of all the others.
        can = capabilities_of("+1222950" if voice_only else "+1222222")
        if _able(can, asked):
            yield from available_numbers(
                seed, codes, pattern=asked.contains, voice_only=voice_only, taken=taken
            )
            # Numbers without messaging are for those who ask for them.
            return


def _able(can: Capabilities, asked: SearchParameters) -> bool:
    wanted = (
        (asked.voice_enabled, can.voice),
        (asked.sms_enabled, can.sms),
        (asked.mms_enabled, can.mms),
        (asked.fax_enabled, can.fax),
    )
    return all(want is None or want == have for want, have in wanted)


def _codes(number_type: str, asked: SearchParameters) -> Sequence[str]:
    codes = codes_of_type(number_type)
    if asked.area_code is not None:
        codes = [code for code in codes if code == str(asked.area_code)]
    miles = DEFAULT_MILES if asked.distance is None else asked.distance
    if asked.near_lat_long is not None:
        codes = codes_near(codes, asked.near_lat_long, miles)
    if asked.near_number is not None:
        place = place_of(asked.near_number)
        point = None if place is None else (place.latitude, place.longitude)
        codes = codes_near(codes, point, miles)
    if asked.in_rate_center is not None and asked.in_lata is None:
        raise catalogue.INVALID_PARAMETER(name="InRateCenter", reason="needs InLata")
    for limit, value in (
        ("InPostalCode", asked.in_postal_code),
        ("InRegion", asked.in_region),
        ("InRateCenter", asked.in_rate_center),
        ("InLata", asked.in_lata),
        ("InLocality", asked.in_locality),
    ):
        if value is not None:
            codes = codes_in(codes, limit, value)
    return codes


def shown_postal_code(asked: SearchParameters, of_place: str | None) -> str | None:
    """The ZIP code to show: of those in a place, the one that was asked for."""
    wanted = asked.in_postal_code
    return of_place if wanted is None or normalise(wanted) is not None else wanted.strip()[:5]
