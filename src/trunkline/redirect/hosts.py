"""Which hosts a redirected program does not reach. Data: whoever serves more adds to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["GATEWAYS", "PROXY_VARIABLE", "REDIRECTED", "TWILIO", "VARIABLE", "fits", "routes_text"]

VARIABLE = "TRUNKLINE_REDIRECT"
"""The variable that tells the redirected program: see `routes_text`."""

PROXY_VARIABLE = "TRUNKLINE_PROXY"
"""Tells it, as HOST:PORT, of a proxy that redirects by itself: what goes there is let go."""

TWILIO: tuple[str, ...] = ("twilio.com", "*.twilio.com")
"""Every host of Twilio's API: products, regions and edges. `*.` stands for one or more labels."""

GATEWAYS: tuple[str, ...] = ("maton.ai", "*.maton.ai", "getmembrane.com", "*.getmembrane.com")
"""The hosts of the gateways whose contracts this platform's gateway serves."""

REDIRECTED = (*TWILIO, *GATEWAYS)
"""All that a program below `trunkline exec` does not reach."""


def fits(host: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns covers a host; case and a dot at the end do not matter."""
    name = host.rstrip(".").lower()
    return any(
        name.endswith(pattern[1:]) and len(name) >= len(pattern)
        if pattern.startswith("*.")
        else name == pattern
        for pattern in patterns
    )


def routes_text(routes: Mapping[str, Iterable[str]]) -> str:
    """The value of `TRUNKLINE_REDIRECT` for host patterns by base URL.

    `PATTERN=URL` once a pattern, separated by spaces; the first that fits a host counts. A URL is
    `http://HOST:PORT`, without a path.
    """
    return " ".join(f"{pattern}={url}" for url, patterns in routes.items() for pattern in patterns)
