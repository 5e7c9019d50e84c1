"""All connectors, and how one is found: by key, by app, by a URL, by words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from trunkline.gateway.connectors import (
    plivo,
    rest,
    sendgrid,
    slack,
    telnyx,
    trunkline,
    twilio,
    vonage,
)
from trunkline.gateway.connectors.declare import Connector
from trunkline.gateway.errors import NotFound
from trunkline.gateway.model import Connection
from trunkline.redirect.hosts import fits

__all__ = ["CONNECTORS", "Catalogue"]

CONNECTORS = tuple(
    module.CONNECTOR for module in (twilio, trunkline, telnyx, vonage, plivo, sendgrid, slack, rest)
)
LONGEST_SEARCH = 200
_words = re.compile(r"[^\W_]+").findall


class Catalogue:
    """The connectors of the platform."""

    def __init__(self, connectors: Sequence[Connector] = CONNECTORS) -> None:
        self._connectors = tuple(connectors)
        self._by_key: dict[str, Connector] = {}
        self._apps: dict[str, tuple[Connector, str]] = {}
        for connector in connectors:
            for key in (connector.key, connector.id):
                if key in self._by_key:
                    raise ValueError(f"two connectors {key}")
                self._by_key[key] = connector
            apps = {connector.key: connector.base_url, **connector.apps}
            for app, base_url in apps.items():
                if app in self._apps:
                    raise ValueError(f"two apps {app}")
                self._apps[app] = (connector, base_url)

    def all(self) -> list[Connector]:
        """Every connector, Twilio first."""
        return list(self._connectors)

    def get(self, key_or_id: str) -> Connector | None:
        """By `twilio` or `cnt_twilio`; case does not matter."""
        return self._by_key.get(key_or_id.lower())

    def of(self, connection: Connection) -> Connector:
        """The connector of a connection. NotFound when this version has it no more."""
        connector = self._by_key.get(connection.connector)
        if connector is None:
            raise NotFound("The connector of this connection is gone.")
        return connector

    def of_app(self, segment: str) -> tuple[Connector, str] | None:
        """By Maton's first path segment, with the base URL that it stands for: `twilio`,
        `twilio-messaging`. The URL is for `resolve_target`."""
        return self._apps.get(segment.lower())

    def of_url(self, url: str) -> Connector | None:
        """By a URL of the provider's site or of its API: `https://www.twilio.com/`, `slack.com`."""
        host = _host_of(url)
        if host is None:
            return None
        for connector in self._connectors:
            site = (_host_of(connector.app_url) or "").removeprefix("www.")
            if fits(host, [*connector.hosts, *((site, f"*.{site}") if site else ())]):
                return connector
        return None

    def search(self, text: str, limit: int = 10) -> list[Connector]:
        """Those that have a word of the text, the best first; every one for an empty text.

        A key or a name counts most, then the beginning of one, then words of the description.
        """
        wanted = _words(text[:LONGEST_SEARCH].lower())
        found = self._connectors if not text.strip() else ()
        if wanted:
            scored = [(_score(connector, wanted), connector) for connector in self._connectors]
            best = sorted((each for each in scored if each[0]), key=lambda each: -each[0])
            found = tuple(connector for _, connector in best)
        return list(found[: max(limit, 0)])


def _score(connector: Connector, wanted: Sequence[str]) -> int:
    names = {connector.key, *_words(connector.name.lower())}
    others = set(_words(f"{connector.description} {connector.app_url}".lower()))
    score = 0
    for word in wanted:
        if word in names:
            score += 100
        elif any(name.startswith(word) for name in names):
            score += 50
        elif word in others:
            score += 10
        elif len(word) > 2 and any(other.startswith(word) for other in others):
            score += 5
    return score


def _host_of(url: str) -> str | None:
    text = url.strip()
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname
    except ValueError:
        return None
    return host or None
