"""<Record>: what ends it, and what the action is told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.unit.voice.stand_ins import StandInHandle, TestedCall
from trunkline.store import StoreUnavailable
from trunkline.twiml.voice import Record
from trunkline.voice.media.wire import HungUp, Tone
from trunkline.voice.session.events import EndOrder, FarEndGone, Interrupted
from trunkline.voice.session.outcome import GoTo
from trunkline.voice.verbs.record import record


class Recorded:
    """A Record under way, after its beep."""

    def __init__(self, **attributes: Any) -> None:
        self.call = TestedCall()
        self.verb = Record(**attributes)
        self.task = asyncio.ensure_future(record(self.verb, self.call.session, self.call.page))

    async def begin(self) -> StandInHandle:
        await self.call.settle()
        if self.verb.play_beep:
            assert await self.call.played() == (Tone(name="beep"),)
        (handle,) = self.call.parts.recordings.begun
        return handle

    @property
    def told(self) -> dict[str, str]:
        outcome = self.task.result()
        assert isinstance(outcome, GoTo)
        return dict(outcome.request.parameters)


async def test_a_key_ends_it_and_the_action_is_told() -> None:
    recorded = Recorded()
    handle = await recorded.begin()
    await recorded.call.press("5")
    assert handle.stopped == "key"
    assert recorded.told == {
        "RecordingUrl": f"https://us/{handle.sid}",
        "RecordingSid": handle.sid,
        "RecordingDuration": "4",
        "Digits": "5",
    }


async def test_the_order_to_record_has_what_the_attributes_say() -> None:
    recorded = Recorded(
        max_length=20,
        timeout=7,
        trim="do-not-trim",
        play_beep=False,
        recording_status_callback="/recorded",
        recording_status_callback_event=("in-progress", "completed"),
    )
    order = (await recorded.begin()).order
    assert (order["limit"], order["silence"], order["trim"]) == (20, 7, False)
    assert (order["source"], order["track"], order["channels"]) == ("RecordVerb", "inbound", 1)
    assert order["callback"].url == "https://app.example/recorded"
    assert order["callback"].events == ("in-progress", "completed")
    recorded.task.cancel()


async def test_only_the_keys_that_are_named_end_it() -> None:
    recorded = Recorded(finish_on_key="#")
    handle = await recorded.begin()
    await recorded.call.press("123")
    assert handle.stopped is None
    await recorded.call.press("#")
    assert recorded.told["Digits"] == "#"


async def test_silence_after_something_ends_it() -> None:
    recorded = Recorded()
    handle = await recorded.begin()
    await recorded.call.recorded(handle, seconds=2)
    assert recorded.told["Digits"] == ""
    assert recorded.told["RecordingDuration"] == "2"


async def test_nothing_but_silence_goes_on_with_the_next_verb() -> None:
    recorded = Recorded()
    handle = await recorded.begin()
    await recorded.call.recorded(handle, sound=False)
    assert recorded.task.result() is None


async def test_who_hangs_up_is_told_of_all_the_same() -> None:
    recorded = Recorded(action="/done")
    handle = await recorded.begin()
    recorded.call.session.hear(HungUp(leg=recorded.call.leg.sid, frame=9))
    handle.over()
    await recorded.call.settle()
    assert recorded.told["Digits"] == "hangup"


async def test_who_hangs_up_without_a_word_is_not_told_of() -> None:
    recorded = Recorded()
    handle = await recorded.begin()
    recorded.call.session.hear(HungUp(leg=recorded.call.leg.sid, frame=9))
    handle.over(sound=False)
    await recorded.call.settle()
    with pytest.raises(FarEndGone):
        recorded.task.result()


async def test_an_order_ends_the_recording() -> None:
    recorded = Recorded()
    handle = await recorded.begin()
    recorded.call.session.tell(EndOrder())
    await recorded.call.settle()
    assert handle.stopped == "stopped"
    with pytest.raises(Interrupted):
        recorded.task.result()


@pytest.mark.parametrize("failure", [StoreUnavailable("away"), OSError(28, "No space left")])
async def test_where_nothing_can_be_recorded_the_next_verb_follows(failure: Exception) -> None:
    recorded = Recorded()
    recorded.call.parts.recordings.failure = failure
    await recorded.call.settle()
    await recorded.call.played()
    assert recorded.task.result() is None
    assert recorded.call.parts.alert.codes == [12400]
