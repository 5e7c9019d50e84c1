"""The `Contains` pattern of a number search, and where in a number it fits.

The pattern language is Twilio's: digits, letters as on a keypad, `*` for any one digit, `%` for
any run of digits at either end (inside a pattern, where Twilio allows no wildcards, it is one
digit), a leading `+` for 'from the country code on' and a trailing `$` for 'at the end'. Without
`+` or `$` it may stand anywhere in the ten digits of the national number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from trunkline.rest import catalogue
from trunkline.rest.errors import ErrorType

__all__ = ["Contains", "Pattern", "placements"]

ANY = "0123456789"
KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_pattern = re.compile(r"\+?[0-9*%]+\$?").fullmatch
NATIONAL = 10  # digits


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed pattern: the digits allowed at each of its places, and which ends are fixed."""

    places: tuple[str, ...]
    from_country_code: bool
    at_end: bool


@dataclass(frozen=True, slots=True)
class Contains:
    """A pattern that numbers are to match, 2 to 16 characters."""

    error: ErrorType = catalogue.INVALID_PARAMETER

    def parse(self, name: str, raw: str) -> Pattern:
        """The pattern. An unencoded `+` arrives as a blank, and counts as what was meant."""
        text = ("+" + raw[1:] if raw[:1] == " " else raw).upper().translate(KEYPAD)
        text = text.strip()
        if not 2 <= len(text) <= 16 or not _pattern(text):
            raise self.error(name=name, reason="not a pattern of 2 to 16 characters", value=text)
        body = text.removeprefix("+").removesuffix("$")
        if sum(c not in "*%" for c in body) < 2 and ("*" in body or "%" in body):
            raise self.error(name=name, reason="wildcards need two digits beside them", value=text)
        inner = body.strip("%")
        return Pattern(
            places=tuple(ANY if c in "*%" else c for c in inner),
            from_country_code=text[0] == "+" and body[:1] != "%",
            at_end=text[-1] == "$" and body[-1:] != "%",
        )

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return {"type": "string", "minLength": 2, "maxLength": 16}


def placements(pattern: Pattern) -> Iterator[tuple[str, ...]]:
    """Each way in which the pattern fits a North American number: ten sets of allowed digits."""
    places = pattern.places
    if pattern.from_country_code or len(places) == NATIONAL + 1:
        if places and "1" in places[0]:
            yield from _placed(places[1:], (0,), pattern.at_end)
        return
    yield from _placed(places, range(NATIONAL - len(places) + 1), pattern.at_end)


def _placed(
    places: tuple[str, ...], starts: range | tuple[int, ...], at_end: bool
) -> Iterator[tuple[str, ...]]:
    for start in starts:
        after = NATIONAL - start - len(places)
        if after == 0 or (after > 0 and not at_end):
            yield (ANY,) * start + places + (ANY,) * after
