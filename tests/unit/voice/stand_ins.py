"""A call without a platform: a leg that writes down its orders, time that the test moves, an app
that answers from a list, and a commit that keeps what it is given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from trunkline.store.transitions import Transition
from trunkline.twiml.voice import Say
from trunkline.voice.activity import Activity
from trunkline.voice.control_calls import NotInProgress
from trunkline.voice.legs import HangUpReason, RecordingOrder
from trunkline.voice.media.wire import Digit, File, Played, RecordingEnded, Source
from trunkline.voice.model import DocumentSource, NewCall
from trunkline.voice.phones.script import Step
from trunkline.voice.recordings.model import EndedRecording
from trunkline.voice.session.companion import Companion
from trunkline.voice.session.converse import Converse
from trunkline.voice.session.documents import AskForDocument, Page
from trunkline.voice.session.live_call import LiveCall
from trunkline.voice.session.outcome import Finish
from trunkline.voice.session.session import CallSession
from trunkline.webhooks.document_url import DocumentUrl
from trunkline.webhooks.http import Exchange

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WORLD, ACCOUNT = "1" * 32, "2" * 32
CALLER, NUMBER = "+14155550100", "+14155550199"
URL = "https://app.example/voice"


class StandInLeg:
    """A leg that writes down its orders."""

    def __init__(self, sid: str) -> None:
        self.sid = sid
        self.orders: list[Any] = []
        self.playing: list[tuple[int, tuple[Source, ...], int]] = []
        self.ended: HangUpReason | None = None
        self._count = 0

    def answer(self) -> None:
        self.orders.append("answer")

    def hang_up(self, reason: HangUpReason = "normal") -> None:
        self.ended = reason

    def play(self, sources: Sequence[Source], *, loop: int = 1) -> int:
        self._count += 1
        self.playing.append((self._count, tuple(sources), loop))
        self.orders.append(("play", tuple(sources), loop))
        return self._count

    def stop_playing(self) -> None:
        self.orders.append("stop playing")
        self.playing.clear()

    def barge_in(self, on: bool) -> None:
        self.orders.append(("barge in", on))

    def join(self, room: str) -> None:
        self.orders.append(("join", room))

    def leave(self) -> None:
        self.orders.append("leave")

    def start_recording(self, order: RecordingOrder) -> None:
        self.orders.append(order)

    def pause_recording(self, recording: str, *, silence: bool) -> None:
        self.orders.append(("pause", recording, silence))

    def resume_recording(self, recording: str) -> None:
        self.orders.append(("resume", recording))

    def stop_recording(self, recording: str, reason: str = "stopped") -> None:
        self.orders.append(("stop recording", recording, reason))

    def do(self, steps: Sequence[Step]) -> None:
        self.orders.append(("do", tuple(steps)))


class MovedTimer:
    """One timer of `MovedTime`."""

    def __init__(self, at: int, callback: Callable[[], None]) -> None:
        self.at = at
        self.callback = callback
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class MovedTime:
    """Engine time that the test moves."""

    def __init__(self) -> None:
        self.now = 0
        self.timers: list[MovedTimer] = []

    def frame(self, world_id: str) -> int:
        return self.now

    def call_later(self, world_id: str, frames: int, callback: Callable[[], None]) -> MovedTimer:
        timer = MovedTimer(self.now + frames, callback)
        self.timers.append(timer)
        return timer

    def pass_(self, seconds: float) -> None:
        """Let so much pass, and what is due happen in its order."""
        until = self.now + round(seconds * 50)
        while due := sorted(
            (t for t in self.timers if not t.is_cancelled and t.at <= until), key=lambda t: t.at
        ):
            self.now = due[0].at
            self.timers.remove(due[0])
            due[0].callback()
        self.now = until

    @property
    def waiting(self) -> list[float]:
        """How long the timers that are left still take, in seconds."""
        return sorted((t.at - self.now) / 50 for t in self.timers if not t.is_cancelled)


class KeptCommit:
    """A commit that succeeds at once and keeps what it is given."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.failure: Exception | None = None  # of the next submission

    def submit(self, *jobs: Any, urgent: bool = False) -> asyncio.Future[list[Any]]:
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure
        self.items += [job.item for job in jobs]
        outcome: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        outcome.set_result([(1,)] * len(jobs))
        return outcome

    def statuses(self, sid: str) -> list[str]:
        """The statuses that a call entered."""
        return [
            status
            for item in self.items
            if isinstance(item, Transition) and item.subject == sid
            for status in item.path
        ]


