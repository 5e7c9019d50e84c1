"""The leg to whoever is called: nobody is left ringing that nobody knows of."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.unit.voice.stand_ins import ACCOUNT, CALLER, NOW, NUMBER, WORLD, StandInLeg, TestedCall
from trunkline.voice.legs import MediaUnavailable
from trunkline.voice.model import DocumentSource, NewCall
from trunkline.voice.session.events import EndOrder
from trunkline.voice.session.far_end import OpenFarEnd
from trunkline.voice.session.live_call import LiveCall
from trunkline.voice.session.session import CallSession


class Numbers:
    """A number of the platform, and the call that comes in there."""

    def __init__(self, parts: Any) -> None:
        self._parts = parts
        self.sessions: list[CallSession] = []
        self.begun: list[CallSession] = []
        self.committing = asyncio.Event()

    async def incoming(self, **told: Any) -> NewCall:
        await self.committing.wait()
        return NewCall(
            sid="CA" + "9" * 32,
            account_id=ACCOUNT,
            world_id=WORLD,
            direction="inbound",
            path=("ringing",),
            sender=CALLER,
            recipient=NUMBER,
            document=DocumentSource(),
            created_at=NOW,
            real_time=NOW,
        )

    def run(self, call: NewCall) -> CallSession:
        session = CallSession(
            LiveCall.of(call), self._parts, created_at=NOW, begin=self.begun.append
        )
        self.sessions.append(session)
        return session


class Legs:
    """Opens pairs, if there is room."""

    def __init__(self) -> None:
        self.failure: Exception | None = None

    async def open_pair(self, sid: str, other: str, *_: Any, **__: Any) -> Any:
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        return StandInLeg(sid), StandInLeg(other)


class Opened:
    """A call to a number of the platform."""

    def __init__(self) -> None:
        self.call = TestedCall(direction="outbound-api", answered=False)
        self.session = self.call.session
        self.session.leg = None
        self.legs = Legs()
        parts: Any = self.call.parts
        parts.legs = self.legs
        self.numbers = Numbers(parts)
        self.task = asyncio.ensure_future(OpenFarEnd(parts, self.numbers)(self.session))


async def test_both_have_a_leg_and_the_other_begins() -> None:
    opened = Opened()
    opened.numbers.committing.set()
    await opened.task
    (other,) = opened.numbers.begun
    assert opened.session.line.sid == opened.session.call.sid
    assert other.line.sid == other.call.sid


async def test_a_call_that_is_given_up_meanwhile_has_a_leg_to_hang_up() -> None:
    opened = Opened()
    await opened.call.settle()
    opened.task.cancel()
    await opened.call.settle()
    assert not opened.task.done()  # what is being committed cannot be taken back
    opened.numbers.committing.set()
    with pytest.raises(asyncio.CancelledError):
        await opened.task
    assert opened.session.is_open
    assert len(opened.numbers.begun) == 1


async def test_without_room_the_other_call_is_ended() -> None:
    opened = Opened()
    opened.legs.failure = MediaUnavailable("No room.")
    opened.numbers.committing.set()
    with pytest.raises(MediaUnavailable):
        await opened.task
    (other,) = opened.numbers.begun
    assert await other._mailbox.get() == EndOrder("failed")
