"""How long an answer may be used again (RFC 9111), and how it is asked whether it still may."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from trunkline.webhooks.http.answer_reader import Fields

__all__ = ["Freshness", "read_freshness"]

LONGEST = 365 * 86400.0  # seconds


@dataclass(frozen=True, slots=True)
class Freshness:
    """What an answer says of its use."""

    seconds: float  # without asking
    etag: str | None
    modified: str | None  # Last-Modified
    keep: bool  # at all

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that ask whether it still holds."""
        headers = {}
        if self.etag:
            headers["If-None-Match"] = self.etag
        if self.modified:
            headers["If-Modified-Since"] = self.modified
        return headers


def read_freshness(fields: Fields) -> Freshness:
    """From the headers of a 200 or 304. Without a lifetime, it is asked each time: an app under
    development must not wonder why its new prompt is not heard."""
    directives = _directives(fields)
    etag, modified = fields.get("etag"), fields.get("last-modified")
    if "no-store" in directives:
        return Freshness(0.0, None, None, keep=False)
    seconds = 0.0 if "no-cache" in directives else _lifetime(fields, directives)
    return Freshness(seconds, etag, modified, keep=bool(seconds or etag or modified))


def _lifetime(fields: Fields, directives: dict[str, str]) -> float:
    for name in ("s-maxage", "max-age"):
        if name in directives:
            text = directives[name]
            most = float(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0.0
            age = fields.get("age") or ""
            old = float(age) if age.isascii() and age.isdigit() and len(age) < 12 else 0.0
            return max(0.0, min(most - old, LONGEST))
    expires, date = fields.get("expires"), fields.get("date")
    if expires is None or date is None:
        return 0.0
    try:
        left = parsedate_to_datetime(expires) - parsedate_to_datetime(date)
    except (ValueError, TypeError, OverflowError):  # `Expires: 0`; one of them without a zone
        return 0.0
    return max(0.0, min(left.total_seconds(), LONGEST))


def _directives(fields: Fields) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in fields.getall("cache-control"):
        for directive in line.split(","):
            name, _, value = directive.partition("=")
            found[name.strip().lower()] = value.strip().strip('"')
    return found
