"""What the inputs and outputs of Twilio's actions have in common."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from trunkline.gateway.actions.declare import Action, Input, Paging

__all__ = [
    "ACCOUNT",
    "ACCOUNT_PATH",
    "CONNECTORS",
    "FAMILY",
    "LIMIT",
    "LIMIT_DEFAULT",
    "MOST_URL",
    "action",
    "boolean",
    "dates",
    "flag",
    "integer",
    "listing",
    "moment",
    "nullable",
    "nullables",
    "number",
    "one_of",
    "page_of",
    "record",
    "sid",
    "text",
    "url",
]

CONNECTORS = ("twilio", "trunkline")
FAMILY = "twilio"
ACCOUNT_PATH = "/2010-04-01/Accounts/{AccountSid}"
LIMIT_DEFAULT = 50
LIMIT_MOST = 10_000

MOST_URL = 4000  # characters; Twilio takes fewer in places, and says so itself

action = partial(Action, family=FAMILY, connectors=CONNECTORS)
"""An action of Twilio's API."""


def text(
    name: str,
    sends: str,
    description: str,
    *,
    required: bool = False,
    most: int = 1000,
    must_be: str = "a text",
    pattern: str | None = None,
    examples: tuple[str, ...] = (),
) -> Input:
    """A text of at least one and at most `most` characters."""
    schema: dict[str, Any] = {
        "type": "string",
        "description": description,
        "minLength": 1,
        "maxLength": most,
    }
    if pattern is not None:
        schema["pattern"] = pattern
    if examples:
        schema["examples"] = list(examples)
    return Input(name=name, sends=sends, schema=schema, must_be=must_be, required=required)


def sid(
    name: str,
    sends: str,
    description: str,
    *prefixes: str,
    of: str,
    required: bool = False,
) -> Input:
    """A SID with one of `prefixes`; `of` is what it is the SID of, e.g. `a call`."""
    start = "|".join(prefixes)
    schema = {
        "type": "string",
        "description": description,
        "pattern": f"^({start})[0-9a-fA-F]{{32}}$",
        "maxLength": 34,
    }
    spoken = " or ".join(prefixes)
    must_be = f"the SID of {of}: {spoken} and 32 hexadecimal digits"
    return Input(name=name, sends=sends, schema=schema, must_be=must_be, required=required)


def url(name: str, sends: str, description: str) -> Input:
    """An http or https address."""
    schema = {"type": "string", "format": "uri", "description": description, "maxLength": MOST_URL}
    return Input(name=name, sends=sends, schema=schema, must_be="an http or https address")


def number(name: str, sends: str, description: str, *, least: int, most: int) -> Input:
    """A whole number."""
    schema: dict[str, Any] = {
        "type": "integer",
        "description": description,
        "minimum": least,
        "maximum": most,
    }
    must_be = f"a whole number from {least} to {most}"
    return Input(name=name, sends=sends, schema=schema, must_be=must_be)


def flag(name: str, sends: str, description: str) -> Input:
    """True or false."""
    schema = {"type": "boolean", "description": description}
    return Input(name=name, sends=sends, schema=schema, must_be="true or false")


def one_of(name: str, sends: str, description: str, *values: str) -> Input:
    """One of a few words."""
    schema = {"type": "string", "description": description, "enum": list(values)}
    return Input(name=name, sends=sends, schema=schema, must_be=f"one of {', '.join(values)}")


def moment(name: str, sends: str, description: str, *, day: bool = True) -> Input:
    """A day or a time, as ISO 8601 has them; a time alone unless `day`."""
    kind = "date-or-date-time" if day else "date-time"
    schema = {"type": "string", "format": kind, "description": description, "maxLength": 40}
    times = "a time such as 2026-05-01T09:30:00Z"
    must_be = f"a date such as 2026-05-01, or {times}" if day else times
    return Input(name=name, sends=sends, schema=schema, must_be=must_be)


def dates(name: str, sends: str, what: str) -> tuple[Input, Input, Input]:
    """The three filters by a date: on that day, up to it, from it on."""
    return (
        moment(name, sends, f"Only {what} on this day (UTC): YYYY-MM-DD."),
        moment(f"{name}Before", f"{sends}<", f"Only {what} on or before this date or time (UTC)."),
        moment(f"{name}After", f"{sends}>", f"Only {what} on or after this date or time (UTC)."),
    )


ACCOUNT = sid(
    "accountSid",
    "AccountSid",
    "The account to act for; the connection's own if it is left out. For subaccounts.",
    "AC",
    of="an account",
)

LIMIT = number(
    "limit",
    "PageSize",
    "How many items to get at most. Further pages are fetched as needed.",
    least=1,
    most=LIMIT_MOST,
)


def listing(items: str) -> Paging:
    """The paging of Twilio's 2010 API."""
    return Paging(items=items)


# Outputs: the JSON of the provider as it is, so extra properties are allowed.

nullable: Mapping[str, Any] = {"type": ["string", "null"]}
integer: Mapping[str, Any] = {"type": ["integer", "null"]}
boolean: Mapping[str, Any] = {"type": ["boolean", "null"]}


def nullables(names: str) -> dict[str, Mapping[str, Any]]:
    """Properties that are texts, or null: their names, with blanks between."""
    return dict.fromkeys(names.split(), nullable)


def record(required: tuple[str, ...], **properties: Mapping[str, Any]) -> dict[str, Any]:
    """An object with these properties and maybe others."""
    return {"type": "object", "properties": dict(properties), "required": list(required)}


def page_of(items: str, item: Mapping[str, Any]) -> dict[str, Any]:
    """What a list action puts out."""
    more = {"type": "boolean", "description": "Whether there are more than `limit`."}
    several: Mapping[str, Any] = {"type": "array", "items": item}
    return record((items, "has_more"), **{items: several, "has_more": more})
