"""The sessions of a node: who knows of them, and that their end is never waited for in vain."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.unit.voice.stand_ins import ACCOUNT, CALLER, NOW, NUMBER, WORLD, Parts, StandInLeg
from trunkline.store import StoreUnavailable
from trunkline.voice.control_calls import NotInProgress
from trunkline.voice.media.wire import HungUp
from trunkline.voice.model import DocumentSource, NewCall
from trunkline.voice.session.session import CallSession, EndedElsewhere
from trunkline.voice.session.sessions import Sessions

SID = "CA" + "4" * 32


def new_call() -> NewCall:
    return NewCall(
        sid=SID,
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


class Node:
    """Sessions, and what runs them: until anything comes in."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.parts: Any = Parts()
        self.sessions = Sessions(self.parts)

        class Run:
            async def __call__(self, session: CallSession, companion: Any = None) -> None:
                await session._mailbox.get()
                session.close()
                if failure is not None:
                    raise failure

        run: Any = Run()
        self.sessions.connect(run)


async def test_who_waits_for_the_end_hears_of_a_call_that_never_begins() -> None:
    node = Node()
    session = node.sessions.make(new_call())
    ending = asyncio.ensure_future(node.sessions.end_all(WORLD))
    await asyncio.sleep(0)
    node.sessions.forget(session)
    await asyncio.wait_for(ending, 5)
    assert len(node.sessions) == 0
    assert node.parts.occupation.is_idle(WORLD)


async def test_only_calls_that_have_begun_are_written_down_now_and_then() -> None:
    node = Node()
    session = node.sessions.make(new_call())
    assert node.sessions.calls() == []  # it may not be committed: that is not to be lost
    assert node.sessions.knows(SID)
    session.start()
    assert [call.sid for call in node.sessions.calls()] == [SID]
    await node.sessions.end_all()


async def test_what_is_dialled_while_the_others_end_is_ended_too() -> None:
    node = Node()
    session = node.sessions.make(new_call())
    again = NewCall(**{**_fields(new_call()), "sid": "CA" + "5" * 32})
    session.start()
    ending = asyncio.ensure_future(node.sessions.end_all())
    await asyncio.sleep(0)
    node.sessions.make(again).start()
    await asyncio.wait_for(ending, 5)
    assert len(node.sessions) == 0


async def test_a_task_that_fails_lets_nobody_wait() -> None:
    node = Node(RuntimeError("no"))
    node.sessions.make(new_call()).start()
    await asyncio.wait_for(node.sessions.end(SID, "completed"), 5)
    assert not node.sessions.knows(SID)


async def test_a_call_whose_far_end_has_gone_is_not_redirected() -> None:
    node = Node()
    session = node.sessions.make(new_call())
    session.takes(StandInLeg(SID))
    session.call.answered_frame = 0
    await node.sessions.redirect(SID, DocumentSource())
    session.hear(HungUp(leg=SID, frame=0))
    with pytest.raises(NotInProgress):
        await node.sessions.redirect(SID, DocumentSource())
    session.start()
    await node.sessions.end_all()


async def test_what_cannot_be_written_when_the_platform_stops_is_left_to_the_next_start() -> None:
    node = Node()
    session = node.sessions.make(new_call())
    session.start()
    node.parts.commit.failure = StoreUnavailable("away")
    await session.enter("in-progress")  # waits for the database
    await asyncio.wait_for(node.sessions.end_all(), 5)
    node.parts.commit.failure = StoreUnavailable("away")
    with pytest.raises(EndedElsewhere):
        await session.enter("completed")


def _fields(call: NewCall) -> dict[str, Any]:
    return {name: getattr(call, name) for name in call.__dataclass_fields__}
