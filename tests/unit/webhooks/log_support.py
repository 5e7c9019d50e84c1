"""Requests that wait and requests that have ended, on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from trunkline.bus import Event
from trunkline.clock import RealClock
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit, Job
from trunkline.webhooks.http import Attempt, Exchange
from trunkline.webhooks.kinds import Completion
from trunkline.webhooks.make_delivery import MakeDelivery
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.webhooks.works import DueDeliveries, EndDeliveries, Ended
from trunkline.worlds import Worlds

YEAR = timedelta(days=365)
URL = "https://user:secret@app.example/status?token=1#rc=2"


class Kind:
    """Renders what it is told to; `gone` are subjects that exist no more."""

    reads_body = True

    def __init__(self) -> None:
        self.gone: set[str] = set()

    async def parameters(self, delivery: Delivery) -> Parameters | None:
        if delivery.subject in self.gone:
            return None
        return [("Body", "Hello"), ("MessageStatus", str(delivery.data.get("status")))]

    async def complete(self, delivery: Delivery, exchange: Exchange) -> Completion:
        raise AssertionError("nothing is completed here")


@dataclass
class Log:
    """The queue and the log of one world."""

    database: Database
    sids: SidFactory
    worlds: Worlds
    world_id: str
    commit: GroupCommit
    account_id: str
    kind: Kind = field(default_factory=Kind)
    heard: list[Delivery] = field(default_factory=list)

    def __post_init__(self) -> None:
        owner = self.sids.new_id()
        self.make = MakeDelivery(self.sids, self.worlds, RealClock())
        self.due = DueDeliveries(owner, self.heard.extend)
        self.end = EndDeliveries(owner)
        self.kinds = {"test": self.kind}

    async def wait(self, subject: str | None = None, **changed: Any) -> Delivery:
        """A request that waits."""
        values: dict[str, Any] = {
            "subject": subject or self.sids.new("SM"),
            "account_id": self.account_id,
            "world_id": self.world_id,
            "kind": "test",
            "url": URL,
            "data": {"status": "sent"},
        }
        delivery = self.make(**(values | changed))
        await self.commit.submit(Job(self.due, delivery))
        return delivery

    async def finish(
        self,
        delivery: Delivery,
        outcome: str = "delivered",
        *,
        status: int | None = 200,
        after: timedelta = timedelta(),
    ) -> Delivery:
        """Write down how it ended, so long from now; the world's clock is a year behind."""
        exchange = None
        if outcome != "dropped":
            now = RealClock().now()
            error = None if outcome == "delivered" else 11200
            tried = Attempt(delivery.url, now, 12, status, error, None, "c2lnbg==")
            exchange = Exchange(
                url=delivery.url,
                attempts=[tried],
                status=status,
                headers=[("Content-Type", "text/xml")],
                body=b"<Response/>\xff",
                error=error,
            )
        now = RealClock().now() + after
        ended = Ended(delivery, outcome, exchange, now, now - YEAR)
        await self.commit.submit(Job(self.end, ended))
        return delivery

    async def ended(self, outcome: str = "delivered", **changed: Any) -> Delivery:
        """A request that has ended."""
        return await self.finish(await self.wait(**changed), outcome)


@asynccontextmanager
async def log_of(database: Database, sids: SidFactory, world_id: str) -> AsyncIterator[Log]:
    """The log of a world."""
    worlds = Worlds(database, RealClock(), sids)
    await worlds.load()
    published: list[Event] = []
    commit = GroupCommit(database, published=published.extend, writers=1)
    yield Log(database, sids, worlds, world_id, commit, sids.new_id())
    await commit.close()
