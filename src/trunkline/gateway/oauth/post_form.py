"""How a form goes to a provider's token endpoint: what this package asks of an HTTP client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

__all__ = ["AnswerLost", "NotSent", "PostForm", "Posted"]


class NotSent(Exception):
    """Nothing of the request has left: no connection, a refused address, no name."""


class AnswerLost(Exception):
    """The request may have arrived and no whole answer came: a timeout, a broken connection, an
    answer larger than the client takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """An answer. `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(repr=False)


class PostForm(Protocol):
    """One POST: no redirects, no cookies, no second try, a bounded answer, the network rules on the
    address that is connected to, and the platform's map of addresses applied to `url`. Plain http
    is refused where private networks are not allowed."""

    async def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
        """The answer, whatever its status. Raises NotSent, AnswerLost."""
