"""What actions need of the proxy: one request of a connection, its credentials applied, read whole.

`proxy` implements it; tests have a stand-in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from trunkline.gateway.connections.seams import Answered
from trunkline.gateway.model import Caller, Connection

__all__ = ["Answered", "Ask"]


class Ask(Protocol):
    """Ask the provider of `connection`. Raises GatewayError: OutcomeUnknown when something may have
    been done and the answer was lost, UpstreamTimeout and others when nothing was done."""

    async def __call__(
        self,
        caller: Caller,
        connection: Connection,
        method: str,
        path: str,
        /,
        *,
        query: Sequence[tuple[str, str]] | None = None,
        form: Sequence[tuple[str, str]] | None = None,
        json: Any = ...,
    ) -> Answered: ...
