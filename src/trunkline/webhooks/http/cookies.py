"""The cookies of a conversation (RFC 6265): an app may tell conversations apart by them.

Twilio keeps a jar for each sender, recipient and account for four hours (behaviour 2.1). Keeping
it is the caller's; a jar is a value that goes to JSON and back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

from trunkline.webhooks.http.network_rules import literal_address

__all__ = ["Jar"]

MOST_COOKIES = 50
MOST_BYTES = 4096  # of one cookie: name, value and attributes (RFC 6265, 6.1)
MOST_HEADER = 8000  # bytes of the Cookie header: servers refuse longer ones
MOST_DATE = 64
WHITE = " \t"
FOREVER = 253_402_300_799.0  # the end of the year 9999, in Unix time

# What may not stand in a header that is sent: controls, and what is not ASCII in a name.
_BAD_VALUE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff;]")
_BAD_NAME = re.compile(r"[^\x21-\x7e]|[;,=\"]")
_NUMBER = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cookie:
    name: str
    value: str
    domain: str
    path: str
    host_only: bool  # no Domain attribute: for this host alone
    secure: bool
    expires: float | None  # Unix time; None: as long as the jar lives

    @property
    def key(self) -> tuple[str, str, str]:
        return self.domain, self.path, self.name

    def goes_to(self, host: str, path: str, *, secure: bool) -> bool:
        """Whether a request carries it (RFC 6265, 5.4)."""
        if self.secure and not secure:
            return False
        if host != self.domain and (self.host_only or not _in_domain(host, self.domain)):
            return False
        return path == self.path or (
            path.startswith(self.path) and (self.path[-1] == "/" or path[len(self.path)] == "/")
        )


class Jar:
    """Cookies, the oldest first. `now` is Unix time, of the clock that the jar lives by."""

    __slots__ = ("_cookies",)

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str, str], _Cookie] = {}

    def __len__(self) -> int:
        return len(self._cookies)

    def header_for(self, url: str, now: float) -> str | None:
        """The Cookie header of a request; None when no cookie goes there."""
        parts = urlsplit(url)
        host, path = _host(parts), parts.path or "/"
        secure = parts.scheme == "https"
        fitting = [
            cookie
            for cookie in self._cookies.values()
            if (cookie.expires is None or cookie.expires > now)
            and cookie.goes_to(host, path, secure=secure)
        ]
        if not fitting:
            return None
        fitting.sort(key=lambda cookie: -len(cookie.path))  # RFC 6265, 5.4: long paths first
        pairs, length = [], 0
        for cookie in fitting:
            pair = f"{cookie.name}={cookie.value}"
            length += len(pair) + 2
            if length > MOST_HEADER:
                break
            pairs.append(pair)
        return "; ".join(pairs)

    def update(self, url: str, set_cookie_headers: Iterable[str], now: float) -> bool:
        """Take the Set-Cookie headers of an answer from `url`. Whether the jar has changed."""
        parts = urlsplit(url)
        before = dict(self._cookies)
        for header in set_cookie_headers:
            cookie = _parse(header, parts, now)
            if cookie is None:
                continue
            if cookie.expires is not None and cookie.expires <= now:
                self._cookies.pop(cookie.key, None)
            else:
                self._cookies[cookie.key] = cookie
        self._prune(now)
        return self._cookies != before

    def copy(self) -> Jar:
        """A jar of its own with the same cookies."""
        jar = Jar()
        jar._cookies = dict(self._cookies)
        return jar

    def to_list(self) -> list[dict[str, Any]]:
        """For JSON."""
        return [asdict(cookie) for cookie in self._cookies.values()]

    @classmethod
    def from_list(cls, items: Sequence[dict[str, Any]]) -> Jar:
        """From what `to_list` gave."""
        jar = cls()
        for item in items[-MOST_COOKIES:]:
            cookie = _Cookie(**item)
            jar._cookies[cookie.key] = cookie
        return jar

    def _prune(self, now: float) -> None:
        for key, cookie in list(self._cookies.items()):
            if cookie.expires is not None and cookie.expires <= now:
                del self._cookies[key]
        while len(self._cookies) > MOST_COOKIES:
            del self._cookies[next(iter(self._cookies))]


def _parse(header: str, origin: SplitResult, now: float) -> _Cookie | None:
    """One Set-Cookie header (RFC 6265, 5.2 and 5.3); None: it is ignored."""
    if len(header) > MOST_BYTES or len(header.encode("utf-8", "replace")) > MOST_BYTES:
        return None
    pair, *attributes = header.split(";")
    name, separator, value = pair.partition("=")
    name, value = name.strip(WHITE), value.strip(WHITE)
    if not separator or not name or _BAD_NAME.search(name) or _BAD_VALUE.search(value):
        return None
    host = _host(origin)
    cookie = _Cookie(
        name=name,
        value=value,
        domain=host,
        path=_default_path(origin.path),
        host_only=True,
        secure=False,
        expires=None,
    )
    max_age_seen = False
    for attribute in attributes:
        key, _, text = attribute.partition("=")
        key, text = key.strip(WHITE).lower(), text.strip(WHITE)
        if key == "secure":
            cookie = replace(cookie, secure=True)
        elif key == "path" and text.startswith("/") and not _BAD_VALUE.search(text):
            cookie = replace(cookie, path=text)
        elif key == "domain" and text.strip("."):
            domain = text.removeprefix(".").lower()
            if host == domain:
                cookie = replace(cookie, host_only=False)
            elif _in_domain(host, domain) and "." in domain:  # never for a whole top domain
                cookie = replace(cookie, domain=domain, host_only=False)
            else:
                return None
        elif key == "max-age" and _NUMBER.fullmatch(text):
            max_age_seen = True
            cookie = replace(cookie, expires=min(now + int(text), FOREVER) if int(text) > 0 else 0)
        elif key == "expires" and not max_age_seen and len(text) <= MOST_DATE:
            cookie = replace(cookie, expires=_moment(text))
    if cookie.secure and origin.scheme != "https":
        return None
    return cookie


def _moment(text: str) -> float | None:
    """An HTTP date as Unix time; None for what is none."""
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").rstrip(".").lower()


def _in_domain(host: str, domain: str) -> bool:
    return host.endswith("." + domain) and literal_address(host) is None


def _default_path(path: str) -> str:
    """RFC 6265, 5.1.4."""
    folder = path.rpartition("/")[0]
    return folder if folder.startswith("/") else "/"
