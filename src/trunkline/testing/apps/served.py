"""An app of a test: where it is, and what it raised."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from trunkline.testing.apps.interface import Interface, interface_of
from trunkline.testing.apps.watch import AppError, Watch
from trunkline.testing.errors import TrunklineError, hidden

__all__ = ["App", "Server", "reach", "server_for"]

__tracebackhide__ = hidden

PATIENCE = 5.0  # seconds for an app that runs already to take a connection


class Server(Protocol):
    """Serves an app on the loopback."""

    @property
    def port(self) -> int: ...
    def start(self) -> None:
        """Return when it serves. Raises TrunklineError."""

    def stop(self) -> None:
        """Return when it has ended. Raises TrunklineError."""


@dataclass(frozen=True, kw_only=True)
class App:
    """An app that the test's world can reach, as long as the test runs."""

    public_url: str
    """Its public URL: what requests are signed for, and what the app takes for its own address."""
    local_url: str
    """Where it is in truth, on this machine."""
    watch: Watch | None = field(default=None, repr=False)

    @property
    def errors(self) -> Sequence[AppError]:
        """What it raised while it answered; nothing is known of an app that runs elsewhere."""
        return () if self.watch is None else tuple(self.watch.errors)

    def url(self, path: str) -> str:
        """The public URL of a path; a whole URL stays as it is."""
        return path if "://" in path else f"{self.public_url}/{path.lstrip('/')}"


def server_for(app: Any, watch: Watch, interface: Interface | None) -> Server:
    """What can serve an app. Raises TrunklineError."""
    if (interface or interface_of(app)) == "wsgi":
        from trunkline.testing.apps.wsgi import WsgiThread

        return WsgiThread(app, watch)
    from trunkline.testing.apps.asgi import AsgiThread

    return AsgiThread(app, watch)


def reach(url: str) -> str:
    """The URL of an app that runs already. Raises TrunklineError when nothing listens there."""
    place = urlsplit(url)
    if place.scheme not in ("http", "https") or not place.hostname:
        raise TrunklineError(f"'{url}' is no URL of an app: write http://127.0.0.1:5000.")
    port = place.port or (443 if place.scheme == "https" else 80)
    try:
        socket.create_connection((place.hostname, port), PATIENCE).close()
    except OSError as error:
        reason = error.strerror or "no answer"
        raise TrunklineError(f"No app runs at {url}: {reason.lower()}.") from None
    return url
