"""<Dial>: who is called, who is connected, and what the action is told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.unit.voice.stand_ins import CALLER, NUMBER, WORLD, TestedCall
from trunkline.store import Overloaded, StoreUnavailable
from trunkline.twiml.voice import Client, Conference, Dial, Number, Parameter
from trunkline.voice.media.wire import Digit, HungUp
from trunkline.voice.model import DocumentSource, NewCall
from trunkline.voice.session.events import (
    ChildNews,
    EndOrder,
    FarEndGone,
    Interrupted,
    RedirectOrder,
)
from trunkline.voice.session.outcome import GoTo
from trunkline.voice.session.session import CallSession
from trunkline.voice.verbs.dial import dial

ONE, TWO = "+14155550111", "+14155550122"


class Dialled:
    """A Dial under way."""

    def __init__(self, *, answered: bool = True, **attributes: Any) -> None:
        self.call = TestedCall(answered=answered)
        attributes.setdefault("nouns", (Number(phone_number=ONE),))
        self.task = asyncio.ensure_future(
            dial(Dial(**attributes), self.call.session, self.call.page)
        )

    async def begin(self) -> list[CallSession]:
        """The calls that are dialled."""
        await self.call.settle()
        return [child for child in self.made if child.call.sid in self.call.parts.dials.begun]

    @property
    def made(self) -> list[CallSession]:
        return self.call.parts.dials.made

    @property
    def orders(self) -> list[Any]:
        return self.call.leg.orders

    async def news(self, child: CallSession, what: Any, status: str | None = None) -> None:
        self.call.session.tell(ChildNews(child.call.sid, what, status))
        await self.call.settle()

    @property
    def told(self) -> dict[str, str]:
        outcome = self.task.result()
        assert isinstance(outcome, GoTo)
        return dict(outcome.request.parameters)


def new_calls(dialled: Dialled) -> list[NewCall]:
    return [item for item in dialled.call.parts.commit.items if isinstance(item, NewCall)]


async def test_the_call_that_is_made_has_what_the_noun_says() -> None:
    noun = Number(
        phone_number="(415) 555-0111",
        send_digits="ww9",
        status_callback="/child",
        status_callback_event=("ringing", "completed"),
        status_callback_method="GET",
    )
    dialled = Dialled(nouns=(noun,), timeout=15)
    await dialled.begin()
    (call,) = new_calls(dialled)
    assert (call.sender, call.recipient, call.direction) == (
        CALLER,
        "+14155550111",
        "outbound-dial",
    )
    assert call.parent_sid == dialled.call.session.call.sid
    assert call.forwarded_from == NUMBER
    assert call.options == {"timeout": 15, "hops": 0, "send_digits": "ww9"}
    assert call.status_callback is not None
    assert call.status_callback.data() == {
        "url": "https://app.example/child",
        "method": "GET",
        "events": ["ringing", "completed"],
    }
    dialled.task.cancel()


async def test_a_client_is_given_its_parameters() -> None:
    given = (Parameter(name="plan", value="gold"), Parameter(name="empty"), Parameter(value="x"))
    dialled = Dialled(nouns=(Client(identity="jo", parameters=given),))
    await dialled.begin()
    (call,) = new_calls(dialled)
    assert call.recipient == "client:jo"
    assert call.options["address_parameters"] == [["plan", "gold"], ["empty", ""]]
    dialled.task.cancel()


async def test_who_answers_is_connected_and_the_action_told() -> None:
    dialled = Dialled(action="/after")
    (child,) = await dialled.begin()
    await dialled.news(child, "ringing")
    assert dialled.orders[-1][0] == "play"
    await dialled.news(child, "ready")
    room = dialled.call.session.call.sid
    assert dialled.orders[-2:] == ["stop playing", ("join", room)]
    assert child.leg.orders == [("join", room)]  # type: ignore[union-attr]
    child.call.duration = 12
    await dialled.news(child, "ended", "completed")
    assert dialled.told == {
        "DialCallStatus": "completed",
        "DialCallSid": child.call.sid,
        "DialCallDuration": "12",
        "DialBridged": "true",
    }
    assert dialled.orders[-1] == "leave"


async def test_without_an_action_the_next_verb_follows() -> None:
    dialled = Dialled()
    (child,) = await dialled.begin()
    await dialled.news(child, "ended", "busy")
    assert dialled.task.result() is None


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed"])
async def test_why_nobody_was_reached_is_told(status: str) -> None:
    dialled = Dialled(action="/after")
    (child,) = await dialled.begin()
    await dialled.news(child, "ended", status)
    assert dialled.told["DialCallStatus"] == status
    assert dialled.told["DialBridged"] == "false"
    assert "DialCallDuration" not in dialled.told


async def test_all_are_called_at_once_and_the_others_let_go_when_one_answers() -> None:
    dialled = Dialled(nouns=(Number(phone_number=ONE), Number(phone_number=TWO)))
    first, second = await dialled.begin()
    await dialled.news(second, "ready")
    assert dialled.call.parts.dials.ended == [first.call.sid]
    await dialled.news(second, "ended", "completed")
    assert dialled.task.done()


async def test_in_turn_the_next_is_called_when_the_one_before_is_not_reached() -> None:
    dialled = Dialled(
        nouns=(Number(phone_number=ONE), Client(identity="jo")), sequential=True, action="/after"
    )
    (first,) = await dialled.begin()
    await dialled.news(first, "ended", "no-answer")
    second = (await dialled.begin())[-1]
    assert second.call.recipient == "client:jo"
    await dialled.news(second, "ready")
    await dialled.news(second, "ended", "completed")
    assert dialled.told["DialCallStatus"] == "completed"
    assert dialled.told["DialCallSid"] == second.call.sid


async def test_a_caller_may_be_left_ringing_until_somebody_answers() -> None:
    dialled = Dialled(answered=False, answer_on_bridge=True)
    (child,) = await dialled.begin()
    await dialled.news(child, "ringing")
    assert dialled.orders == []
    await dialled.news(child, "ready")
    assert dialled.orders[0] == "answer"
    assert dialled.call.session.call.is_answered
    dialled.task.cancel()


async def test_a_star_lets_go_of_who_is_called() -> None:
    for news in ("ringing", "ready"):
        dialled = Dialled(hangup_on_star=True, action="/after")
        (child,) = await dialled.begin()
        await dialled.news(child, news)
        await dialled.call.press("1")
        assert not dialled.task.done()
        await dialled.call.press("*")
        assert dialled.call.parts.dials.ended == [child.call.sid]
        assert dialled.told["DialCallStatus"] == ("canceled" if news == "ringing" else "completed")


async def test_the_time_limit_counts_from_the_connection() -> None:
    dialled = Dialled(time_limit=60)
    (child,) = await dialled.begin()
    await dialled.call.wait(50)
    await dialled.news(child, "ready")
    await dialled.call.wait(59)
    assert not dialled.task.done()
    await dialled.call.wait(1)
    assert dialled.task.done()
    assert dialled.call.parts.dials.ended == [child.call.sid]


async def test_a_caller_who_hangs_up_ends_the_others_and_the_action_is_still_told() -> None:
    for news, status in (("ringing", "canceled"), ("ready", "completed")):
        dialled = Dialled(action="/after")
        (child,) = await dialled.begin()
        await dialled.news(child, news)
        dialled.call.session.hear(HungUp(leg=dialled.call.leg.sid, frame=3))
        await dialled.call.settle()
        assert dialled.call.parts.dials.ended == [child.call.sid]
        assert dialled.told["DialCallStatus"] == status


async def test_without_an_action_a_caller_who_hangs_up_is_the_end() -> None:
    dialled = Dialled()
    await dialled.begin()
    dialled.call.session.hear(HungUp(leg=dialled.call.leg.sid, frame=3))
    await dialled.call.settle()
    with pytest.raises(FarEndGone):
        dialled.task.result()


async def test_an_order_lets_go_of_who_is_called() -> None:
    dialled = Dialled(action="/after")
    (child,) = await dialled.begin()
    await dialled.news(child, "ready")
    dialled.call.session.tell(EndOrder())
    await dialled.call.settle()
    assert dialled.call.parts.dials.ended == [child.call.sid]
    with pytest.raises(Interrupted):
        dialled.task.result()


async def test_who_is_redirected_goes_on_alone_and_has_no_duration() -> None:
    dialled = Dialled(action="/after")
    (child,) = await dialled.begin()
    await dialled.news(child, "ready")
    await dialled.news(child, "left")
    assert dialled.call.parts.dials.ended == []
    assert "DialCallDuration" not in dialled.told
    assert dialled.told["DialCallStatus"] == "completed"


async def test_both_sides_are_recorded_from_the_connection_on() -> None:
    dialled = Dialled(record="record-from-answer-dual", action="/after")
    (child,) = await dialled.begin()
    assert dialled.call.parts.recordings.begun == []
    await dialled.news(child, "ready")
    (handle,) = dialled.call.parts.recordings.begun
    assert (handle.order["source"], handle.order["channels"]) == ("DialVerb", 2)
    await dialled.news(child, "ended", "completed")
    assert handle.stopped is not None
    assert dialled.told["RecordingSid"] == handle.sid


async def test_or_from_the_first_ring() -> None:
    dialled = Dialled(record="record-from-ringing")
    (child,) = await dialled.begin()
    (handle,) = dialled.call.parts.recordings.begun
    assert handle.order["channels"] == 1
    await dialled.news(child, "ended", "busy")
    assert handle.stopped is not None


async def test_a_caller_id_that_is_none_calls_nobody() -> None:
    dialled = Dialled(caller_id="nobody", action="/after")
    assert await dialled.begin() == []
    assert dialled.call.parts.alert.codes == [13214]
    assert dialled.told["DialCallStatus"] == "failed"


async def test_the_caller_id_is_what_the_called_see() -> None:
    dialled = Dialled(caller_id="+14155550199")
    await dialled.begin()
    assert new_calls(dialled)[0].sender == "+14155550199"
    dialled.task.cancel()


async def test_a_number_that_is_none_is_left_out() -> None:
    dialled = Dialled(nouns=(Number(phone_number="call me"), Number(phone_number=ONE)))
    (child,) = await dialled.begin()
    assert child.call.recipient == ONE
    assert dialled.call.parts.alert.codes == [13223]
    dialled.task.cancel()


async def test_what_is_not_dialled_yet_is_told_and_the_call_goes_on() -> None:
    dialled = Dialled(nouns=(Conference(name="room"),), action="/after")
    assert await dialled.begin() == []
    assert dialled.call.parts.alert.codes == [12200]
    assert dialled.told["DialCallStatus"] == "failed"


async def test_who_was_answered_and_not_connected_was_not_reached() -> None:
    dialled = Dialled(action="/after")
    (child,) = await dialled.begin()
    await dialled.news(child, "ended", "completed")
    assert dialled.told["DialCallStatus"] == "no-answer"


async def test_time_stands_still_for_nobody_while_it_rings() -> None:
    dialled = Dialled()
    await dialled.begin()
    assert dialled.call.parts.occupation.turns(WORLD) > 0
    dialled.task.cancel()


async def test_in_a_whisper_nobody_is_called() -> None:
    dialled = Dialled(action="/after")
    dialled.call.session.whispers = True
    assert await dialled.begin() == []
    assert dialled.task.result() is None
    assert dialled.call.parts.alert.codes == [13201]


async def test_without_the_database_nobody_is_called_and_the_call_goes_on() -> None:
    dialled = Dialled(action="/after")
    dialled.call.parts.commit.failure = StoreUnavailable("away")
    assert await dialled.begin() == []
    assert dialled.told["DialCallStatus"] == "failed"
    assert dialled.call.parts.alert.codes == [12400]


async def test_what_cannot_be_recorded_is_connected_all_the_same() -> None:
    dialled = Dialled(action="/after", record="record-from-answer")
    dialled.call.parts.recordings.failure = Overloaded("too much")
    (child,) = await dialled.begin()
    await dialled.news(child, "ready")
    await dialled.news(child, "ended", "completed")
    assert dialled.told["DialCallStatus"] == "completed"
    assert "RecordingSid" not in dialled.told
    assert dialled.call.parts.alert.codes == [12400]


async def test_a_child_of_which_nobody_knows_the_end_has_failed() -> None:
    dialled = Dialled(action="/after")
    (child,) = await dialled.begin()
    await dialled.news(child, "ended", "ringing")
    assert dialled.told["DialCallStatus"] == "failed"


async def whispering(dialled: Dialled) -> tuple[CallSession, asyncio.Task[bool]]:
    """The child that has answered, and hears its whisper."""
    (child,) = await dialled.begin()
    child.call.answered_frame = 0
    answered = asyncio.ensure_future(dialled.call.parts.dials.companions[child.call.sid].answered())
    await dialled.call.settle()
    return child, answered


async def test_a_child_that_is_redirected_in_its_whisper_goes_on_by_itself() -> None:
    whisper = Number(phone_number=ONE, url="https://app.example/whisper")
    dialled = Dialled(action="/after", nouns=(whisper,))
    dialled.call.parts.ask.answers = ["<Response><Pause length='9'/></Response>"]
    child, answered = await whispering(dialled)
    child.tell(RedirectOrder(DocumentSource(url="https://app.example/new")))
    await dialled.call.settle()
    assert answered.result() is True
    assert child.call.document.url == "https://app.example/new"
    assert not child.whispers
    assert dialled.told["DialBridged"] == "false"


async def test_a_star_that_was_pressed_before_hangs_nobody_up() -> None:
    dialled = Dialled(hangup_on_star=True, action="/after")
    star = Digit(leg=dialled.call.leg.sid, frame=0, digit="*")
    dialled.call.session.hear(star)  # its task has not begun
    (child,) = await dialled.begin()
    assert not dialled.task.done()
    await dialled.call.press("*")
    assert dialled.told["DialCallStatus"] == "canceled"
    assert dialled.call.parts.dials.ended == [child.call.sid]
