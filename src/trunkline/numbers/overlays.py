"""Area codes that serve the same place: a new code is laid over an old one when that runs out."""

from __future__ import annotations

from trunkline.numbers.area_codes import PLACES

__all__ = ["area_codes_beside"]

# Those of Canada, which has no places here.
CANADA = (
    "204 431 584",
    "236 250 257 604 672 778",
    "226 519 548",
    "249 705 683",
    "263 438 514",
    "289 365 905 742",
    "306 474 639",
    "343 613 753",
    "354 450 579",
    "367 418 581",
    "368 403 780 825 587",
    "382 807",
    "416 437 647 942",
    "428 506",
    "468 819 873",
    "782 902",
)
_BESIDE = {
    code: tuple(other for other in codes.split() if other != code)
    for codes in (*PLACES, *CANADA)
    for code in codes.split()
}


def area_codes_beside(code: str) -> tuple[str, ...]:
    """The other area codes of the place that `code` serves, as far as they are known."""
    return _BESIDE.get(code, ())
