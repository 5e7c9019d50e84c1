"""Which headers pass through the proxy, in either direction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from trunkline.gateway.connectors import Injected
from trunkline.gateway.errors import BadRequest, TargetRefused
from trunkline.gateway.proxy.hide_secrets import Hidden, HideSecrets

__all__ = ["MOST_HEADER_BYTES", "answer_headers", "request_headers"]

MOST_HEADERS: Final = 100  # of a request
MOST_HEADER_BYTES: Final = 32_768  # names and values of a request

# RFC 9110, 7.6.1, and what RFC 2616 had besides. The length is told anew where there is a body.
HOP_BY_HOP: Final = frozenset(
    {
        "connection", "content-length", "expect", "http2-settings", "keep-alive",
        "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    }
)  # fmt: skip
# What is between the caller and this gateway: its key, and who and where the caller is. Ranges
# and compression would let a secret come in pieces that none can tell.
NOT_THE_PROVIDERS: Final = frozenset(
    {
        "accept-encoding", "authorization", "cdn-loop", "client-ip", "cookie", "cookie2",
        "forwarded", "host", "if-range", "range", "true-client-ip", "via", "x-amzn-trace-id",
        "x-client-ip", "x-cluster-client-ip", "x-original-forwarded-for", "x-original-host",
        "x-real-ip", "x-request-id",
    }
)  # fmt: skip
OWN_PREFIXES: Final = (
    "cf-", "maton-", "membrane-", "proxy-", "trunkline-", "x-forwarded-", "x-maton-", "x-membrane-",
)  # fmt: skip
# What holds for the provider's own site, and would hold for this gateway's.
NOT_THE_CALLERS: Final = frozenset(
    {
        b"alt-svc", b"clear-site-data", b"connection", b"date", b"expect-ct", b"keep-alive", b"nel",
        b"proxy-authenticate", b"proxy-authentication-info", b"proxy-connection",
        b"public-key-pins", b"report-to", b"reporting-endpoints", b"service-worker-allowed",
        b"set-cookie", b"set-cookie2", b"strict-transport-security", b"te", b"trailer",
        b"transfer-encoding", b"trunkline-connection-used", b"upgrade",
    }
)  # fmt: skip
SHARED: Final = (b"public", b"s-maxage", b"must-revalidate", b"proxy-revalidate")
PROVIDERS_ID: Final = b"trunkline-provider-request-id"
OWN_NAME: Final = "trunkline-gateway"
# An answer is looked through for secrets, which compression would hide; RFC 9110, 7.6.3.
OWN_HEADERS: Final = (("Accept-Encoding", "identity"), ("Via", f"1.1 {OWN_NAME}"))
BODILESS: Final = frozenset({204, 304})

_token = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch  # RFC 9110, 5.6.2
_no_value = re.compile("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]").search
_no_bytes = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]").search
_token_bytes = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch


def request_headers(
    given: Iterable[tuple[str, str]], injected: Injected, host: str
) -> list[tuple[str, str]]:
    """What the provider gets: the caller's headers but those between caller and gateway, and what
    authorises the request, in place of any of the caller's that would.

    Raises BadRequest for what is no header, or too much of it.
    """
    headers = [("Host", host)]
    ours = {name.lower() for name in injected.headers}
    named: set[str] = set()
    size = 0
    for name, value in given:
        lower, passes = _look_at(name)
        if lower == "connection":
            named.update(option.strip().lower() for option in value.split(","))
        elif lower == "via" and OWN_NAME in value.lower():
            raise TargetRefused("This connection leads back to this gateway.")
        if not passes or lower in ours:
            continue
        if not value.isascii() or _no_value(value):
            value = _as_utf8(name, value)
        size += len(name) + len(value)
        headers.append((name, value))
    if len(headers) > MOST_HEADERS or size > MOST_HEADER_BYTES:
        raise BadRequest("The request has too many headers, or too long ones.")
    if named:
        headers = [headers[0], *(pair for pair in headers[1:] if pair[0].lower() not in named)]
    headers.extend(injected.headers.items())
    headers += OWN_HEADERS
    return headers


def answer_headers(
    given: Sequence[tuple[bytes, bytes]],
    status: int,
    connection_id: str,
    request_id: str,
    hidden: Hidden | None = None,
) -> list[tuple[bytes, bytes]]:
    """What the caller gets; names in lower case, and secrets covered. What the provider calls its
    request is there by another name, and no shared cache may keep the answer: others have other
    connections."""
    headers: list[tuple[bytes, bytes]] = []
    named: set[bytes] = set()
    for name, value in given:
        lower = name.lower()
        if lower == b"connection":
            named.update(option.strip().lower() for option in value.split(b","))
        if not _returns(lower) or _no_bytes(value):
            continue
        if lower == b"content-length" and status in BODILESS:
            continue
        if lower == b"cache-control":
            value = _private(value)
        elif hidden is not None:
            value = HideSecrets(hidden).cover(value, last=True)
        headers.append((PROVIDERS_ID if lower == b"x-request-id" else lower, value))
    if named:
        headers = [pair for pair in headers if pair[0] not in named or pair[0] == b"content-length"]
    headers.append((b"trunkline-connection-used", connection_id.encode()))
    headers.append((b"x-request-id", request_id.encode()))
    return headers


@lru_cache(1024)
def _look_at(name: str) -> tuple[str, bool]:
    """The name in lower case, and whether such a header passes."""
    if not _token(name):
        raise BadRequest("The name of a header is none.")
    lower = name.lower()
    kept = lower in HOP_BY_HOP or lower in NOT_THE_PROVIDERS or lower.startswith(OWN_PREFIXES)
    return lower, not kept


@lru_cache(1024)
def _returns(lower: bytes) -> bool:
    return _token_bytes(lower) is not None and lower not in NOT_THE_CALLERS


def _private(value: bytes) -> bytes:
    """A Cache-Control (RFC 9111, 5.2.2) without what lets shared caches keep the answer."""
    directives = [each.strip() for each in value.split(b",")]
    kept = [each for each in directives if each and not each.lower().startswith(SHARED)]
    return b", ".join(kept if len(kept) == len(directives) else [b"private", *kept])


def _as_utf8(name: str, value: str) -> str:
    """A value that is sent as UTF-8: ASGI gives the bytes of a header as Latin-1."""
    if _no_value(value):
        raise BadRequest(f"The value of the header {name} holds a character that none may hold.")
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value
