"""A queue of requests without a database and without HTTP: a table in memory, and an app that
answers when a test says so."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from trunkline.store import StoreUnavailable
from trunkline.webhooks.chaos import Chaos, ChaosPlans, Disturbance
from trunkline.webhooks.deliver import DeliverWebhooks
from trunkline.webhooks.model import Delivery
from trunkline.webhooks.works import host_of
from trunkline.worlds import WorldClock

START = datetime(2026, 1, 1, tzinfo=UTC)
WORLD = "0" * 31 + "1"
ACCOUNT = "0" * 31 + "a"


class Real:
    """A real clock that stands still."""

    def now(self) -> datetime:
        """The time at which every test begins."""
        return START


class FakeWorlds:
    """Clocks of worlds, as many as are asked for."""

    def __init__(self) -> None:
        self.clocks: dict[str, WorldClock] = {}

    def clock(self, world_id: str) -> WorldClock:
        """The clock of a world."""
        return self.clocks.setdefault(world_id, WorldClock(Real()))


class Table:
    """The rows of the queue. `gate` holds back what was read, `down` is the database away."""

    def __init__(self) -> None:
        self.rows: dict[str, Delivery] = {}
        self.reads = 0
        self.gate: Callable[[], Any] | None = None
        self.down = False

    async def lines(self) -> Sequence[tuple[str, str]]:
        """The hosts and accounts of all rows."""
        if self.down:
            raise StoreUnavailable("gone")
        found = sorted({(host_of(row.url), row.account_id) for row in self.rows.values()})
        if self.gate is not None:
            await self.gate()
        return found

    async def load_line(self, host: str, account_id: str, most: int) -> Sequence[Delivery]:
        """The first rows of a line, as they are at this moment, though told later."""
        self.reads += 1
        if self.down:
            raise StoreUnavailable("gone")
        found = [
            replace(row, parameters=None, attempt=0)
            for _, row in sorted(self.rows.items())
            if (host_of(row.url), row.account_id) == (host, account_id)
        ][:most]
        if self.gate is not None:
            await self.gate()
        return found


class App:
    """What requests reach. Each waits for its answer unless the app answers `at_once`."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.at_once = True
        self.begun: list[Delivery] = []
        self.ended: list[str] = []  # ids
        self.disturbed: dict[str, Disturbance] = {}
        self.under_way: dict[str, asyncio.Future[Any]] = {}
        self.subjects: Counter[str] = Counter()
        self.on_begin: Callable[[Delivery], None] = lambda _: None

    async def __call__(self, delivery: Delivery, disturbance: Disturbance) -> bool | None:
        """As `Perform`: takes the row off the table, unless it is told to raise."""
        assert delivery.id in self._table.rows, "it had ended"
        self.on_begin(delivery)
        self.begun.append(delivery)
        self.disturbed[delivery.id] = disturbance
        self.subjects[delivery.subject] += 1
        assert self.subjects[delivery.subject] == 1, "two requests of one subject at once"
        answer: Any = True
        try:
            if not self.at_once:
                future = asyncio.get_running_loop().create_future()
                self.under_way[delivery.id] = future
                answer = await future
            if not isinstance(answer, BaseException):
                self._end(delivery)
                return bool(answer)
            if isinstance(answer, Unknown):
                self._end(delivery)
            raise answer
        finally:
            self.under_way.pop(delivery.id, None)
            self.subjects[delivery.subject] -= 1

    def _end(self, delivery: Delivery) -> None:
        del self._table.rows[delivery.id]
        self.ended.append(delivery.id)

    def answer(self, delivery_id: str, answer: Any = True) -> None:
        """Let a request that is under way end: with an answer, or an exception."""
        self.under_way.pop(delivery_id).set_result(answer)

    @property
    def told(self) -> list[str]:
        """What the requests that were begun told, in order."""
        return [delivery.data["told"] for delivery in self.begun]


class Unknown(StoreUnavailable):
    """The end was committed, as nobody knows."""


class Queue:
    """`DeliverWebhooks` with all that it needs."""

    def __init__(self, chaos: Chaos | None = None) -> None:
        self.worlds = FakeWorlds()
        self.table = Table()
        self.app = App(self.table)
        self.chaos = chaos
        self.plans = ChaosPlans(lambda _: self.chaos)
        self.deliver = DeliverWebhooks(
            self.worlds,  # type: ignore[arg-type]
            self.table,
            self.app,
            self.plans,
        )
        self.deliver.watch_world(WORLD)
        self.number = 0

    @property
    def clock(self) -> WorldClock:
        """The clock of the world that requests are of unless they say otherwise."""
        return self.worlds.clock(WORLD)

    def make(self, subject: str = "SM1", told: str = "", **changes: Any) -> Delivery:
        """A request that is due now."""
        self.number += 1
        world = changes.get("world_id", WORLD)
        values: dict[str, Any] = {
            "id": f"{self.number:032x}",
            "token": f"{self.number:032x}",
            "subject": subject,
            "account_id": ACCOUNT,
            "world_id": world,
            "kind": "message.status",
            "url": "http://app.example/status",
            "method": "POST",
            "data": {"told": told or f"{subject}/{self.number}"},
            "due_at": self.worlds.clock(world).now(),
            "created_at": self.worlds.clock(world).now(),
            "real_time": START,
        }
        return Delivery(**{**values, **changes})

    def store(self, *deliveries: Delivery) -> None:
        """Commit requests that nobody hears of here."""
        for delivery in deliveries:
            self.table.rows[delivery.id] = replace(delivery)

    def commit(self, *deliveries: Delivery) -> None:
        """Commit requests together."""
        self.store(*deliveries)
        self.deliver.hears(deliveries)

    def send(self, subject: str = "SM1", count: int = 1, **changes: Any) -> list[Delivery]:
        """Commit requests one after the other."""
        made = [self.make(subject, **changes) for _ in range(count)]
        for delivery in made:
            self.commit(delivery)
        return made

    def move(self, by: timedelta) -> None:
        """Move the world's clock, and let go of it."""
        self.clock.hold(self.clock.now() + by)
        self.clock.release()

    @property
    def kept(self) -> int:
        """How many things memory still holds about requests and subjects."""
        deliver: Any = self.deliver
        times = deliver._times
        return sum(
            len(held)
            for held in (
                deliver._chains,
                deliver._known,
                deliver._of_line,
                deliver._disturbed,
                deliver._failures,
                deliver._lines._lines,
                times._later,
                *(world.active for world in times._worlds.values()),
                *(world.later for world in times._worlds.values()),
            )
        )


async def settle(queue: Queue | None = None) -> None:
    """Let everything run that can, with a queue until nothing more happens to it."""
    while True:
        seen = None if queue is None else len(queue.app.ended)
        for _ in range(20):
            await asyncio.sleep(0)
        if queue is None or seen == len(queue.app.ended):
            return
