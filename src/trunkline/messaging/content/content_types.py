"""What the content types of a template hold, and what is refused of them.

The types that can be sent are checked field by field; the others are kept as they are, and need
only be objects. Limits are those of https://www.twilio.com/docs/content/content-types-overview.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from trunkline.messaging.content.model import TYPES
from trunkline.messaging.content.variables import placeholders
from trunkline.rest import catalogue
from trunkline.rest.errors import ApiError
from trunkline.rest.parameters import is_url

__all__ = ["checked_types"]

LONGEST_BODY = 1600  # characters
MOST_MEDIA = 10
MOST_ACTIONS = 10
LONGEST_TITLE = 25
LONGEST_VALUE = 2000
# Bytes of all types together, as JSON. Those of which all is kept have no other limit, and what a
# template holds is multiplied: a page lists a thousand, and as many are remembered for sending.
LARGEST = 65_536
# Of an action of a call to action: the field that says what it leads to.
TARGETS = {
    "URL": "url",
    "PHONE_NUMBER": "phone",
    "COPY_CODE": "code",
    "VOICE_CALL": None,
    "VOICE_CALL_REQUEST": None,
    "REQUEST_CONTACT_INFO": None,
}
Fields = Mapping[str, Any]


def checked_types(given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The content types to keep. What is null is absent: the SDKs send every name they know.

    Errors: 92001 for none, 92008 for `twilio/button`, 20422 with the name of the field for all
    else.
    """
    kept: dict[str, dict[str, Any]] = {}
    for name, value in given.items():
        if value is None:
            continue
        if name == "twilio/button":
            raise catalogue.CONTENT_TYPE_RETIRED()
        if name not in TYPES:
            raise _wrong("types", f"{name[:64]!r} is not a content type")
        if not isinstance(value, dict):
            raise _wrong(f"types.{name}", "not an object")
        fields = _without_null(value)
        if (check := CHECKS.get(name)) is not None:
            check(f"types.{name}", fields)
        kept[name] = fields
    if not kept:
        raise catalogue.CONTENT_TYPES_REQUIRED()
    if len(msgspec.json.encode(kept)) > LARGEST:
        raise _wrong("types", f"larger than {LARGEST} bytes")
    return kept


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_null(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_null(one) for one in value if one is not None]
    return value


def _check_text(place: str, fields: Fields) -> None:
    _text(place, fields, "body", LONGEST_BODY)


def _check_media(place: str, fields: Fields) -> None:
    if "body" in fields:
        _text(place, fields, "body", LONGEST_BODY, empty=True)
    for url in _list(place, fields, "media", MOST_MEDIA):
        name = f"{place}.media"
        if not isinstance(url, str) or len(url) > LONGEST_VALUE:
            raise _wrong(name, f"not a URL of at most {LONGEST_VALUE} characters")
        # What a variable makes of it is seen when it is sent.
        if not placeholders(url) and not is_url(url, underscore=True):
            raise _wrong(name, "not a URL")


def _check_quick_reply(place: str, fields: Fields) -> None:
    _text(place, fields, "body", LONGEST_BODY)
    for at, action in _actions(place, fields):
        _text(at, action, "title", LONGEST_TITLE)
        if "id" in action:
            _text(at, action, "id", LONGEST_VALUE)
        if action.get("type", "QUICK_REPLY") != "QUICK_REPLY":
            raise _wrong(f"{at}.type", "not QUICK_REPLY")


def _check_call_to_action(place: str, fields: Fields) -> None:
    _text(place, fields, "body", LONGEST_BODY)
    for at, action in _actions(place, fields):
        kind = action.get("type")
        if not isinstance(kind, str) or kind not in TARGETS:
            raise _wrong(f"{at}.type", f"not one of {', '.join(TARGETS)}")
        if kind not in ("COPY_CODE", "REQUEST_CONTACT_INFO"):
            _text(at, action, "title", LONGEST_TITLE)
        if (target := TARGETS[kind]) is not None:
            _text(at, action, target, LONGEST_VALUE)


CHECKS: Mapping[str, Callable[[str, Fields], None]] = {
    "twilio/text": _check_text,
    "twilio/media": _check_media,
    "twilio/quick-reply": _check_quick_reply,
    "twilio/call-to-action": _check_call_to_action,
}


def _actions(place: str, fields: Fields) -> Sequence[tuple[str, Fields]]:
    found = []
    for action in _list(place, fields, "actions", MOST_ACTIONS):
        if not isinstance(action, dict):
            raise _wrong(f"{place}.actions", "not a list of objects")
        found.append((f"{place}.actions", action))
    return found


def _list(place: str, fields: Fields, name: str, most: int) -> list[Any]:
    found = fields.get(name)
    if not isinstance(found, list) or not 1 <= len(found) <= most:
        raise _wrong(f"{place}.{name}", f"not a list of 1 to {most}")
    return found


def _text(place: str, fields: Fields, name: str, most: int, *, empty: bool = False) -> None:
    found = fields.get(name)
    if not isinstance(found, str) or not (found or empty):
        raise _wrong(f"{place}.{name}", "required, as a string")
    if len(found) > most:
        raise _wrong(f"{place}.{name}", f"longer than {most} characters")


def _wrong(name: str, reason: str) -> ApiError:
    return catalogue.INVALID_PARAMETER(name=name, reason=reason)