@dataclass
class StandInAlert:
    """An alert, as far as the tests look at it."""

    code: int
    message: str


class StandInAlerts:
    """Makes alerts, and keeps them."""

    def __init__(self) -> None:
        self.made: list[StandInAlert] = []

    def __call__(self, account_id: str, world_id: str, code: int, **told: Any) -> StandInAlert:
        alert = StandInAlert(code, told.get("message") or "")
        self.made.append(alert)
        return alert

    @property
    def codes(self) -> list[int]:
        return [alert.code for alert in self.made]


@dataclass
class StandInAsked:
    """What came of a request."""

    exchange: Exchange
    alerts: StandInAlerts
    delivery: Any = None

    def refuse(self, code: int, message: str, details: Any = None) -> None:
        self.exchange.error, self.exchange.reason = code, message
        self.alerts("", "", code, message=message)

    def warn(self, code: int, message: str, details: Any = None) -> None:
        self.alerts("", "", code, message=message)


class StandInApp:
    """Answers requests from a list; what is asked beyond it is refused (11200)."""

    def __init__(self, alerts: StandInAlerts) -> None:
        self.answers: list[str | Exchange] = []
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self._alerts = alerts

    async def __call__(self, *, url: str, method: str, parameters: Any, **_: Any) -> StandInAsked:
        self.asked.append((method, url, dict(parameters)))
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if self.answers else Exchange(error=11200, reason="No.")
        if isinstance(answer, str):
            body = answer.encode()
            answer = Exchange(url=url, status=200, content_type="text/xml", body=body)
        if answer.error is not None:
            self._alerts("", "", answer.error, message=answer.reason)
        return StandInAsked(answer, self._alerts)


class StandInVoice:
    """Speaks texts: a file named after each."""

    def __init__(self) -> None:
        self.is_there = True

    async def render(self, say: Say) -> Path | None:
        await asyncio.sleep(0)
        return Path("/spoken") / say.text if self.is_there else None


class StandInHandle:
    """A recording that is going on."""

    def __init__(self, sid: str, leg: StandInLeg, order: dict[str, Any]) -> None:
        self.sid = sid
        self.order = order
        self.stopped: str | None = None
        self.outcome: asyncio.Future[EndedRecording] = asyncio.get_running_loop().create_future()
        self._leg = leg

    def end(self, reason: str = "stopped") -> None:
        self.stopped = self.stopped or reason
        if not self.outcome.done():
            self.over()

    def over(self, *, seconds: int = 4, sound: bool = True) -> None:
        """It has ended."""
        self.outcome.set_result(
            EndedRecording(
                sid=self.sid,
                url=f"https://us/{self.sid}",
                status="completed" if sound else "absent",
                seconds=seconds if sound else 0,
                sound=sound,
                reason="stopped",
            )
        )

    async def ended(self) -> EndedRecording:
        return await asyncio.shield(self.outcome)


class StandInRecordings:
    """Begins recordings."""

    def __init__(self) -> None:
        self.begun: list[StandInHandle] = []
        self.failure: Exception | None = None  # of whatever is begun
        self.unsettled: BaseException | None = None

    async def start(self, call: Any, leg: StandInLeg, **order: Any) -> StandInHandle:
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        handle = StandInHandle(f"RE{len(self.begun):032x}", leg, order)
        self.begun.append(handle)
        return handle

    def heard(self, report: Any) -> None:
        pass

    def closed(self, sid: str) -> None:
        for handle in self.begun:
            if not handle.outcome.done():
                handle.over()

    async def settle(self, sid: str) -> None:
        if self.unsettled is not None:
            raise self.unsettled


class StandInDials:
    """Makes sessions that the test plays the part of."""

    def __init__(self, parts: Parts) -> None:
        self.made: list[CallSession] = []
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.companions: dict[str, Companion] = {}
        self._parts = parts

    def make(
        self,
        call: NewCall,
        *,
        parent: CallSession | None = None,
        companion: Callable[[CallSession], Companion] | None = None,
    ) -> CallSession:
        session = CallSession(
            LiveCall.of(call),
            self._parts,  # type: ignore[arg-type]
            created_at=NOW,
            parent=parent,
            begin=lambda session: self.begun.append(session.call.sid),
        )
        session.takes(StandInLeg(call.sid))
        if companion is not None:
            self.companions[call.sid] = companion(session)
        self.made.append(session)
        return session

    async def end(self, sid: str, status: str) -> None:
        if sid in self.ended:
            raise NotInProgress(sid)
        self.ended.append(sid)


