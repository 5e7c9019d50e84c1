"""Whether the name of a domain leads to this platform."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

__all__ = ["ValidateDns", "resolve"]

Resolve = Callable[[str], Awaitable[set[str]]]
SECONDS = 5.0


async def resolve(host: str) -> set[str]:
    """The addresses of a host. Raises OSError, TimeoutError."""
    loop = asyncio.get_running_loop()
    found = await asyncio.wait_for(
        loop.getaddrinfo(host, None, type=socket.SOCK_STREAM), timeout=SECONDS
    )
    return {str(entry[4][0]) for entry in found}


class ValidateDns:
    """Compares the addresses of a domain with those of this platform. `asks` False: every domain
    is taken for valid, as in development, where links are followed by virtual phones."""

    def __init__(
        self, base_url: Callable[[], str], *, asks: bool, resolve: Resolve = resolve
    ) -> None:
        self._base_url = base_url
        self._asks = asks
        self._resolve = resolve

    async def __call__(self, domain_name: str) -> str:
        """Why the domain does not lead here; empty when it does."""
        if not self._asks:
            return ""
        host = domain_name.partition(":")[0]
        own = urlsplit(self._base_url()).hostname or ""
        try:
            theirs = await self._resolve(host)
        except (OSError, TimeoutError, UnicodeError):
            return f"{host} has no address."
        try:
            ours = await self._resolve(own)
        except (OSError, TimeoutError, UnicodeError):
            return f"{own}, the address of this platform, cannot be resolved."
        return "" if theirs & ours else f"{host} leads elsewhere than to {own}."
