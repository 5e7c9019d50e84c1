"""Calls in a real database, without sessions: one node, or two that share it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trunkline.clock import RealClock
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit, Job
from trunkline.store.transitions import Follower, Transition
from trunkline.voice.live.end_live_calls import EndLiveCalls
from trunkline.voice.model import CallbackTarget, DocumentSource, NewCall
from trunkline.voice.status_callbacks import CallStatusCallbacks, RecordingOfCall
from trunkline.voice.works import CreateCalls, call_transitions
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.alerts.record import RecordAlerts
from trunkline.webhooks.make_delivery import MakeDelivery
from trunkline.webhooks.model import Delivery
from trunkline.webhooks.works import DueDeliveries
from trunkline.worlds import Worlds

CALLER, NUMBER = "+14155550123", "+14155550100"
URL = "https://app.example/voice"


class Node:
    """What commits calls and hears of what follows."""

    def __init__(
        self,
        database: Database,
        sids: SidFactory,
        worlds: Worlds,
        world_id: str,
        account_id: str,
        recording_of: RecordingOfCall | None = None,
    ) -> None:
        self.database, self.sids, self.worlds = database, sids, worlds
        self.world_id, self.account_id = world_id, account_id
        self.id = sids.new_id()
        self.clock = RealClock()
        self.commit = GroupCommit(database, published=lambda _: None, writers=1)
        self.hears: list[NewCall] = []
        self.create = CreateCalls(self.id, self.hears.extend)
        self.requested: list[Delivery] = []
        self.alert = AlertMaker(sids, worlds, self.clock)
        self.record = RecordAlerts()
        followers: Sequence[Follower] = [
            CallStatusCallbacks(
                DueDeliveries(self.id, self.requested.extend),
                MakeDelivery(sids, worlds, self.clock),
                recording_of,
            ),
            EndLiveCalls(),
        ]
        self.transitions = call_transitions(followers)

    def new(self, **changed: Any) -> NewCall:
        """A call that is decided on."""
        values: dict[str, Any] = {
            "sid": self.sids.new("CA"),
            "account_id": self.account_id,
            "world_id": self.world_id,
            "direction": "outbound-api",
            "path": ("queued",),
            "sender": NUMBER,
            "recipient": CALLER,
            "document": DocumentSource(url=URL),
            "created_at": self.worlds.clock(self.world_id).now(),
            "real_time": self.clock.now(),
        }
        return NewCall(**(values | changed))

    async def call(self, *path: str, **changed: Any) -> str:
        """A committed call that has gone this way since; its SID."""
        call = self.new(**changed)
        await self.commit.submit(Job(self.create, call))
        for status in path:
            await self.enter(call.sid, status)
        return call.sid

    async def enter(self, sid: str, *path: str, **changes: Any) -> Any:
        """Move a call on."""
        now = self.worlds.clock(self.world_id).now()
        if path[-1] == "in-progress":
            changes.setdefault("answered_at", now)
        transition = Transition(
            subject=sid,
            world_id=self.world_id,
            path=path,
            world_time=now,
            real_time=self.clock.now(),
            changes=changes,
        )
        (result,) = await self.commit.submit(Job(self.transitions, transition))
        return result

    async def row(self, sid: str) -> Any:
        """A call as it is stored."""
        return await self.database.fetchrow("SELECT * FROM calls WHERE id = $1", sid[2:])

    async def live(self) -> dict[str, Any]:
        """The calls of the world that are going on."""
        rows = await self.database.fetch(
            "SELECT * FROM live_calls WHERE world_id = $1", self.world_id
        )
        return {f"CA{row['call_id'].hex}": row for row in rows}

    async def alerts(self) -> list[tuple[int, str | None]]:
        """Codes and resources of the account's alerts."""
        rows = await self.database.fetch(
            "SELECT code, resource FROM alerts WHERE account_id = $1 ORDER BY id", self.account_id
        )
        return [(row["code"], row["resource"]) for row in rows]

    async def lease(self, seconds: float) -> None:
        """Live so long from now on; negative: be silent for so long already."""
        await self.database.execute(
            "INSERT INTO nodes (id, lease_until) VALUES ($1, now() + make_interval(secs => $2))"
            " ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until",
            self.id,
            seconds,
        )


def told(*events: str) -> CallbackTarget:
    """Where these events are told."""
    return CallbackTarget(url="https://app.example/status", events=events or ("completed",))
