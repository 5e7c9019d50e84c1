"""A first call: made by Twilio's own libraries, answered by an app with Say and Gather; a virtual
phone presses a key and speaks; the recording of it has what was said, and is played to another."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from twilio.rest import Client
from twilio.twiml.voice_response import Gather, VoiceResponse

from tests.support.app_server import CustomerApp, twiml
from tests.support.audio import Sound
from tests.support.control import settle
from tests.support.listening import answers, explained, heard, listen, recording, run, wave
from tests.support.node_clients import run_script
from tests.support.platform import World
from tests.support.speech import speak
from tests.support.waiting import eventually

PHONE, OTHER = "+14155550123", "+14155550124"
SCRIPT = "answer 1s; hear; press 1; hear; play order.wav; wait 500ms; hangup"
SAME = 0.98
EVENTS = ["initiated", "ringing", "answered", "completed"]


@cache
def order() -> bytes:
    """What is said on the phone."""
    return wave(speak("I would like to order twelve chairs and a table."))


def greeting() -> VoiceResponse:
    """The app's answer to the call."""
    response = VoiceResponse()
    gather = Gather(num_digits=1, action="/digits", timeout=5)
    gather.say("Welcome. Press one for sales.")
    response.append(gather)
    response.say("Nothing was pressed.")
    return response


def sales() -> VoiceResponse:
    """Its answer to the key."""
    response = VoiceResponse()
    response.say("What would you like?")
    response.pause(length=10)
    return response


def assert_is_right(sound: Sound, phone: Sound) -> None:
    """The recording of both sides has what the phone heard and what was said there, and is as long
    as the call."""
    said, played = sound.channel(0), sound.channel(1)
    assert sound.channels == 2
    assert said.find(Sound.read(order())).likeness > SAME
    assert played.find(phone.between(0.1, 4)).likeness > SAME
    assert sound.seconds == pytest.approx(phone.seconds, abs=0.1)
    assert said.keys == "1"
    assert played.keys == ""
    welcome, question = played.speech
    assert 1 < welcome.seconds < 4
    assert 0.5 < question.seconds < 3
    (key,) = said.tones
    # It was pressed when the prompt had ended, and the next text follows at once.
    assert 0.3 < key.at - welcome.end < 1.2
    assert 0 < question.at - key.at < 0.5
    assert played.find(Sound.read(order())).likeness < 0.5


def test_twilio_python(client: Client, platform: World, app: CustomerApp) -> None:
    answers(platform, PHONE, SCRIPT, {"order.wav": order()})
    app.on("/digits", twiml(sales()))
    url = app.on("/voice", twiml(greeting()))

    call = client.calls.create(
        to=PHONE,
        from_=platform.numbers[0],
        url=url,
        record=True,
        recording_channels="dual",
        trim="do-not-trim",
        recording_status_callback=app.url("/recorded"),
        status_callback=app.url("/status"),
        status_callback_event=EVENTS,
    )
    assert call.status == "queued"
    assert run(platform, call.sid) == "completed"
    settle(platform)

    # The app was asked twice, and told of all that happened, in order.
    asked, keyed = app.asked_for("/voice") + app.asked_for("/digits")
    assert (asked.signed, keyed.signed) == (True, True)
    assert (asked["CallSid"], asked["CallStatus"], asked["Direction"]) == (
        call.sid,
        "in-progress",
        "outbound-api",
    )
    assert (keyed["Digits"], keyed["msg"]) == ("1", "Gather End")
    told = app.asked_for("/status")
    assert [t["CallStatus"] for t in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [t["SequenceNumber"] for t in told] == ["0", "1", "2", "3"]
    done = client.calls(call.sid or "").fetch()
    assert (done.status, told[-1]["CallDuration"]) == ("completed", done.duration)
    verbs = [verb["verb"] for verb in explained(platform, call.sid or "")["verbs"]]
    assert verbs == ["Gather", "Say", "Pause"]
    # What the phone heard, and the recording.
    phone = heard(platform, call.sid or "")
    assert phone.seconds == pytest.approx(int(done.duration or 0), abs=0.6)
    (kept,) = client.calls(call.sid or "").recordings.list()
    assert (kept.status, kept.source, kept.channels) == ("completed", "OutboundAPI", 2)
    assert_is_right(recording(platform, kept.sid or "", channels=2), phone)
    (news,) = app.asked_for("/recorded")
    assert (news["RecordingSid"], news["RecordingStatus"]) == (kept.sid, "completed")
    assert news["RecordingDuration"] == kept.duration
    both = Sound(listen(news["RecordingUrl"]).mono)

    # Played back, it is what another phone hears.
    answers(platform, OTHER, "answer 0s")
    response = VoiceResponse()
    response.play(news["RecordingUrl"])
    again = client.calls.create(to=OTHER, from_=platform.numbers[0], twiml=str(response))
    assert run(platform, again.sid) == "completed"
    played = heard(platform, again.sid or "")
    assert played.find(both.between(0, 6)).likeness > SAME
    assert played.find(Sound.read(order())).likeness > SAME
    assert played.seconds == pytest.approx(both.seconds, abs=0.3)
    assert client.monitor.v1.alerts.list() == []


async def test_twilio_node(platform: World, tmp_path: Path) -> None:
    answers(platform, PHONE, SCRIPT, {"order.wav": order()})
    file = tmp_path / "recording.wav"

    async def let_time_pass() -> None:
        def is_there() -> Any:
            return platform.control("GET", "/calls")["calls"]

        await eventually(lambda: asyncio.to_thread(is_there))
        await asyncio.to_thread(run, platform)

    seen, _ = await asyncio.gather(
        run_script(platform, "first_call.js", platform.numbers[0], PHONE, str(file)),
        let_time_pass(),
    )

    assert (seen["created"]["status"], seen["done"]["status"]) == ("queued", "completed")
    assert [(each["path"], each["signed"]) for each in seen["asked"]] == [
        ("/voice", True),
        ("/digits", True),
    ]
    assert seen["asked"][1]["form"]["Digits"] == "1"
    kept = seen["recording"]
    assert (kept["status"], kept["source"], kept["channels"]) == ("completed", "OutboundAPI", 2)
    assert_is_right(Sound.read(file), heard(platform, seen["created"]["sid"]))
