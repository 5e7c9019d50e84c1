"""A call from its dialling to its last status, whatever comes in between."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.waiting import eventually
from tests.unit.voice.stand_ins import StandInLeg, TestedCall
from trunkline.store import StoreUnavailable
from trunkline.voice.legs import EngineLost, MediaUnavailable
from trunkline.voice.media.wire import Answered, Digits, HungUp, Ringing
from trunkline.voice.model import DocumentSource
from trunkline.voice.session.events import EndOrder, RedirectOrder
from trunkline.voice.session.run_call import RunCall
from trunkline.voice.session.session import CallSession

WAITS = "<Response><Pause length='60'/></Response>"


class StandInCompanion:
    """The call that dialled this one, as it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def answered(self) -> bool:
        self.told.append("answered")
        return True

    def left(self) -> None:
        self.told.append("left")

    def over(self, status: str) -> None:
        self.told.append(status)

    def ringing(self) -> None:
        self.told.append("ringing")


class Placed:
    """A call that is dialled."""

    def __init__(
        self,
        *,
        failure: Exception | None = None,
        companion: StandInCompanion | None = None,
        **options: Any,
    ) -> None:
        self.call = TestedCall(direction="outbound-api", answered=False, options=options)
        self.session = self.call.session
        self.session.call.status = "queued"
        self.session.call.document = DocumentSource(twiml=WAITS)

        async def open_far_end(session: CallSession) -> None:
            await asyncio.sleep(0)
            if failure is not None:
                raise failure
            session.takes(self.call.leg)

        self.task = asyncio.ensure_future(RunCall(open_far_end)(self.session, companion))

    async def answer(self) -> None:
        """The far end rings, and answers."""
        await self.call.settle()
        self.session.hear(Ringing(leg=self.leg.sid, frame=0))
        self.session.hear(Answered(leg=self.leg.sid, frame=0))
        await self.call.settle()

    @property
    def leg(self) -> StandInLeg:
        return self.call.leg

    @property
    def statuses(self) -> list[str]:
        return self.call.parts.commit.statuses(self.session.call.sid)

    async def end(self) -> None:
        """Hang up, and see the task through."""
        self.session.tell(EndOrder())
        await asyncio.wait_for(self.task, 5)


async def test_another_document_takes_the_place_of_keys_that_are_pressed() -> None:
    placed = Placed(send_digits="WWWW1")
    await placed.answer()
    assert placed.leg.playing[0][1] == (Digits(digits="WWWW1"),)
    placed.session.tell(
        RedirectOrder(DocumentSource(twiml="<Response><Pause length='9'/></Response>"))
    )
    await placed.call.settle()
    assert "stop playing" in placed.leg.orders
    assert placed.call.parts.time.waiting[0] == 9
    await placed.end()
    assert placed.statuses == ["initiated", "ringing", "in-progress", "completed"]
    assert placed.call.parts.alert.codes == []


async def test_a_child_that_is_redirected_so_early_leaves_who_dialled_it() -> None:
    companion = StandInCompanion()
    placed = Placed(send_digits="WWWW1", companion=companion)
    await placed.answer()
    placed.session.tell(RedirectOrder(DocumentSource(twiml=WAITS)))
    await placed.call.settle()
    assert companion.told == ["ringing", "left"]
    await placed.end()
    assert companion.told[-1] == "completed"


@pytest.mark.parametrize("failure", [MediaUnavailable("No room."), StoreUnavailable("away")])
async def test_what_cannot_be_dialled_has_failed_and_an_alert_says_why(
    failure: Exception,
) -> None:
    placed = Placed(failure=failure)
    await asyncio.wait_for(placed.task, 5)
    assert placed.statuses == ["initiated", "failed"]
    assert placed.call.parts.alert.codes == [12400]
    assert "Trunkline failed" not in placed.call.parts.alert.made[0].message


async def test_a_call_whose_turn_comes_while_the_database_is_away_waits_for_it() -> None:
    placed = Placed()
    is_active, asked = placed.call.parts.is_active, 0

    async def away_at_first(account_sid: str) -> bool:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise StoreUnavailable("away")
        return await is_active(account_sid)

    placed.call.parts.is_active = away_at_first  # type: ignore[method-assign]
    await eventually(lambda: placed.statuses)
    await placed.answer()
    await placed.end()
    assert placed.statuses == ["initiated", "ringing", "in-progress", "completed"]
    assert placed.call.parts.alert.codes == []


async def test_a_media_process_that_ends_ends_the_call_with_an_alert() -> None:
    placed = Placed()
    await placed.answer()
    placed.session.hear(EngineLost(placed.leg.sid))
    await asyncio.wait_for(placed.task, 5)
    assert placed.statuses[-1] == "completed"
    assert placed.call.parts.alert.codes == [12400]


async def test_a_call_that_cannot_be_recorded_goes_on() -> None:
    placed = Placed(record={"channels": "mono"})
    placed.call.parts.recordings.failure = StoreUnavailable("away")
    await placed.answer()
    assert not placed.task.done()
    assert placed.call.parts.alert.codes == [12400]
    await placed.end()


@pytest.mark.parametrize("trouble", [asyncio.CancelledError(), RuntimeError("no")])
async def test_a_recording_that_does_not_end_keeps_no_call_from_its_end(
    trouble: BaseException,
) -> None:
    placed = Placed()
    placed.call.parts.recordings.unsettled = trouble
    await placed.answer()
    await placed.end()
    assert placed.statuses[-1] == "completed"
    assert placed.call.parts.occupation.is_idle(placed.session.call.world_id)


async def test_what_is_given_up_elsewhere_is_not_the_end_of_a_task_without_a_status() -> None:
    placed = Placed()
    placed.session.call.document = DocumentSource(twiml="<Response><Say>Hi</Say></Response>")

    async def given_up(_: Any) -> None:
        raise asyncio.CancelledError

    placed.call.parts.speak.render = given_up  # type: ignore[method-assign, assignment]
    await placed.answer()
    await asyncio.wait_for(placed.task, 5)
    assert placed.statuses[-1] == "completed"


async def test_who_hangs_up_while_the_action_is_asked_for_can_still_be_ended() -> None:
    placed = Placed()
    placed.session.call.document = DocumentSource(
        twiml="<Response><Record action='https://app.example/rec' playBeep='false'/></Response>"
    )
    asked: list[dict[str, str]] = []

    class Slow:
        async def __call__(self, *, parameters: Any, **_: Any) -> Any:
            asked.append(dict(parameters))
            await asyncio.Event().wait()

    placed.call.parts.ask = Slow()  # type: ignore[assignment]
    await placed.answer()
    placed.session.hear(HungUp(leg=placed.leg.sid, frame=0))
    placed.call.parts.recordings.begun[0].over()
    await placed.call.settle()
    assert not placed.task.done()
    assert [(each["Digits"], each["CallStatus"]) for each in asked] == [("hangup", "completed")]
    await placed.end()
    assert placed.statuses[-1] == "completed"
