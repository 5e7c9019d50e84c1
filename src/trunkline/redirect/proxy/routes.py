"""Which hosts go where, for the proxy: patterns mean what they mean in `TRUNKLINE_REDIRECT`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from trunkline.redirect.hosts import fits

__all__ = ["Route", "Routes"]


@dataclass(frozen=True, kw_only=True)
class Route:
    """Hosts that fit `pattern` are served at `host`:`port`, in plain HTTP."""

    pattern: str  # lower case; `*.` at its start is one or more labels
    host: str
    port: int

    @property
    def domain(self) -> str:
        """The pattern without its `*.`."""
        return self.pattern.removeprefix("*.")


class Routes:
    """Routes in their order: the first that fits a host counts."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = tuple(routes)

    @classmethod
    def read(cls, patterns: Mapping[str, Iterable[str]]) -> Routes:
        """From host patterns by base URL, as for `routes_text`. Raises ValueError."""
        routes = []
        for url, hosts in patterns.items():
            place = urlsplit(url)
            if place.scheme != "http" or not place.hostname:
                raise ValueError(f"'{url}' is not http://HOST:PORT.")
            for pattern in hosts:
                routes.append(
                    Route(pattern=_folded(pattern), host=place.hostname, port=place.port or 80)
                )
        return cls(routes)

    def find(self, host: str) -> Route | None:
        """The route of a host, whatever its case and with or without a dot at its end."""
        return next((route for route in self.routes if fits(host, [route.pattern])), None)

    def covers_one(self, entry: str) -> bool:
        """Whether an entry of NO_PROXY takes in a redirected host: the entry may name the host, a
        domain above it, or one below it."""
        name = _folded(entry.rpartition(":")[0] if entry.count(":") == 1 else entry)
        name = name.removeprefix("*").removeprefix(".") or "*"
        return any(
            route.domain == name
            or route.domain.endswith(f".{name}")
            or name.endswith(f".{route.domain}")
            or ("*" in name and _may_meet(name, route.domain))
            for route in self.routes
        )


def _may_meet(glob: str, domain: str) -> bool:
    return any(fnmatchcase(host, glob) for host in (domain, f"api.{domain}"))


def _folded(host: str) -> str:
    return host.strip().lower().removesuffix(".")
