"""What one request may do on its way out: told to the connections that it uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from trunkline.webhooks.http.network_rules import NOBODY, AllowList

__all__ = ["Passage", "Peer"]


class Peer(Protocol):
    """The other end of a connection, as far as a request needs to know."""

    heard: bool  # whether a byte came in since the request began


@dataclass(slots=True)
class Passage:
    """What one request may do on its way out, and what was seen on the way."""

    allowed: AllowList = NOBODY
    open: bool = False  # any address: the operator's own, by `--map`
    fresh: bool = False  # on a new connection, whatever is in the pool
    deaf: bool = False  # the connection is closed instead of reading what comes in

    looking_up: bool = False  # a name is being resolved
    reused: bool = False  # the connection is from the pool
    peer: Peer | None = None  # None: there was no connection yet

    @property
    def heard(self) -> bool:
        """Whether a byte of an answer came."""
        return self.peer is not None and self.peer.heard
