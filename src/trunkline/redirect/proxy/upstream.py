"""How the proxy itself reaches other hosts: directly, or by the proxy that the user had."""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from trunkline.redirect.proxy.pipes import CHUNK, Pipe

__all__ = ["CannotPassOn", "NextProxy", "Upstream", "dial"]

CONNECT_SECONDS = 60.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class CannotPassOn(Exception):
    """The user's own proxy is of a kind that is not spoken here; the text is one sentence."""


@dataclass(frozen=True, kw_only=True)
class NextProxy:
    """A proxy of the user's."""

    host: str
    port: int
    tls: bool
    credentials: bytes | None  # the value of Proxy-Authorization

    @classmethod
    def read(cls, name: str, value: str) -> NextProxy:
        """Of the variable `name`. Raises CannotPassOn."""
        url = urlsplit(value if "://" in value else f"http://{value}")
        try:
            host, port = url.hostname, url.port
        except ValueError:
            host, port = None, None
        if url.scheme not in ("http", "https") or not host:
            raise CannotPassOn(
                f"{name} names a proxy that is not http://HOST:PORT, and `exec --proxy` can pass "
                f"other hosts on to no other kind: unset it for this command."
            )
        pair = f"{unquote(url.username or '')}:{unquote(url.password or '')}".encode()
        return cls(
            host=host,
            port=port or (443 if url.scheme == "https" else 80),
            tls=url.scheme == "https",
            credentials=b"Basic " + b64encode(pair) if url.username is not None else None,
        )


class Upstream:
    """Connections to hosts that are not redirected."""

    def __init__(self, proxies: Mapping[str, NextProxy] | None = None, bypassed: str = "") -> None:
        """`proxies` by scheme of the URL; `bypassed` is a NO_PROXY."""
        self._proxies = dict(proxies or {})
        entries = [each.strip().lower() for each in bypassed.split(",")]
        self._all_bypassed = "*" in entries
        self._bypassed = {*LOOPBACK, *(each.lstrip("*.") for each in entries)} - {""}

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Upstream:
        """As the usual variables say, those in lower case first. Raises CannotPassOn."""
        proxies = {}
        for scheme in ("http", "https"):
            for name in (f"{scheme}_proxy", "all_proxy"):
                value = environment.get(name) or environment.get(name.upper())
                if value:
                    proxies[scheme] = NextProxy.read(name.upper(), value)
                    break
        return cls(proxies, environment.get("no_proxy") or environment.get("NO_PROXY") or "")

    def proxy_for(self, scheme: str, host: str, port: int) -> NextProxy | None:
        """The proxy that a URL's host is reached by."""
        name = host.lower()
        direct = self._all_bypassed or any(
            shown == entry or shown.endswith(f".{entry}")
            for entry in self._bypassed
            for shown in (name, f"{name}:{port}")
        )
        return None if direct else self._proxies.get(scheme)

    async def tunnel(self, host: str, port: int) -> Pipe:
        """A connection to a host as if there were no proxy. Raises OSError."""
        async with asyncio.timeout(CONNECT_SECONDS):
            proxy = self.proxy_for("https", host, port)
            if proxy is None:
                return await dial(host, port)
            pipe = await self.reach(proxy)
            try:
                await _ask_for_tunnel(pipe, proxy, f"[{host}]" if ":" in host else host, port)
            except BaseException:
                pipe.abort()
                raise
            return pipe

    async def reach(self, proxy: NextProxy) -> Pipe:
        """A connection to the user's proxy itself. Raises OSError."""
        return await dial(proxy.host, proxy.port, tls=proxy.tls)

    async def secure(self, host: str, port: int) -> Pipe:
        """A connection to a host in TLS, which is verified. Raises OSError."""
        pipe = await self.tunnel(host, port)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await pipe.writer.start_tls(ssl.create_default_context(), server_hostname=host)
        except BaseException:
            pipe.abort()
            raise
        return pipe


async def dial(host: str, port: int, *, tls: bool = False) -> Pipe:
    """A connection to there. Raises OSError."""
    try:
        return Pipe(*await asyncio.open_connection(host, port, limit=CHUNK, ssl=tls or None))
    except UnicodeError:
        raise OSError(f"'{host}' is not a name that a host can have") from None


async def _ask_for_tunnel(pipe: Pipe, proxy: NextProxy, host: str, port: int) -> None:
    place = f"{host}:{port}".encode()
    lines = [b"CONNECT " + place + b" HTTP/1.1", b"Host: " + place]
    if proxy.credentials:
        lines.append(b"Proxy-Authorization: " + proxy.credentials)
    await pipe.send(b"\r\n".join(lines) + b"\r\n\r\n")
    try:
        head = await pipe.reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        raise OSError(f"the proxy {proxy.host}:{proxy.port} did not answer") from None
    status = head[9:12].decode("latin-1")
    if not status.startswith("2"):
        raise OSError(f"the proxy {proxy.host}:{proxy.port} answered {status}")
