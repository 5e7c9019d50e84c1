"""Make requests to apps: the port that the queue of deliveries talks to."""

from __future__ import annotations

from trunkline.clock import Clock
from trunkline.webhooks.http.egress import Egress
from trunkline.webhooks.http.exchange import Exchange, Outgoing
from trunkline.webhooks.http.sending import Sending

__all__ = ["Requests"]


class Requests:
    """Makes requests. `clock` is the real one: it dates attempts and lets cookies expire."""

    def __init__(self, egress: Egress, *, clock: Clock) -> None:
        self._egress = egress
        self._clock = clock

    async def send(self, outgoing: Outgoing) -> Exchange:
        """What came of a request, with its retries and redirects.

        It takes `tt` of the target's overrides at most (behaviour 2.2), and raises nothing for
        what an app or the network does. The body of a callback's answer is not waited for.
        """
        return await Sending(self._egress, self._clock, outgoing).run()

    async def close(self) -> None:
        """Close every connection, for good."""
        await self._egress.close()
