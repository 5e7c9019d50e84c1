"""Say, Play, Pause, Redirect, Hangup, Reject, Sms, and what is passed over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from tests.unit.voice.stand_ins import CALLER, NUMBER, TestedCall, spoken
from trunkline.rest import catalogue
from trunkline.twiml import voice as twiml
from trunkline.twiml.voice import Hangup, Pause, Play, Redirect, Reject, Say, Sms
from trunkline.voice.media.wire import Digits, File, HungUp, Tone
from trunkline.voice.session.documents import DocumentFailed, Page
from trunkline.voice.session.events import EndOrder, FarEndGone, Interrupted, RedirectOrder
from trunkline.voice.session.outcome import Finish, GoTo
from trunkline.voice.speech.audio_failed import AudioFailed
from trunkline.voice.verbs import VERBS, later_verb

EXECUTED = {
    "Dial",
    "Gather",
    "Hangup",
    "Pause",
    "Play",
    "Record",
    "Redirect",
    "Reject",
    "Say",
    "Sms",
    "Start",
    "Stop",
}
# Conferences and queues, speech and payments are other issues; the rest Twilio has closed.
LATER = {"Connect", "Echo", "Enqueue", "Leave", "Pay", "Prompt", "Queue", "Refer"}


def begun(doing: Awaitable[Any]) -> asyncio.Future[Any]:
    return asyncio.ensure_future(doing)


def test_every_verb_of_the_vocabulary_is_executed_or_passed_over_with_an_alert() -> None:
    assert {verb.__name__ for verb in VERBS} == EXECUTED
    assert {verb.__name__ for verb in twiml.VERBS} == EXECUTED | LATER


@pytest.mark.parametrize("name", sorted(LATER))
async def test_what_is_passed_over_is_told(name: str) -> None:
    call = TestedCall()
    assert await later_verb(getattr(twiml, name)(line=7), call.session, call.page) is None
    (alert,) = call.parts.alert.made
    assert alert.code == 12200
    assert alert.message.startswith(f"Line 7: <{name}>")


async def test_a_text_is_spoken_as_often_as_it_says() -> None:
    call = TestedCall()
    saying = begun(VERBS[Say](Say(parts=("Hi",), loop=3), call.session, call.page))
    await call.settle()
    assert call.leg.orders == [("play", (spoken("Hi"),), 3)]
    assert not saying.done()
    await call.played()
    assert saying.result() is None


async def test_without_an_engine_a_tone_is_played_and_an_alert_tells_why() -> None:
    call = TestedCall()
    call.parts.speak.is_there = False
    saying = begun(VERBS[Say](Say(parts=("Hi",)), call.session, call.page))
    await call.settle()
    assert call.leg.orders == [("play", (Tone(name="missing_voice"),), 1)]
    assert len(call.parts.alert.made) == 1
    await call.played()
    assert saying.result() is None


async def test_keys_are_of_no_matter_while_something_is_said() -> None:
    call = TestedCall()
    saying = begun(VERBS[Say](Say(parts=("Hi",)), call.session, call.page))
    await call.settle()
    await call.press("1")
    assert not saying.done()
    await call.played()
    assert saying.done()


async def test_a_file_is_played_from_where_the_document_says() -> None:
    call = TestedCall()
    playing = begun(VERBS[Play](Play(url="music.mp3", loop=0), call.session, call.page))
    await call.settle()
    assert call.leg.orders == [("play", (File(path="/fetched/music.mp3"),), 0)]
    await call.played(stopped=True)
    assert playing.result() is None


async def test_digits_are_played_as_tones() -> None:
    call = TestedCall()
    playing = begun(VERBS[Play](Play(digits="ww12#"), call.session, call.page))
    await call.settle()
    assert call.leg.orders == [("play", (Digits(digits="ww12#"),), 1)]
    await call.played()
    assert playing.result() is None


async def test_audio_that_cannot_be_had_is_passed_over() -> None:
    call = TestedCall()

    async def fetch(*_: Any) -> Any:
        raise AudioFailed(13420, "is a web page")

    call.parts.fetch_audio = fetch  # type: ignore[method-assign]
    assert await VERBS[Play](Play(url="a.html"), call.session, call.page) is None
    assert call.parts.alert.codes == [13420]
    assert call.leg.orders == []


async def test_a_pause_takes_its_time() -> None:
    call = TestedCall()
    pausing = begun(VERBS[Pause](Pause(length=2), call.session, call.page))
    await call.settle()
    await call.wait(1.9)
    assert not pausing.done()
    await call.wait(0.1)
    assert pausing.result() is None


async def test_a_redirect_counts_from_the_document() -> None:
    call = TestedCall()
    outcome = await VERBS[Redirect](Redirect(url="next?a=1", method="GET"), call.session, call.page)
    assert isinstance(outcome, GoTo)
    assert (outcome.request.method, outcome.request.url) == ("GET", "https://app.example/next?a=1")


async def test_in_a_document_without_a_url_addresses_are_absolute() -> None:
    call = TestedCall()
    given = Page(None, None)  # type: ignore[arg-type]
    with pytest.raises(DocumentFailed) as refused:
        await VERBS[Redirect](Redirect(url="/next"), call.session, given)
    assert refused.value.code == 11100
    outcome = await VERBS[Redirect](Redirect(url="https://b.example/n"), call.session, given)
    assert isinstance(outcome, GoTo)
    assert outcome.request.url == "https://b.example/n"


async def test_the_ends_of_a_call() -> None:
    call = TestedCall()
    assert await VERBS[Hangup](Hangup(), call.session, call.page) == Finish()
    assert await VERBS[Reject](Reject(reason="busy"), call.session, call.page) == Finish(
        reason="busy", status="busy"
    )
    assert await VERBS[Reject](Reject(), call.session, call.page) == Finish(
        reason="rejected", status="no-answer"
    )


async def test_a_text_goes_to_the_person_from_the_number() -> None:
    for direction, person, number in (
        ("inbound", CALLER, NUMBER),
        ("outbound-api", NUMBER, CALLER),
    ):
        call = TestedCall(direction=direction)
        assert await VERBS[Sms](Sms(body="Hi"), call.session, call.page) is None
        (sent,) = call.parts.sent
        assert (sent["sender"], sent["recipient"], sent["body"]) == (number, person, "Hi")


async def test_the_action_of_a_text_is_told_of_it() -> None:
    call = TestedCall()
    verb = Sms(body="Hi", action="/sent", to="+14155550177", status_callback="status")
    outcome = await VERBS[Sms](verb, call.session, call.page)
    assert isinstance(outcome, GoTo)
    assert dict(outcome.request.parameters)["MessageStatus"] == "queued"
    assert call.parts.sent[0]["recipient"] == "+14155550177"
    assert call.parts.sent[0]["status_callback"] == "https://app.example/status"


async def test_a_text_that_is_refused_is_an_alert_and_the_call_goes_on() -> None:
    call = TestedCall()

    async def refuse(**_: Any) -> tuple[str, str]:
        raise catalogue.OPTED_OUT()

    call.parts.send_text = refuse  # type: ignore[method-assign]
    assert await VERBS[Sms](Sms(body="Hi"), call.session, call.page) is None
    assert call.parts.alert.codes == [21610]


async def test_whatever_a_verb_does_ends_when_the_far_end_has_gone() -> None:
    for verb in (Say(parts=("Hi",)), Play(url="a.wav"), Pause(length=5)):
        call = TestedCall()
        doing = begun(VERBS[type(verb)](verb, call.session, call.page))
        await call.settle()
        call.session.hear(HungUp(leg=call.leg.sid, frame=1))
        await call.settle()
        with pytest.raises(FarEndGone):
            doing.result()
        assert call.parts.time.waiting == []


async def test_whatever_a_verb_does_is_left_for_an_order() -> None:
    for order in (EndOrder(), RedirectOrder(None)):  # type: ignore[arg-type]
        call = TestedCall()
        doing = begun(VERBS[Pause](Pause(length=5), call.session, call.page))
        await call.settle()
        call.session.tell(order)
        await call.settle()
        with pytest.raises(Interrupted) as interrupted:
            doing.result()
        assert interrupted.value.order is order


async def test_what_takes_long_is_given_up_for_an_order() -> None:
    call = TestedCall()
    begun_with = asyncio.Event()
    given_up = asyncio.Event()

    async def slow(*_: Any) -> Any:
        begun_with.set()
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()

    call.parts.fetch_audio = slow  # type: ignore[method-assign]
    doing = begun(VERBS[Play](Play(url="a.wav"), call.session, call.page))
    await begun_with.wait()
    call.session.tell(EndOrder())
    await given_up.wait()
    await call.settle()
    with pytest.raises(Interrupted):
        doing.result()
