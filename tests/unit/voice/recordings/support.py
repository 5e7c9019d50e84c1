"""Recordings over the shared database, of legs that write real WAVs."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tests.unit.accounts.support import Answer, Client
from tests.unit.rest.asgi_driver import Driver, basic
from trunkline.accounts import AccountSet
from trunkline.clock import RealClock
from trunkline.rest.app import TwilioApi
from trunkline.server.core import Core
from trunkline.server.media import Media
from trunkline.server.recordings import Recordings
from trunkline.server.webhooks import Webhooks
from trunkline.voice.control_calls import NotInProgress
from trunkline.voice.legs import Heard, Leg, RecordingOrder
from trunkline.voice.media.wave_file import WaveWriter, trim_wave
from trunkline.voice.media.wire import HungUp, RecordingEnded
from trunkline.voice.recordings.begin_recording import NamedCall
from trunkline.voice.recordings.record_call import RecordingHandle

RATE = 8000


def tone(seconds: float, loud: int = 8000, pitch: float = 440.0) -> np.ndarray[Any, Any]:
    """Samples of a tone."""
    at = np.arange(int(seconds * RATE))
    return (loud * np.sin(2 * math.pi * pitch * at / RATE)).astype(np.int16)


class WritingLeg:
    """Stands in for a leg: writes what the test lets be heard, and reports as the engine does."""

    def __init__(self, sid: str, hear: Callable[[Heard], None]) -> None:
        self.sid = sid
        self.alive = True
        self.reports_late = False
        self.orders: list[tuple[Any, ...]] = []
        self.late: list[Heard] = []
        self._hear = hear
        self._running: dict[str, tuple[RecordingOrder, WaveWriter]] = {}
        self._paused: dict[str, bool] = {}
        self._sound: dict[str, bool] = {}

    def start_recording(self, order: RecordingOrder) -> None:
        self.orders.append(("start", order))
        if self.alive:
            writer = WaveWriter(order.path, channels=order.channels)
            self._running[order.recording] = order, writer

    def pause_recording(self, recording: str, *, silence: bool) -> None:
        self.orders.append(("pause", recording, silence))
        self._paused[recording] = silence

    def resume_recording(self, recording: str) -> None:
        self.orders.append(("resume", recording))
        self._paused.pop(recording, None)

    def stop_recording(self, recording: str, reason: str = "stopped") -> None:
        self.orders.append(("stop", recording, reason))
        self.end(recording, reason)

    def hears(self, seconds: float, *, loud: int = 8000, other: int = 0) -> None:
        """Let the far end say something (`loud` 0: nothing), and the platform, too."""
        for sid, (order, writer) in self._running.items():
            inbound, outbound = tone(seconds, loud), tone(seconds, other, 880.0)
            if sid in self._paused:
                if not self._paused[sid]:
                    continue
                inbound = outbound = np.zeros_like(inbound)
            self._sound[sid] = self._sound.get(sid, False) or bool(inbound.any() or outbound.any())
            both = order.channels == 2
            writer.write(np.stack([inbound, outbound], 1).reshape(-1) if both else inbound)

    def end(self, recording: str, reason: str) -> None:
        """Let a recording end, as the engine ends it."""
        if recording not in self._running:
            return
        order, writer = self._running.pop(recording)
        writer.close()
        samples = trim_wave(order.path) if order.trim else writer.samples
        report = RecordingEnded(
            recording=recording,
            leg=self.sid,
            frame=7,
            frames=samples // 160,
            sound=self._sound.get(recording, False),
            reason=reason,
        )
        if self.reports_late:
            self.late.append(report)
        else:
            self._hear(report)

    def hangs_up(self) -> None:
        """The far end is gone."""
        self.alive = False
        for recording in list(self._running):
            self.end(recording, "hangup")
        self._hear(HungUp(leg=self.sid, frame=7))

    def is_lost(self) -> None:
        """The media process dies: files stay as they are, and nothing is reported."""
        for _, writer in self._running.values():
            writer.close()
        self._running.clear()

    def report(self) -> None:
        """Say what was held back."""
        late, self.late = self.late, []
        for each in late:
            self._hear(each)


@dataclass
class Places:
    """Counts what goes on in each world."""

    counts: Counter[str] = field(default_factory=Counter)

    def busy(self, world_id: str) -> None:
        self.counts[world_id] += 1

    def idle(self, world_id: str) -> None:
        self.counts[world_id] -= 1
        assert self.counts[world_id] >= 0


@dataclass(kw_only=True)
class Encoder:
    """Stands in for the encoder of MP3s: says what it was given."""

    asked: int = 0
    fails: bool = False
    gate: asyncio.Event = field(default_factory=asyncio.Event)  # shut: it is slow
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def __call__(self, source: Path, target: Path) -> None:
        self.asked += 1
        self.reached.set()
        await self.gate.wait()
        if self.fails:
            raise RuntimeError("no encoder")
        await asyncio.to_thread(lambda: target.write_bytes(b"MP3 of " + source.read_bytes()))


@dataclass(frozen=True)
class Audio:
    """What came of asking for audio."""

    status: int
    headers: MutableMapping[str, str]
    body: bytes


@dataclass(kw_only=True)
class Studio:
    """An account, its calls that are recorded, and clients of the API."""

    core: Core
    webhooks: Webhooks
    media: Media
    recordings: Recordings
    account: AccountSet
    world_id: str
    app: TwilioApi
    client: Client
    test_client: Client
    places: Places
    encoder: Encoder
    legs: dict[str, WritingLeg] = field(default_factory=dict)

    def path(self, rest: str) -> str:
        """`…/Accounts/AC…` and the rest."""
        return f"/2010-04-01/Accounts/{self.account.account_sid}{rest}"

    def leg_of(self, sid: str) -> Leg:
        """As `ControlCalls.leg`."""
        if sid not in self.legs:
            raise NotInProgress
        return self.legs[sid]  # type: ignore[return-value]

    async def call(self, status: str = "in-progress") -> NamedCall:
        """A call with a leg."""
        sid, now = self.core.sids.new("CA"), RealClock().now()
        await self.core.database.execute(
            "INSERT INTO calls (id, account_id, world_id, direction, status, sender, recipient,"
            " document, told, queue_ms, event_seq, created_at, updated_at)"
            " VALUES ($1, $2, $3, 'inbound', $4, '+14155550100', '+15558675309', $5, 0, 0, 1, $6,"
            " $6)",
            sid[2:],
            self.account.account_sid[2:],
            self.world_id,
            status,
            {},
            now,
        )
        if status == "in-progress":
            self.legs[sid] = WritingLeg(sid, self.recordings.record.heard)
        return NamedCall(sid, self.account.account_sid[2:], self.world_id)

    async def start(self, call: NamedCall | None = None, **options: Any) -> RecordingHandle:
        """A recording of a call."""
        call = call or await self.call()
        options = {"source": "StartCallRecordingAPI", **options}
        leg = self.leg_of(call.sid)
        return await self.recordings.record.start(call, leg, **options)

    async def recorded(
        self, seconds: float = 2.0, *, other: int = 0, **options: Any
    ) -> RecordingHandle:
        """A recording that has ended well."""
        handle = await self.start(**options)
        self.leg(handle).hears(seconds, other=other)
        handle.end()
        assert (await handle.ended()).status == "completed"
        return handle

    def leg(self, handle: RecordingHandle) -> WritingLeg:
        """The leg that is recorded."""
        return self.legs[handle.leg.sid]

    async def row(self, sid: str) -> Any:
        """What is stored of a recording."""
        return await self.core.database.fetchrow("SELECT * FROM recordings WHERE id = $1", sid[2:])

    async def create(self, call_sid: str, **form: str) -> Answer:
        """Record a call by the API."""
        return await self.client.post(self.path(f"/Calls/{call_sid}/Recordings.json"), **form)

    async def update(self, handle: RecordingHandle, **form: str) -> Answer:
        """Change a recording by the API."""
        path = f"/Calls/{handle.call_sid}/Recordings/{handle.sid}.json"
        return await self.client.post(self.path(path), **form)

    async def fetch(self, sid: str, **query: str) -> Answer:
        """Read a recording."""
        return await self.client.get(self.path(f"/Recordings/{sid}.json"), **query)

    async def hear(
        self,
        target: str,
        method: str = "GET",
        credentials: tuple[str, str] | None = None,
        **headers: str,
    ) -> Audio:
        """Ask for audio, as everybody may."""
        serve = self.recordings.serve

        async def app(scope: Any, receive: Any, send: Any) -> None:
            assert serve.takes(scope), scope["path"]
            await serve(scope, receive, send)

        driver = Driver(app, None if credentials is None else basic(*credentials))  # type: ignore[arg-type]
        answer = await driver.request(method, target, headers=headers)
        return Audio(answer.status, answer.headers, answer.body)
