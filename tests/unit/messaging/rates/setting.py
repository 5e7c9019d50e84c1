"""Gates of nodes on one database, with a dispatcher each and a lane that commits turns."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tests.unit.messaging.node import own_number
from trunkline.carriers.routes import VIRTUAL
from trunkline.clock import RealClock
from trunkline.messaging.model import Dispatch
from trunkline.messaging.queries import KEEP_LEASE
from trunkline.messaging.rates.account_mms import AccountMms
from trunkline.messaging.rates.leases import SenderLeases
from trunkline.messaging.rates.queue_room import QueueRoom
from trunkline.messaging.rates.sender_gate import SenderGate
from trunkline.messaging.rates.works import is_lease_lost, turn_jobs
from trunkline.numbers import OwnNumber
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit
from trunkline.worlds import AdvanceClock, WorldLimits, Worlds

LONG, TOLL_FREE, SHORT = "+14155550100", "+18335550100", "12345"


class Numbers:
    """A long code, a toll-free number and a short code of the world."""

    def __init__(self, account_id: str) -> None:
        long = own_number(account_id)
        self.own = {
            LONG: long,
            TOLL_FREE: msgspec.structs.replace(long, phone_number=TOLL_FREE, type="tollfree"),
            SHORT: msgspec.structs.replace(long, phone_number=SHORT, type="short_code"),
        }

    def find(self, world_id: str, number: str) -> OwnNumber | None:
        return self.own.get(number)


class OneLane:
    """A dispatcher, as far as a gate sees one, with a lane that runs one message at a time."""

    def __init__(self, node: RatedNode) -> None:
        self._node = node
        self.known: set[str] = set()
        self.ready: deque[Dispatch] = deque()
        self._running: asyncio.Task[None] | None = None
        self.stalled = False  # it takes messages, and does not get to them

    def accept(self, dispatch: Dispatch) -> None:
        self.known.add(dispatch.sid)
        if not self._node.gate.keeps(dispatch):
            self.admit(dispatch)

    def admit(self, dispatch: Dispatch) -> None:
        if dispatch.sid not in self.known:
            return
        dispatch.ready_at = self._node.clock.now()
        self.ready.append(dispatch)
        self._begin()

    def drop_all(self) -> None:
        """What is ready ends without a submission."""
        while self.ready:
            self.known.discard(self.ready.popleft().sid)

    def _begin(self) -> None:
        if self._running is None and self.ready and not self.stalled:
            self._running = asyncio.get_running_loop().create_task(self._run())

    def knows(self, sid: str) -> bool:
        return sid in self.known

    def is_idle(self, world_id: str) -> bool:
        return self._running is None

    async def idle(self, world_id: str) -> None:
        self._begin()
        while self._running is not None:
            await asyncio.wait({self._running})

    async def load(self, world_id: str, until: datetime | None = None) -> int:
        return 0

    async def earliest(self, world_id: str) -> datetime | None:
        return self._node.gate.earliest(world_id)

    async def _run(self) -> None:
        try:
            while self.ready and not self.stalled:
                dispatch = self.ready.popleft()
                await self._node.run(dispatch)
                self.known.discard(dispatch.sid)
        finally:
            self._running = None


class RatedNode:
    """A node that submits what its gate lets go of: the commit of the turn is the submission."""

    def __init__(
        self,
        database: Database,
        sids: SidFactory,
        worlds: Worlds,
        limits: WorldLimits,
        world_id: str,
        account_id: str,
        *,
        owner: str | None = None,
        lease: float = 60.0,
    ) -> None:
        self.database, self.sids, self.worlds = database, sids, worlds
        self.world_id, self.account_id = world_id, account_id
        self.limits = limits
        self.owner = owner or sids.new_id()
        self.commit = GroupCommit(database, published=lambda _: None, writers=2)
        numbers = Numbers(account_id)
        self.leases = SenderLeases(database, self.owner, lease)
        self.room = QueueRoom(database, limits, numbers)
        self.account_mms = AccountMms(database)
        self.gate = SenderGate(
            limits=limits,
            numbers=numbers,
            worlds=worlds,
            clock=RealClock(),
            leases=self.leases,
            room=self.room,
            account_mms=self.account_mms,
        )
        self.given: list[Dispatch] = []  # left to another node
        self.sent: list[tuple[datetime, Dispatch]] = []  # world time
        self.real: list[float] = []  # loop time of what was sent
        self.refused: list[Dispatch] = []  # by the fence
        self.expired: list[Dispatch] = []
        self.dispatcher = OneLane(self)
        self.gate.admit = self.dispatcher.admit
        self.gate.leave = self._left
        self.gate.knows = self.dispatcher.knows
        self.advance = AdvanceClock(worlds, [self.dispatcher, self.gate.acquiring])

    @property
    def clock(self) -> Any:
        return self.worlds.clock(self.world_id)

    async def run(self, dispatch: Dispatch) -> None:
        now = self.clock.now()
        assert dispatch.ready_at is not None
        if dispatch.ready_at - dispatch.created_at > timedelta(seconds=dispatch.validity):
            self.expired.append(dispatch)
            return
        jobs = turn_jobs(dispatch)
        if is_lease_lost(await self.commit.submit(*jobs) if jobs else []):
            self.refused.append(dispatch)
        else:
            self.sent.append((now, dispatch))
            self.real.append(asyncio.get_running_loop().time())

    def dispatch(self, sender: str = LONG, **changes: Any) -> Dispatch:
        now = self.clock.now()
        values: dict[str, Any] = {
            "sid": "SM" + self.sids.new_id(),
            "account_id": self.account_id,
            "world_id": self.world_id,
            "sender": sender,
            "recipient": "+14155550123",
            "carrier": VIRTUAL,
            "step": "submit",
            "due_at": now,
            "created_at": now,
            "validity": 36_000,
            "num_segments": 1,
            "num_media": 0,
        }
        return Dispatch(**(values | changes))

    async def store(self, *dispatches: Dispatch) -> None:
        """Their rows, as the create of a message makes them."""
        for d in dispatches:
            await self.database.execute(
                "INSERT INTO messages (id, account_id, world_id, mms, direction, status, sender,"
                " recipient, num_segments, num_media, event_seq, created_at, updated_at)"
                " VALUES ($1, $2, $3, false, 'outbound-api', 'queued', $4, $5, $6, $7, 1, $8, $8)",
                d.sid[2:],
                d.account_id,
                d.world_id,
                d.sender,
                d.recipient,
                d.num_segments,
                d.num_media,
                d.created_at,
            )
            await self.database.execute(
                "INSERT INTO dispatch (message_id, world_id, account_id, sender, carrier, step,"
                " due_at, priority, owner, attempt)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, 0)",
                d.sid[2:],
                d.world_id,
                d.account_id,
                d.sender,
                d.carrier,
                d.step,
                d.due_at,
                self.owner,
            )

    def accept(self, *dispatches: Dispatch) -> None:
        for dispatch in dispatches:
            self.dispatcher.accept(dispatch)

    async def move(self, seconds: float) -> None:
        """Move the world's clock, as `clock advance` does."""
        await self.database.execute(KEEP_LEASE, self.owner, 3600.0)  # it lives, others see
        await self.advance(self.worlds.get(self.world_id), timedelta(seconds=seconds))

    def moments(self) -> list[float]:
        """When messages were sent, in seconds after the first."""
        return [(moment - self.sent[0][0]).total_seconds() for moment, _ in self.sent]

    async def close(self) -> None:
        await self.gate.stop()
        await self.dispatcher.idle(self.world_id)
        await self.commit.close()

    def _left(self, dispatch: Dispatch) -> None:
        self.given.append(dispatch)
        self.dispatcher.known.discard(dispatch.sid)
