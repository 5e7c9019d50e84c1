"""The numbers and addresses that stand behind `trunkline phone`."""

from __future__ import annotations

import re

from trunkline.cli.failure import Failure
from trunkline.cli.options import Place

__all__ = ["DEFAULT", "addressee", "number_of", "one_phone"]

DEFAULT = "default"
NO_NUMBER = re.compile(r"[0-9]{3,6}|rcs:[A-Za-z0-9_.-]+")
NUMBER = re.compile(r"(?:whatsapp:|rcs:)?\+[1-9][0-9]{6,14}|client:[^\x00-\x20/\x7f]{1,256}")
EXAMPLE = "trunkline phone +14155550123 inbox"


def one_phone(place: Place) -> str:
    """The phone that is meant. Raises Failure for all of them."""
    if place.number == DEFAULT:
        raise Failure(f"Name one phone, e.g. {EXAMPLE}.")
    return place.number


def addressee(text: str) -> str:
    """Whom a phone can write to: a number, a short code, an RCS agent. Raises Failure."""
    found = text.strip()
    return found if NO_NUMBER.fullmatch(found) else number_of(found)


def number_of(text: str) -> str:
    """A number as the platform writes it, or `default`. Raises Failure."""
    channel, colon, rest = text.rpartition(":")
    number = re.sub(r"[\s().-]", "", rest) if rest.startswith("+") else rest
    number = f"{channel.lower()}{colon}{number}"
    if number != DEFAULT and not NUMBER.fullmatch(number):
        raise Failure(f"'{text}' is no number in E.164: write e.g. {EXAMPLE}.")
    return number
