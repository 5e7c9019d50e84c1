"""Make one request as webhook chaos wants it: lost, or twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Protocol

from trunkline.webhooks.chaos import Disturbance
from trunkline.webhooks.http import Exchange, Outgoing

__all__ = ["Requests", "send_disturbed"]


class Requests(Protocol):
    """Makes requests."""

    async def send(self, outgoing: Outgoing) -> Exchange:
        """What came of one, with its retries."""


async def send_disturbed(
    requests: Requests, outgoing: Outgoing, disturbance: Disturbance
) -> Exchange:
    """What came of it: of all that chaos makes of one request, one answer counts."""
    lost = []
    if disturbance.drop:
        before = await requests.send(replace(outgoing, loses_answer=True))
        lost = before.attempts
    if disturbance.duplicate:
        # Both at once: an app that looks first and writes then lets both pass.
        exchange, other = await asyncio.gather(requests.send(outgoing), requests.send(outgoing))
        exchange.attempts += other.attempts
        exchange.attempts.sort(key=lambda attempt: attempt.started_at)
    else:
        exchange = await requests.send(outgoing)
    exchange.attempts[:0] = lost
    return exchange
