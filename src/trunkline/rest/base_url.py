"""What absolute links of an answer start with, so that clients page against this server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from trunkline.redirect.hosts import TWILIO, fits

__all__ = ["BaseUrls"]

HOST = re.compile(r"[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
MOST_HOST = 260


class BaseUrls:
    """Scheme, host and the product's prefix of the path.

    The configured `public_url` when there is one, with the product always as a prefix; else, only
    when `trust_forwarded` is on, X-Forwarded-Proto and X-Forwarded-Host; else the Host header.

    A program that is redirected (`trunkline.redirect`) believes that it speaks TLS with Twilio,
    and names Twilio's host, though its requests come as plain HTTP. Its links start with
    `https://`, as Twilio's do: what a client compares or stores is the same, and the next request
    is redirected like the first.
    """

    def __init__(self, public_url: str | None, trust_forwarded: bool) -> None:
        self._public_url = public_url.rstrip("/") if public_url else None
        self._trust_forwarded = trust_forwarded

    def of(
        self,
        scope: Mapping[str, Any],
        headers: Mapping[bytes, bytes],
        product: str,
        prefix: str,
    ) -> str:
        """E.g. `http://127.0.0.1:8080/messaging`, without a slash at the end."""
        if self._public_url is not None:
            return self._public_url if product == "api" else f"{self._public_url}/{product}"
        host = _host(headers.get(b"host"))
        proto = b""
        if self._trust_forwarded:
            proto = headers.get(b"x-forwarded-proto", b"").split(b",")[0].strip().lower()
            host = _host(headers.get(b"x-forwarded-host", b"").split(b",")[0].strip()) or host
        if proto in (b"http", b"https"):
            scheme = proto.decode()
        elif host is not None and fits(host.partition(":")[0], TWILIO):
            scheme = "https"
        else:
            scheme = scope.get("scheme", "http")
        return f"{scheme}://{host or _server(scope)}{prefix}"


def _host(value: bytes | None) -> str | None:
    if not value or len(value) > MOST_HOST:
        return None
    text = value.decode("latin-1")
    return text if HOST.fullmatch(text) else None


def _server(scope: Mapping[str, Any]) -> str:
    host, port = scope.get("server") or ("localhost", None)
    name = f"[{host}]" if ":" in host else host
    return f"{name}:{port}" if port else name
