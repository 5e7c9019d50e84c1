"""Read the request to the app that an alert tells of: what was sent, and what came back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trunkline.store import Database
from trunkline.webhooks.alerts import queries
from trunkline.webhooks.http.headers import SIGNATURE, TOKEN, token_text
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.webhooks.queue_table import delivery_of

__all__ = ["MadeRequest", "ReadRequest", "Render"]

# What was sent, rendered again by the delivery's kind; None: its subject is gone.
Render = Callable[[Delivery], Awaitable[Parameters | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeRequest:
    """A request with its answer. `parameters` is None when its subject is gone: of such a
    message nothing is shown, and the answer may have held its text."""

    token: str
    parameters: Parameters | None
    attempts: Sequence[Mapping[str, Any]]
    status: int | None
    response_headers: Sequence[tuple[str, str]]
    kept_body: bytes | None  # None: not kept, or forgotten with its message

    @property
    def request_headers(self) -> list[tuple[str, str]]:
        """Those that tell one request from another; the rest is the same in all."""
        headers = [(TOKEN, token_text(self.token))]
        signature = self.attempts[-1].get("signature") if self.attempts else None
        if signature:
            headers.append((SIGNATURE, str(signature)))
        return headers

    @property
    def response_body(self) -> str | None:
        """The answer as text; None when it was not kept."""
        if self.kept_body is None or self.parameters is None:
            return None
        return self.kept_body.decode(errors="replace")


class ReadRequest:
    """Finds requests that have ended. `render` gives what was sent, or None when its subject is
    gone: texts live once, in the message."""

    def __init__(self, database: Database, render: Render) -> None:
        self._database = database
        self._render = render

    async def __call__(self, delivery_id: str | None) -> MadeRequest | None:
        """The request, or None when there was none or it is not remembered any more."""
        if delivery_id is None:
            return None
        row = await self._database.fetchrow(queries.FETCH_DELIVERY, delivery_id)
        if row is None:
            return None
        delivery = delivery_of(row)
        return MadeRequest(
            token=delivery.token,
            parameters=await self._render(delivery),
            attempts=row["attempts"],
            status=row["status"],
            response_headers=[(name, value) for name, value in row["response_headers"] or ()],
            kept_body=row["response_body"],
        )
