"""A world with a call whose phone does at once what it is told. A sound begins with RIFF."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from trunkline.control.controlled_calls import AudioNotTaken
from trunkline.messaging.explain_message import TimelineEntry
from trunkline.voice.explain_call import CallExplanation, CallSummary, ExecutedVerb
from trunkline.voice.legs import MediaUnavailable
from trunkline.voice.phones.call_scripts import DEFAULT, Script
from trunkline.voice.phones.script import DEFAULT_SCRIPT, Step
from trunkline.voice.phones.watch_phones import NotOnPhone
from trunkline.voice.receive_call import NoSuchNumber

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
CALL = "CA" + "0" * 31 + "1"
OVER = "CA" + "0" * 31 + "2"
NUMBER, PHONE = "+14155550100", "+14155550123"
MOST = timedelta(seconds=7)

SUMMARY: dict[str, Any] = {
    "sid": CALL,
    "account_sid": "AC" + "0" * 32,
    "parent_sid": None,
    "direction": "outbound-api",
    "status": "in-progress",
    "sender": NUMBER,
    "recipient": PHONE,
    "duration": None,
    "error_code": None,
    "created_at": NOW,
    "started_at": NOW,
    "answered_at": NOW,
    "ended_at": None,
}


class FakeExplain:
    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.statuses = {CALL: "in-progress", OVER: "completed"}

    async def newest(self, world_id: str, **asked: Any) -> list[CallSummary]:
        self.asked.append(asked)
        wanted = asked.get("statuses")
        found = [await self.fetch(world_id, sid) for sid in self.statuses]
        return [c for c in found if c is not None and (wanted is None or c.status in wanted)]

    async def fetch(self, world_id: str, sid: str) -> CallSummary | None:
        if sid not in self.statuses or world_id != "0" * 32:
            return None
        return CallSummary(**SUMMARY | {"sid": sid, "status": self.statuses[sid]})

    async def explain(self, world_id: str, sid: str) -> CallExplanation | None:
        if await self.fetch(world_id, sid) is None:
            return None
        return CallExplanation(
            **SUMMARY,
            document={"url": "https://app.example/voice"},
            forwarded_from=None,
            answered_by=None,
            queue_ms=0,
            error_message=None,
            children=[],
            verbs=[ExecutedVerb(verb="Say", text="Hello", world_time=NOW)],
            digits="1",
            timeline=[TimelineEntry(1, "call.queued", {}, NOW, NOW)],
        )


class FakeScripts:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Script] = {}
        self.waves: dict[str, bytes] = {}

    async def of(self, world_id: str, phone: str) -> Script:
        every = self.kept.get((world_id, DEFAULT), Script(steps=DEFAULT_SCRIPT))
        return self.kept.get((world_id, phone), every)

    async def set_for(self, world_id: str, phone: str) -> Script | None:
        return self.kept.get((world_id, phone))

    async def set(
        self, world_id: str, phone: str, script: Script | None, waves: Mapping[str, bytes]
    ) -> None:
        self.kept.pop((world_id, phone), None)
        if script is not None:
            self.kept[world_id, phone] = script
            self.waves |= waves


class FakePhonesInCalls:
    """The phone of CALL is on the line, if it does not ring."""

    def __init__(self) -> None:
        self.told: list[Step] = []
        self.held: list[str] = []
        self.ringing = False
        self.done = True

    def rings(self, sid: str) -> bool:
        if sid != CALL:
            raise NotOnPhone(sid)
        return self.ringing

    def do(self, sid: str, steps: Sequence[Step]) -> None:
        self.rings(sid)
        self.told += steps
        self.done = False

    def is_done(self, sid: str) -> bool:
        return self.done

    def hold(self, sid: str) -> None:
        self.held.append(sid)

    def let_go(self, world_id: str) -> None:
        self.held.clear()

    def is_in_call(self, sid: str) -> bool:
        return sid == CALL


class FakeReady:
    async def ready(self, world_id: str, steps: Sequence[Step]) -> tuple[Step, ...]:
        return tuple(steps)


class FakeCalls:
    """See the module."""

    def __init__(self) -> None:
        self.explain = FakeExplain()
        self.scripts = FakeScripts()
        self.phones = FakePhonesInCalls()
        self.ready = FakeReady()
        self.files = self
        self.kept: list[bytes] = []
        self.placed: list[tuple[str, str, str, tuple[Step, ...]]] = []
        self.waited: list[str] = []
        self.ended: list[str] = []
        self.full = False
        self.heard_folder = Path(tempfile.gettempdir()) / "trunkline-no-such-folder"
        self.meanwhile: Callable[[], None] = lambda: None

    def ran(self, until: Callable[[], bool]) -> timedelta:
        """How far time passed: not at all, or until what happens meanwhile has happened."""
        if until():
            return timedelta()
        self.phones.done = True
        self.meanwhile()
        until()
        return MOST

    async def keep(self, wave: bytes) -> str:
        self.kept.append(wave)
        return ""

    async def convert(self, data: bytes) -> bytes:
        if not data.startswith(b"RIFF"):
            raise AudioNotTaken("The file is no sound.")
        return b"converted " + data

    async def hang_up(self, world_id: str) -> None:
        self.ended.append(world_id)

    async def written(self, sid: str) -> None:
        self.waited.append(sid)

    async def receive(self, world_id: str, phone: str, number: str, script: Sequence[Step]) -> str:
        if self.full:
            raise MediaUnavailable("There is no room.")
        if number != NUMBER:
            raise NoSuchNumber(number)
        self.placed.append((world_id, phone, number, tuple(script)))
        return CALL
