"""What the proxy is asked, and what it gives back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trunkline.gateway.connectors import Injected, Target

__all__ = ["SAFE", "UNSAFE", "Answered", "Ask", "BrokenOff", "Limits", "Pairs"]

Pairs = Sequence[tuple[str, str]] | Mapping[str, Any]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})  # RFC 9110, 9.2.1
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class BrokenOff(Exception):
    """An answer that ended before its end: so must the one that is passed on, visibly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request to a provider, as the caller means it."""

    method: str  # in upper case
    target: Target
    headers: Sequence[tuple[str, str]] = ()  # as they came: the proxy leaves out what it must
    body: bytes | AsyncIterator[bytes] | None = field(default=None, repr=False)
    length: int | None = None  # bytes of a body that is iterated over, where that is known
    path_shown: str | None = None  # what the audit log templates; else the target's path
    # Returns when the client has gone. Called after the body was read to its end, not before.
    gone: Callable[[], Awaitable[None]] | None = field(default=None, repr=False)
    # Used instead of the connection's credentials, and never refreshed.
    injected: Injected | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer, read whole. `data` is its JSON, decoded; its text where it is none; None for an
    empty body. Names of `headers` are in lower case."""

    status: int
    data: Any = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request may cost."""

    body: int = 10 << 20  # bytes of a request
    answer: int = 100 << 20  # bytes of an answer
    connect: float = 10.0  # seconds until there is a connection
    idle: float = 60.0  # seconds in which nothing comes, of the provider or of the caller's body
    upload: float = 900.0  # seconds from the start to the head of the answer to a streamed body

    @property
    def head(self) -> float:
        """Seconds from the start to the head of an answer, for a provider that trickles."""
        return self.connect + 2 * self.idle
