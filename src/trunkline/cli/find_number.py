"""Numbers of an account as Twilio's API has them: find one, buy one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from trunkline.cli.failure import Failure
from trunkline.cli.twilio_api import ApiError, TwilioApi

__all__ = ["buy_any", "buy_number", "number_path", "owned", "owned_numbers", "type_path"]

NUMBERS = "/IncomingPhoneNumbers"
KEY = "incoming_phone_numbers"
TYPES = {"local": "Local", "tollfree": "TollFree", "toll-free": "TollFree", "mobile": "Mobile"}
NOT_AVAILABLE = 21422  # somebody else was faster
MOST_TRIES = 20


def owned_numbers(api: TwilioApi, contains: str | None = None) -> Iterator[dict[str, Any]]:
    """The account's numbers, or those with these digits, newest first."""
    asked = {"PageSize": 1000, "PhoneNumber": contains}
    return api.pages(f"{api.account_path}{NUMBERS}.json", KEY, asked)


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
    if text.startswith("PN"):
        try:
            found: dict[str, Any] = api.get(number_path(api, text))
        except ApiError as error:
            if error.status != 404:
                raise
        else:
            return found
    else:
        digits = text.translate({ord(c): None for c in " ().-"})
        for each in owned_numbers(api, digits):
            if each["phone_number"] == digits:
                return each
    raise Failure(f"The account has no number '{text}': `trunkline numbers list` shows which.")


def number_path(api: TwilioApi, sid: str) -> str:
    """The address of a number."""
    return f"{api.account_path}{NUMBERS}/{quote(sid, safe='')}.json"
