"""Calls in the fixture `trunkline`: real audio, on virtual phones, in the world's own time."""

from __future__ import annotations

import io
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask, request
from twilio.twiml.voice_response import Gather as GatherTwiml
from twilio.twiml.voice_response import VoiceResponse

from trunkline.testing import AsyncTrunkline, ExpectationFailed, Trunkline, TrunklineError
from trunkline.testing.verbs import Dial, Gather, Hangup, Number, Record, Say

PHONE, AGENT = "+14155550123", "+14155550124"
Answer = Callable[[VoiceResponse, Any], None]


def app_of(**pages: Answer) -> Flask:
    """An app whose pages say what their functions add to a response."""
    app = Flask(__name__)

    def page(name: str) -> tuple[str, int, dict[str, str]]:
        response = VoiceResponse()
        pages[name](response, request.form)
        return str(response), 200, {"Content-Type": "text/xml"}

    app.add_url_rule("/<name>", view_func=page, methods=["GET", "POST"])
    return app


def menu(response: VoiceResponse, _: Any) -> None:
    gather = GatherTwiml(num_digits=1, action="/pressed", timeout=4)
    gather.say("Press one for sales.")
    response.append(gather)
    response.say("You pressed nothing.")


def pressed(response: VoiceResponse, form: Any) -> None:
    response.say(f"You pressed {form['Digits']}.")
    response.hangup()


def beep(seconds: float = 2.0, hertz: int = 1000) -> bytes:
    at = np.arange(int(seconds * 8000)) / 8000
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes((9000 * np.sin(2 * np.pi * hertz * at)).astype("<i2").tobytes())
    return target.getvalue()


def dial_out(trunkline: Trunkline, path: str, to: str = PHONE, **more: Any) -> str:
    sid: str = trunkline.client.calls.create(
        to=to, from_=trunkline.number, url=f"https://app.test.example{path}", **more
    ).sid
    return sid


def test_a_call_that_the_app_makes(trunkline: Trunkline) -> None:
    trunkline.app(app_of(menu=menu, pressed=pressed))
    phone = trunkline.phone(PHONE)
    sid = dial_out(trunkline, "/menu")
    call = phone.expects_call()
    assert (call.sid, call.status, call.direction) == (sid, "ringing", "outbound-api")
    call.answer().hears("Press one for sales.").press("1").hears("You pressed 1.").ends()
    assert call.verbs == [
        Gather(Say("Press one for sales."), num_digits=1),
        Say("You pressed 1."),
        Hangup(),
    ]
    assert (call.status, call.digits, call.caller) == ("completed", "1", trunkline.number)
    assert call.heard.has_speech
    assert trunkline.client.calls(sid).fetch().status == "completed"
    phone.expects_no_call()


def test_a_call_that_the_phone_makes(trunkline: Trunkline) -> None:
    trunkline.app(app_of(menu=menu, pressed=pressed), voice="/menu")
    call = trunkline.phone(PHONE).calls()
    assert call.direction == "inbound"
    call.hears("Press one").waits("10s").hears("You pressed nothing.").ends()
    assert (call.caller, call.called) == (PHONE, trunkline.number)
    assert call.duration is not None
    assert 5 <= call.duration <= 10
    assert [each.sid for each in trunkline.calls] == [call.sid]


def test_keys_that_are_tones_alone(trunkline: Trunkline) -> None:
    trunkline.app(app_of(menu=menu, pressed=pressed), voice="/menu")
    call = trunkline.phone(PHONE).calls().hears("Press one").press("4", in_band=True)
    assert call.hears("You pressed 4.").ends().digits == "4"


def test_the_clock_goes_on_when_the_app_ends_the_call(trunkline: Trunkline) -> None:
    trunkline.app(app_of(menu=menu, pressed=pressed), voice="/menu")
    call = trunkline.phone(PHONE).calls().hears("Press one")
    assert trunkline.clock.now() == trunkline.clock.now()  # it stands still for the test
    trunkline.client.calls(call.sid).update(status="completed")
    assert call.status == "completed"
    assert trunkline.clock.now() < trunkline.clock.now()


def test_a_key_that_accepts_a_call_is_not_heard_by_the_caller(trunkline: Trunkline) -> None:
    def forward(response: VoiceResponse, _: Any) -> None:
        response.dial(timeout=20).number(AGENT, url="/whisper")

    def whisper(response: VoiceResponse, _: Any) -> None:
        gather = GatherTwiml(num_digits=1, action="/accepted")
        gather.say("Press a key to take the call.")
        response.append(gather)
        response.hangup()

    pages = app_of(forward=forward, whisper=whisper, accepted=lambda *_: None)
    trunkline.app(pages, voice="/forward")
    caller = trunkline.phone(PHONE).calls()
    taken = trunkline.phone(AGENT).expects_call().answer().hears("Press a key").press("5")
    taken.waits("1s")
    assert taken.digits == "5"
    assert caller.heard.digits == ""
    taken.hangs_up()


def test_a_script_does_it_all(trunkline: Trunkline) -> None:
    trunkline.app(app_of(menu=menu, pressed=pressed), voice="/menu")
    phone = trunkline.phone(PHONE)
    phone.on_call("answer 2s; hear; press 7")
    dial_out(trunkline, "/menu")
    assert phone.expects_call().ends().digits == "7"
    assert phone.calls(script="hear; press 3").ends().said[-1] == "You pressed 3."
    phone.on_call("busy")
    dial_out(trunkline, "/menu")
    assert phone.expects_call().ends().status == "busy"
    phone.on_call(None)  # it rings again
    dial_out(trunkline, "/menu", timeout=20)
    assert phone.expects_call().ends().status == "no-answer"


