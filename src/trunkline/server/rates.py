"""Put the rates of senders together: the gate of the dispatcher, and the room in queues."""

from __future__ import annotations

import asyncio

import structlog

from trunkline.messaging.dispatch.dispatcher import Dispatcher
from trunkline.messaging.rates.account_mms import AccountMms
from trunkline.messaging.rates.leases import SenderLeases
from trunkline.messaging.rates.queue_room import QueueRoom
from trunkline.messaging.rates.sender_gate import SenderGate
from trunkline.server.core import Core
from trunkline.store import StoreUnavailable

__all__ = ["Rates"]

log = structlog.get_logger(__name__)

FORGET_PERIOD = 3600.0  # real seconds between looks for senders that are used no more


class Rates:
    """The rates of one node. The dispatcher is made with `gate`, and then connected."""

    def __init__(self, core: Core) -> None:
        self._leases = SenderLeases(core.database, core.node_id, core.settings.lease_seconds)
        self._forget_at = 0.0  # loop time
        self._account_mms = AccountMms(core.database)
        self.room = QueueRoom(core.database, core.limits, core.own_numbers)
        self.gate = SenderGate(
            limits=core.limits,
            numbers=core.own_numbers,
            worlds=core.worlds,
            clock=core.clock,
            leases=self._leases,
            room=self.room,
            account_mms=self._account_mms,
        )

    def connect(self, dispatcher: Dispatcher) -> None:
        """Let the dispatcher hear of turns."""
        self.gate.admit = dispatcher.admit
        self.gate.leave = dispatcher.leave
        self.gate.knows = dispatcher.knows

    async def load(self) -> None:
        """Read what was used up, and count what waits: after the limits, before any message."""
        await self._account_mms.load()
        await self.room.load()

    async def renew(self) -> None:
        """Renew the leases of senders, and count again where a queue may become full."""
        await self.gate.renew()
        await self.room.count_where_needed()
        now = asyncio.get_running_loop().time()
        if now >= self._forget_at:
            self._forget_at = now + FORGET_PERIOD
            await self._leases.forget_old()

    async def stop(self) -> None:
        """Let no turn come any more."""
        await self.gate.stop()

    async def end_leases(self) -> None:
        """Let other nodes send, once nothing is being submitted."""
        try:
            await self._leases.end_all()
        except StoreUnavailable:
            log.warning("rates.leases_not_ended")
