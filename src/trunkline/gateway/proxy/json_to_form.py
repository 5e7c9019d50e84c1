"""JSON objects as forms, for providers that want forms."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

__all__ = ["FORM", "form_pairs", "json_to_form"]

FORM: Final = "application/x-www-form-urlencoded"


def json_to_form(
    pattern: str | None, path: str, headers: list[tuple[str, str]], body: bytes
) -> tuple[list[tuple[str, str]], bytes]:
    """Headers and body, the body as a form where the provider wants one for `path` and it is a JSON
    object that says so of itself; else as they are."""
    if not body or pattern is None or body.lstrip()[:1] != b"{" or not _wants(pattern)(path):
        return headers, body
    if not any(name.lower() == "content-type" and _is_json(value) for name, value in headers):
        return headers, body
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return headers, body  # the provider says what is wrong with it
    changed = [pair for pair in headers if pair[0].lower() != "content-type"]
    changed.append(("Content-Type", FORM))
    return changed, urlencode(form_pairs(told)).encode()


def form_pairs(told: dict[str, Any]) -> list[tuple[str, str]]:
    """The fields: nothing for null, a field for each item of a list, JSON for what is nested."""
    return [
        (name, text)
        for name, value in told.items()
        for each in (value if isinstance(value, list | tuple) else (value,))
        if (text := _text(each)) is not None
    ]


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list | tuple):
        return msgspec.json.encode(value).decode()
    return str(value)


def _is_json(content_type: str) -> bool:
    media = content_type.partition(";")[0].strip().lower()
    return media == "application/json" or media.endswith("+json")


@lru_cache(64)
def _wants(pattern: str) -> Any:
    return re.compile(pattern).match
