"""What the API may do with sessions: which of them take orders, and which wait for their turn."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.unit.voice.stand_ins import ACCOUNT, NOW, URL, WORLD, Parts, StandInLeg
from trunkline.voice.control_calls import Ending, NotInProgress
from trunkline.voice.legs import EngineLost, Heard
from trunkline.voice.media.wire import HungUp
from trunkline.voice.model import DocumentSource, NewCall
from trunkline.voice.session.far_end import OpenFarEnd
from trunkline.voice.session.session import CallSession
from trunkline.voice.session.sessions import Sessions

SID = "CA" + "3" * 32


def new_call(**options: Any) -> NewCall:
    return NewCall(
        sid=SID,
        account_id=ACCOUNT,
        world_id=WORLD,
        direction="outbound-api",
        path=("queued",),
        sender="+14155550100",
        recipient="+15558675309",
        document=DocumentSource(url=URL),
        created_at=NOW,
        real_time=NOW,
        options=options,
    )


class Waiting:
    """The queue of calls, as far as it is asked."""

    def __init__(self) -> None:
        self.calls: dict[str, NewCall] = {}
        self.limited: list[tuple[str, int]] = []

    def __call__(self, call: NewCall) -> None:
        self.calls[call.sid] = call

    def cancel(self, sid: str) -> NewCall | None:
        return self.calls.pop(sid, None)

    def limit(self, sid: str, seconds: int) -> bool:
        if sid in self.calls:
            self.limited.append((sid, seconds))
        return sid in self.calls


class Desk:
    """Sessions whose tasks only wait."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.sessions = Sessions(Parts())  # type: ignore[arg-type]
        self.sessions.connect(self._run)  # type: ignore[arg-type]

    async def _run(self, session: CallSession, _: object) -> None:
        self.begun.append(session.call.sid)
        await asyncio.Event().wait()

    def answered(self) -> CallSession:
        """A call that was answered."""
        session = self.sessions.make(new_call())
        session.takes(StandInLeg(SID))
        session.call.answered_frame = 0
        return session


async def test_the_leg_of_an_answered_call_is_there_to_be_recorded() -> None:
    desk = Desk()
    session = desk.answered()
    assert desk.sessions.leg(SID) is session.leg
    session.call.answered_frame = None
    with pytest.raises(NotInProgress):
        desk.sessions.leg(SID)


@pytest.mark.parametrize(
    "report", [HungUp(leg=SID, frame=7), EngineLost(leg=SID)], ids=["hung up", "lost"]
)
async def test_a_leg_whose_end_was_reported_is_not_recorded(report: Heard) -> None:
    desk = Desk()
    # The session is at something else, and has not come to it.
    desk.answered().hear(report)
    with pytest.raises(NotInProgress):
        desk.sessions.leg(SID)


async def test_a_call_whose_end_is_being_written_down_takes_no_orders() -> None:
    desk = Desk()
    desk.answered().let_go()
    with pytest.raises(NotInProgress):
        desk.sessions.leg(SID)
    with pytest.raises(Ending):
        await desk.sessions.redirect(SID, DocumentSource(url=URL))


async def test_a_call_that_waits_for_its_turn_is_limited_there() -> None:
    desk, queue = Desk(), Waiting()
    desk.sessions.queue = queue
    desk.sessions.begin(new_call())
    desk.sessions.limit(SID, 5)
    assert queue.limited == [(SID, 5)]
    with pytest.raises(NotInProgress):
        desk.sessions.limit("CA" + "4" * 32, 5)


async def test_a_call_begins_once() -> None:
    desk = Desk()
    desk.sessions.begin(new_call())
    desk.sessions.begin(new_call())
    await asyncio.sleep(0)
    assert desk.begun == [SID]


@pytest.mark.parametrize(
    ("options", "shown"),
    [({}, "+14155550100"), ({"caller_id": "+14155550177"}, "+14155550177")],
    ids=["From", "CallerId"],
)
async def test_whom_the_far_end_sees(options: dict[str, str], shown: str) -> None:
    callers: list[str] = []

    class Numbers:
        async def incoming(self, *, caller: str, **_: object) -> NewCall | None:
            callers.append(caller)
            raise LookupError

    session = Desk().sessions.make(new_call(**options))
    with pytest.raises(LookupError):
        await OpenFarEnd(Parts(), Numbers())(session)  # type: ignore[arg-type]
    assert callers == [shown]
