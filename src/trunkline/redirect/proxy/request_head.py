"""The head of a request to the proxy, read by llhttp."""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import httptools

__all__ = ["BadRequest", "RequestHead", "read_head"]

HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")
# RFC 9110, section 7.6.1, and what clients say to proxies alone.
HOP_BY_HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"upgrade",
}


class BadRequest(Exception):
    """What came is not a request to a proxy; the text is one sentence."""


@dataclass(frozen=True, kw_only=True)
class RequestHead:
    """A request, up to its body."""

    method: str
    scheme: str  # `http`, `https`; empty for CONNECT
    host: str  # an IPv6 address without its brackets
    port: int
    path: str  # with the query; empty for CONNECT
    headers: tuple[tuple[bytes, bytes], ...]

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}.get(self.scheme)
        return name if self.port == usual else f"{name}:{self.port}"

    @property
    def chunked(self) -> bool:
        """Whether its body says by itself where it ends."""
        return any(
            name.lower() == b"transfer-encoding" and value.lower().endswith(b"chunked")
            for name, value in self.headers
        )

    @property
    def upgrades(self) -> bytes | None:
        """The protocol that the connection is to change to."""
        asked = self._values(b"connection")
        wanted = self._values(b"upgrade")
        return wanted[0] if wanted and b"upgrade" in b",".join(asked).lower() else None

    def has_token(self, token: str) -> bool:
        """Whether the proxy's token is in it, as the password of Basic (RFC 7617)."""
        for value in self._values(b"proxy-authorization"):
            scheme, _, encoded = value.partition(b" ")
            try:
                pair = base64.b64decode(encoded.strip(), validate=True)
            except ValueError:
                continue
            given = pair.partition(b":")[2]
            if scheme.lower() == b"basic" and hmac.compare_digest(given, token.encode()):
                return True
        return False

    def passed_on(self, *, absolute: bool, credentials: bytes | None = None) -> bytes:
        """The head for the next hop, which is to close the connection after its answer. `absolute`
        and `credentials` (a value of Proxy-Authorization) are for a next hop that is a proxy."""
        target = f"{self.scheme}://{self.authority}{self.path}" if absolute else self.path
        dropped = HOP_BY_HOP | {b"host"}
        for value in self._values(b"connection"):
            dropped |= {name.strip().lower() for name in value.split(b",")}
        upgrade = self.upgrades
        lines = [f"{self.method} {target} HTTP/1.1".encode("latin-1")]
        lines += [b"Host: " + self.authority.encode()]
        lines += [n + b": " + v for n, v in self.headers if n.lower() not in dropped]
        lines += [b"Connection: " + (b"Upgrade" if upgrade else b"close")]
        lines += [b"Upgrade: " + upgrade] if upgrade else []
        lines += [b"Proxy-Authorization: " + credentials] if credentials else []
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def _values(self, name: bytes) -> list[bytes]:
        return [value for key, value in self.headers if key.lower() == name]


def read_head(data: bytes) -> RequestHead:
    """Read a head, with the empty line at its end. Raises BadRequest."""
    seen = _Seen()
    parser = httptools.HttpRequestParser(seen)
    try:
        parser.feed_data(data)
    except httptools.HttpParserUpgrade:
        pass
    except httptools.HttpParserError as error:
        raise BadRequest(f"The request cannot be read: {error}.") from None
    method = parser.get_method().decode("latin-1")
    target = seen.target.decode("latin-1")
    if method == "CONNECT":
        scheme, netloc, path = "", target, ""
    else:
        scheme, netloc, path = _absolute(target)
    host, port = _place(netloc, {"http": 80, "https": 443}.get(scheme))
    return RequestHead(
        method=method, scheme=scheme, host=host, port=port, path=path, headers=tuple(seen.headers)
    )


class _Seen:
    """What llhttp tells."""

    def __init__(self) -> None:
        self.target = b""
        self.headers: list[tuple[bytes, bytes]] = []

    def on_url(self, part: bytes) -> None:
        self.target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value))


def _absolute(target: str) -> tuple[str, str, str]:
    scheme, mark, rest = target.partition("://")
    scheme = scheme.lower()
    if not mark or scheme not in ("http", "https"):
        raise BadRequest("This is a proxy: it takes CONNECT, and requests for http://HOST/PATH.")
    netloc = re.split(r"[/?#]", rest, maxsplit=1)[0]
    path = rest[len(netloc) :].partition("#")[0]
    return scheme, netloc.rpartition("@")[2], path if path.startswith("/") else f"/{path}"


def _place(netloc: str, usual: int | None) -> tuple[str, int]:
    try:
        place = urlsplit(f"//{netloc}")
        host, port = place.hostname or "", usual if place.port is None else place.port
    except ValueError:
        host, port = "", None
    if port is None or not HOST.fullmatch(host):
        raise BadRequest(f"'{netloc}' is not HOST:PORT.")
    return host, port
