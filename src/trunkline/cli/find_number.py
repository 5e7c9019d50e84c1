"""Numbers of an account as Twilio's API has them, its short codes too: find one, buy one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from trunkline.cli.failure import Failure
from trunkline.cli.twilio_api import ApiError, TwilioApi

__all__ = [
    "as_number",
    "buy_any",
    "buy_number",
    "number_path",
    "owned",
    "owned_numbers",
    "owned_short_codes",
    "type_path",
]

NUMBERS = "/IncomingPhoneNumbers"
KEY = "incoming_phone_numbers"
SHORT_CODES = "/SMS/ShortCodes"
SHORT_CODE = re.compile(r"[0-9]{3,6}").fullmatch
DIGITS = re.compile(r"[0-9*]{1,6}").fullmatch
TYPES = {"local": "Local", "tollfree": "TollFree", "toll-free": "TollFree", "mobile": "Mobile"}
NOT_AVAILABLE = 21422  # somebody else was faster
MOST_TRIES = 20


def owned_numbers(api: TwilioApi, contains: str | None = None) -> Iterator[dict[str, Any]]:
    """The account's numbers, or those with these digits, newest first."""
    asked = {"PageSize": 1000, "PhoneNumber": contains}
    return api.pages(f"{api.account_path}{NUMBERS}.json", KEY, asked)


def owned_short_codes(api: TwilioApi, contains: str | None = None) -> Iterator[dict[str, Any]]:
    """The account's short codes, or those with these digits, newest first; as numbers."""
    if contains is None or DIGITS(contains):
        asked = {"PageSize": 1000, "ShortCode": contains}
        pages = api.pages(f"{api.account_path}{SHORT_CODES}.json", "short_codes", asked)
        yield from map(as_number, pages)


def as_number(found: dict[str, Any]) -> dict[str, Any]:
    """A short code with the keys that a number has; a number as it is."""
    if "short_code" not in found:
        return found
    missing = {"sms_application_sid": "", "voice_url": None, "status_callback": ""}
    kind = {"phone_number": found["short_code"], "type": "short code"}
    return {**found, **kind, **missing, "capabilities": {"sms": True}}


def buy_number(api: TwilioApi, form: dict[str, str]) -> Any:
    """The number that was bought. Raises ApiError."""
    return api.post(f"{api.account_path}{NUMBERS}.json", form)


def buy_any(
    api: TwilioApi,
    country: str,
    kind: str,
    wanted: dict[str, str | None],
    settings: dict[str, str],
) -> Any:
    """Buy one of those that a search finds; of two buyers one gets it, and the other the next.

    `kind` is of `type_path`. Raises ApiError, and Failure where nothing fits.
    """
    search = f"{api.account_path}/AvailablePhoneNumbers/{quote(country.upper(), safe='')}/{kind}"
    try:
        found = api.get(f"{search}.json", wanted | {"PageSize": MOST_TRIES})
    except ApiError as error:
        if error.status != 404:
            raise
        found = {"available_phone_numbers": []}
    for each in found["available_phone_numbers"]:
        asked = {"PhoneNumber": each["phone_number"]} | settings
        try:
            return buy_number(api, asked)
        except ApiError as error:
            if error.code != NOT_AVAILABLE:
                raise
    raise Failure("No number that fits is for sale: ask for less, or import one of yours.")


def type_path(kind: str | None) -> str:
    """The type in a path of the search; local by default. Raises Failure."""
    found = TYPES.get((kind or "local").lower())
    if found is None:
        raise Failure(f"'{kind}' is no type of number: write local or toll-free.")
    return found


def owned(api: TwilioApi, text: str) -> dict[str, Any]:
    """The account's number, by number or SID. Raises Failure."""
    if text.startswith(("PN", "SC")):
        try:
            return as_number(api.get(number_path(api, text)))
        except ApiError as error:
            if error.status != 404:
                raise
    elif SHORT_CODE(text):
        for each in owned_short_codes(api, text):
            if each["phone_number"] == text:
                return each
    else:
        digits = text.translate({ord(c): None for c in " ().-"})
        for each in owned_numbers(api, digits):
            if each["phone_number"] == digits:
                return each
    raise Failure(f"The account has no number '{text}': `trunkline numbers list` shows which.")


def number_path(api: TwilioApi, sid: str) -> str:
    """The address of a number, or of a short code."""
    family = SHORT_CODES if sid.startswith("SC") else NUMBERS
    return f"{api.account_path}{family}/{quote(sid, safe='')}.json"