@pytest.mark.parametrize("refuse", ["busy", "rejects", "hangs_up"])
def test_a_phone_that_does_not_answer(trunkline: Trunkline, refuse: str) -> None:
    trunkline.app(app_of(menu=menu))
    dial_out(trunkline, "/menu")
    call = trunkline.phone(PHONE).expects_call()
    getattr(call.waits("3s"), refuse)()
    assert call.status == "busy"
    assert call.verbs == []


def test_a_phone_hangs_up(trunkline: Trunkline) -> None:
    trunkline.app(app_of(menu=menu), voice="/menu")
    call = trunkline.phone(PHONE).calls().waits("1s").hangs_up()
    assert call.status == "completed"
    with pytest.raises(ExpectationFailed, match="was to press 1, but the call is over: completed"):
        call.press("1")


def test_a_voicemail_of_two_minutes_takes_seconds(trunkline: Trunkline) -> None:
    def record(response: VoiceResponse, _: Any) -> None:
        response.say("Leave a message.")
        response.record(action="/thanks", max_length=300)

    def thanks(response: VoiceResponse, form: Any) -> None:
        response.say(f"It has {form['RecordingDuration']} seconds.")

    trunkline.app(app_of(record=record, thanks=thanks), voice="/record")
    begun = time.monotonic()
    call = trunkline.phone(PHONE).calls()
    call.hears("Leave a message.").plays(beep(120.0, 700)).press("#")
    call.hears("seconds.").ends()
    took = time.monotonic() - begun
    assert call.verbs == [Say("Leave a message."), Record(max_length=300), Say()]
    [recording] = call.recordings
    assert (recording.status, recording.source) == ("completed", "RecordVerb")
    assert recording.duration is not None
    assert 119 <= recording.duration <= 122
    [tone] = [tone for tone in recording.sound.tones if tone.seconds > 5]
    assert tone.frequencies == (pytest.approx(700, abs=10),)
    assert tone.seconds == pytest.approx(120, abs=0.5)
    beeps = [
        tone for tone in call.heard.tones if tone.frequencies == (pytest.approx(1000, abs=10),)
    ]
    assert [tone.seconds for tone in beeps] == [pytest.approx(0.25, abs=0.06)]
    assert took < 20


def test_time_stands_still_between_what_a_test_says(trunkline: Trunkline) -> None:
    trunkline.app(app_of(menu=menu, pressed=pressed), voice="/menu")
    call = trunkline.phone(PHONE).calls().hears("Press one")
    assert trunkline.clock.now() == trunkline.clock.now()
    trunkline.client.calls(call.sid).update(twiml="<Response><Say>One moment.</Say></Response>")
    call.hears("One moment.").ends()
    assert trunkline.clock.now() < trunkline.clock.now()


def test_a_client_is_a_phone(trunkline: Trunkline) -> None:
    def forward(response: VoiceResponse, _: Any) -> None:
        response.dial().client("alice")

    trunkline.app(app_of(forward=forward), voice="/forward")
    inbound = trunkline.phone(PHONE).calls()
    trunkline.phone("client:alice").expects_call().answer().hangs_up()
    assert inbound.ends().status == "completed"


def test_two_phones_talk(trunkline: Trunkline) -> None:
    def forward(response: VoiceResponse, _: Any) -> None:
        response.dial().number(AGENT)

    trunkline.app(app_of(forward=forward), voice="/forward")
    caller, agent = trunkline.phone(PHONE), trunkline.phone(AGENT)
    inbound = caller.calls()
    outbound = agent.expects_call()
    assert (outbound.direction, outbound.parent_sid) == ("outbound-dial", inbound.sid)
    outbound.answer().plays(beep())
    inbound.plays(beep(hertz=600)).hangs_up()
    outbound.ends()
    assert inbound.verbs == [Dial(Number(AGENT))]
    for call, hertz in ((inbound, 1000), (outbound, 600)):
        frequencies = [tone.frequencies for tone in call.heard.tones if tone.seconds > 1.5]
        assert frequencies == [(pytest.approx(hertz, abs=10),)]


def test_what_was_not_said_fails_with_what_was(trunkline: Trunkline) -> None:
    trunkline.app(app_of(menu=menu, pressed=pressed), voice="/menu")
    call = trunkline.phone(PHONE).calls()
    with pytest.raises(ExpectationFailed) as error:
        call.hears("Press two")
    told = str(error.value)
    assert f"{PHONE} heard 'Press one for sales.'; expected 'Press two'." in told
    assert "Gather(Say('Press one for sales.'), action='/pressed', timeout=4" in told


def test_a_call_that_does_not_come_fails_at_once(trunkline: Trunkline) -> None:
    with pytest.raises(ExpectationFailed, match="got no call; expected one"):
        trunkline.phone(PHONE).expects_call(within=0)
    with pytest.raises(TrunklineError, match="is not a number of this world"):
        trunkline.phone(PHONE).calls(AGENT)


def test_a_file_that_is_no_sound(trunkline: Trunkline, tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(b"\x89PNG cat")
    trunkline.app(app_of(menu=menu), voice="/menu")
    with pytest.raises(TrunklineError, match=r"'cat\.png': It is no WAV"):
        trunkline.phone(PHONE).calls().plays(tmp_path / "cat.png")


async def test_asynchronous_tests_have_the_same(async_trunkline: AsyncTrunkline) -> None:
    await async_trunkline.app(app_of(menu=menu, pressed=pressed), voice="/menu")
    phone = async_trunkline.phone(PHONE)
    call = await phone.calls()
    await call.hears("Press one")
    await call.press("1")
    await call.ends()
    assert await call.verbs() == [Gather(), Say("You pressed 1."), Hangup()]
    assert (await call.heard()).has_speech
    await phone.expects_no_call()