class StandInSids:
    """SIDs that count."""

    def __init__(self) -> None:
        self.count = 0

    def new(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count:032x}"


class StandInClock:
    """The world's clock stands still."""

    def clock(self, world_id: str) -> StandInClock:
        return self

    def now(self) -> datetime:
        return NOW + timedelta()


@dataclass
class Parts:
    """What a session is given: see `session.services.Services`."""

    commit: KeptCommit = field(default_factory=KeptCommit)
    transitions: Any = None
    create: Any = None
    notes: Any = None
    record_alerts: Any = None
    sids: StandInSids = field(default_factory=StandInSids)
    worlds: StandInClock = field(default_factory=StandInClock)
    clock: StandInClock = field(default_factory=StandInClock)
    time: MovedTime = field(default_factory=MovedTime)
    occupation: Activity = field(default_factory=Activity)
    alert: StandInAlerts = field(default_factory=StandInAlerts)
    speak: StandInVoice = field(default_factory=StandInVoice)
    recordings: StandInRecordings = field(default_factory=StandInRecordings)
    sent: list[dict[str, Any]] = field(default_factory=list)
    fetched: list[tuple[str, str]] = field(default_factory=list)
    leaving: bool = False
    ask: StandInApp = field(init=False)
    dials: StandInDials = field(init=False)

    def __post_init__(self) -> None:
        self.ask = StandInApp(self.alert)
        self.dials = StandInDials(self)

    async def is_active(self, account_sid: str) -> bool:
        return True

    async def fetch_audio(
        self, world_id: str, account_sid: str, url: str, method: str = "GET"
    ) -> Path:
        await asyncio.sleep(0)
        self.fetched.append((method, url))
        return Path("/fetched") / url.rpartition("/")[2]

    async def send_text(self, **told: Any) -> tuple[str, str]:
        await asyncio.sleep(0)
        self.sent.append(told)
        return f"SM{len(self.sent):032x}", "queued"

    async def converse(self, session: CallSession, source: DocumentSource) -> Finish | None:
        return await Converse(session, AskForDocument(self))(source)  # type: ignore[arg-type]


class TestedCall:
    """A session, and what the far end and the engine do in it."""

    __test__ = False

    def __init__(self, *, direction: str = "inbound", answered: bool = True, **facts: Any) -> None:
        self.parts = Parts()
        call = LiveCall(
            sid="CA" + "3" * 32,
            account_id=ACCOUNT,
            world_id=WORLD,
            direction=direction,
            sender=CALLER,
            recipient=NUMBER,
            status="in-progress" if answered else "ringing",
            document=DocumentSource(url=URL),
            answered_frame=0 if answered else None,
            **facts,
        )
        self.session = CallSession(call, self.parts, created_at=NOW)  # type: ignore[arg-type]
        self.leg = StandInLeg(call.sid)
        self.session.takes(self.leg)
        self.page = Page(None, DocumentUrl(URL, URL))  # type: ignore[arg-type]

    async def settle(self) -> None:
        """Let everybody who can go on do so."""
        for _ in range(20):
            await asyncio.sleep(0)

    async def press(self, keys: str) -> None:
        """The far end presses keys."""
        for key in keys:
            self.session.hear(Digit(leg=self.leg.sid, frame=self.parts.time.now, digit=key))
            await self.settle()

    async def played(self, *, stopped: bool = False) -> tuple[Source, ...]:
        """What plays comes to its end; what it was."""
        number, sources, _ = self.leg.playing.pop(0)
        self.session.hear(
            Played(leg=self.leg.sid, frame=self.parts.time.now, playback=number, stopped=stopped)
        )
        await self.settle()
        return sources

    async def recorded(self, handle: StandInHandle, **outcome: Any) -> None:
        """The engine ends a recording by itself."""
        handle.over(**outcome)
        self.session.hear(
            RecordingEnded(
                recording=handle.sid,
                leg=self.leg.sid,
                frame=self.parts.time.now,
                frames=1,
                sound=True,
                reason="silence",
            )
        )
        await self.settle()

    async def wait(self, seconds: float) -> None:
        """Let engine time pass."""
        self.parts.time.pass_(seconds)
        await self.settle()


def spoken(text: str) -> File:
    """What `StandInVoice` makes of a text."""
    return File(path=f"/spoken/{text}")
