"""Read the request to the app that an alert tells of: what was sent, and what came back."""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.store import Database
from trunkline.webhooks.alerts import queries
from trunkline.webhooks.alerts.model import DeliveryRow, Render
from trunkline.webhooks.model import Parameters

__all__ = ["MadeRequest", "ReadRequest"]


@dataclass(frozen=True, slots=True)
class MadeRequest:
    """A request with its answer. `parameters` is None when its subject is gone: of such a
    message nothing is shown, and the answer may have held its text."""

    delivery: DeliveryRow
    parameters: Parameters | None

    @property
    def request_headers(self) -> list[tuple[str, str]]:
        """Those that tell one request from another; the rest is the same in all."""
        headers = [("I-Twilio-Idempotency-Token", _as_uuid(self.delivery.token))]
        attempts = self.delivery.attempts
        signature = attempts[-1].get("signature") if attempts else None
        if signature:
            headers.append(("X-Twilio-Signature", str(signature)))
        return headers

    @property
    def response_body(self) -> str | None:
        """The answer as text; None when it was not kept."""
        body = self.delivery.response_body
        if body is None or self.parameters is None:
            return None
        return body.decode(errors="replace")


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
        delivery = queries.delivery_of_row(row)
        return MadeRequest(delivery, await self._render(delivery))


def _as_uuid(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
