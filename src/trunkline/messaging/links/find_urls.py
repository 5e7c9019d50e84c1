"""Find the URLs in a text, as people read them: a full stop behind one is not part of it."""

from __future__ import annotations

import re
from typing import Final

from trunkline.rest.parameters import is_url

__all__ = ["replace_urls", "urls_in"]

FOUND: Final = re.compile(r"https?://[^\s<>\"“”«»]+", re.IGNORECASE)
BEHIND: Final = ".,;:!?'’‘*_~…"
CLOSING: Final = {")": "(", "]": "[", "}": "{"}


def urls_in(text: str) -> list[tuple[int, int]]:
    """Where the http and https URLs of a text begin and end.

    Punctuation behind a URL, and a bracket that was opened before it, belong to the text.
    """
    found = []
    for match in FOUND.finditer(text):
        start, end = match.span()
        end = _without_what_is_behind(text, start, end)
        if is_url(text[start:end], underscore=True):
            found.append((start, end))
    return found


def replace_urls(text: str, short: dict[str, str]) -> str:
    """The text with each URL that `short` has replaced."""
    parts, last = [], 0
    for start, end in urls_in(text):
        parts += [text[last:start], short.get(text[start:end], text[start:end])]
        last = end
    return "".join([*parts, text[last:]])


def _without_what_is_behind(text: str, start: int, end: int) -> int:
    while end > start and _is_behind(text[start:end]):
        end -= 1
    return end


def _is_behind(url: str) -> bool:
    last = url[-1]
    if last in CLOSING:
        return url.count(last) > url.count(CLOSING[last])
    return last in BEHIND
