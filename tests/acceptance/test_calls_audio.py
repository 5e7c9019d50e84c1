"""What is heard in calls and kept of them, by measurement: voicemail, keys, forwarded calls."""

from __future__ import annotations

import io
import wave
from urllib.request import urlopen

import numpy as np
import pytest
from twilio.rest import Client
from twilio.twiml.voice_response import Dial, Start, VoiceResponse

from tests.acceptance.test_calls_dial import FRIEND, answers, call_in, until_ended
from tests.support.app_server import Asked, CustomerApp, Reply, twiml
from tests.support.audio import Sound
from tests.support.calls import NUMBER, heard, script
from tests.support.platform import World


def tone(hertz: float, seconds: float) -> bytes:
    """A WAV of a tone."""
    samples = np.sin(2 * np.pi * hertz * np.arange(int(8000 * seconds)) / 8000) * 8000
    file = io.BytesIO()
    with wave.open(file, "wb") as writing:
        writing.setnchannels(1)
        writing.setsampwidth(2)
        writing.setframerate(8000)
        writing.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()


def fetched(url: str) -> Sound:
    with urlopen(url, timeout=10) as answer:
        return Sound.read(answer.read())


def test_a_voicemail_is_what_the_caller_said(
    client: Client, platform: World, app: CustomerApp
) -> None:
    response = VoiceResponse()
    response.say("Leave a message.")
    response.record(
        action="/left",
        max_length=30,
        finish_on_key="#",
        recording_status_callback=app.on("/recorded"),
    )
    answers(client, app.on("/voice", twiml(response)))
    app.on("/left", twiml("<Response><Hangup/></Response>"))
    sid = call_in(platform, 'hear; wait 1s; say "This is what I wanted to tell you."; press #')
    until_ended(platform)
    (left,) = app.asked_for("/left")
    assert left["Digits"] == "#"
    sound = fetched(left["RecordingUrl"])
    assert sound.speech
    assert abs(sound.seconds - int(left["RecordingDuration"])) <= 1
    (told,) = app.expect(1, "/recorded")
    assert (told["RecordingSid"], told["CallSid"]) == (left["RecordingSid"], sid)
    assert told["RecordingStatus"] == "completed"
    (recording,) = client.calls(sid).recordings.list()
    assert (recording.sid, recording.source) == (left["RecordingSid"], "RecordVerb")
    assert len(heard(platform, sid).tones_at(1000)) == 1


def test_a_caller_who_says_nothing_leaves_nothing(
    client: Client, platform: World, app: CustomerApp
) -> None:
    response = VoiceResponse()
    response.record(action="/left", timeout=3)
    response.say("You said nothing.")
    answers(client, app.on("/voice", twiml(response)))
    sid = call_in(platform, "wait 20s")
    until_ended(platform)
    assert app.asked_for("/left") == []
    assert heard(platform, sid).speech


def test_two_who_are_connected_hear_each_other_and_each_has_a_channel(
    client: Client, platform: World, app: CustomerApp
) -> None:
    response = VoiceResponse()
    dial = Dial(record="record-from-answer-dual")
    dial.number(FRIEND)
    response.append(dial)
    answers(client, app.on("/voice", twiml(response)))
    script(platform, FRIEND, "answer 1s; wait 4s; press 55; wait 1s; hangup")
    sid = call_in(platform, "wait 3s; press 1")
    until_ended(platform)
    (child,) = client.calls.list(parent_call_sid=sid)
    assert heard(platform, sid).keys == "55"
    assert heard(platform, child.sid).keys == "1"
    (recording,) = client.calls(sid).recordings.list()
    assert (recording.source, recording.channels) == ("DialVerb", 2)
    both = fetched(
        f"{platform.base_url}/2010-04-01/Accounts/{platform.account_sid}"
        f"/Recordings/{recording.sid}.wav?RequestedChannels=2"
    )
    assert both.channels == 2
    assert both.channel(0).keys == "1"
    assert both.channel(1).keys == "55"


def test_while_it_rings_the_caller_hears_it_ring(
    client: Client, platform: World, app: CustomerApp
) -> None:
    response = VoiceResponse()
    dial = Dial(timeout=10)
    dial.number(FRIEND)
    response.append(dial)
    answers(client, app.on("/voice", twiml(response)))
    script(platform, FRIEND, "ring")
    sid = call_in(platform)
    until_ended(platform)
    rings = heard(platform, sid).tones_at(440, 480)
    assert len(rings) == 2
    assert 1.8 <= rings[0].seconds <= 2.2


def test_keys_are_played_to_who_answers(client: Client, platform: World) -> None:
    script(platform, FRIEND, "answer 0s; wait 6s; hangup")
    call = client.calls.create(
        to=FRIEND,
        from_=platform.numbers[0],
        send_digits="ww12#",
        twiml="<Response><Play digits='9'/><Pause length='5'/></Response>",
    )
    until_ended(platform)
    sound = heard(platform, call.sid)
    assert sound.keys == "12#9"
    assert sound.tones[0].at >= 1.0


def test_a_recording_goes_on_beside_the_document(
    client: Client, platform: World, app: CustomerApp
) -> None:
    response = VoiceResponse()
    start = Start()
    start.recording(channels="dual")
    response.append(start)
    response.say("This call is recorded.")
    response.pause(length=2)
    answers(client, app.on("/voice", twiml(response)))
    sid = call_in(platform)
    until_ended(platform)
    (recording,) = client.calls(sid).recordings.list()
    assert recording.source == "StartCallRecordingTwiML"
    assert int(recording.duration) >= 3


def test_a_two_minute_message_takes_a_moment(
    client: Client, platform: World, app: CustomerApp
) -> None:
    response = VoiceResponse()
    response.record(action="/left", max_length=120, timeout=0, trim="do-not-trim")
    answers(client, app.on("/voice", twiml(response)))
    app.on("/left", twiml("<Response><Hangup/></Response>"))
    sid = call_in(platform, 'wait 2s; say "That is all."; wait 300s')
    until_ended(platform)
    call = client.calls(sid).fetch()
    assert 120 <= int(call.duration) <= 122
    (recording,) = client.calls(sid).recordings.list()
    assert recording.duration == "120"


def test_an_answer_that_is_a_text_is_spoken(
    client: Client, platform: World, app: CustomerApp
) -> None:
    answers(client, app.on("/voice", Reply(200, b"Hello there.", "text/plain; charset=utf-8")))
    sid = call_in(platform)
    until_ended(platform)
    assert heard(platform, sid).speech


def test_an_answer_that_is_audio_is_played_whatever_its_method(
    client: Client, platform: World, app: CustomerApp
) -> None:
    beep = tone(440, 2.0)
    for method in ("POST", "GET"):

        def sounds(asked: Asked, method: str = method) -> Reply:
            return Reply(200, beep, "audio/wav") if asked.method == method else Reply(405)

        answers(client, app.on("/voice", sounds))
        (number,) = client.incoming_phone_numbers.list(phone_number=NUMBER)
        number.update(voice_method=method)
        sid = call_in(platform)
        until_ended(platform)
        (sound,) = heard(platform, sid).tones_at(440)
        assert sound.seconds == pytest.approx(2.0, abs=0.1)
    assert client.monitor.v1.alerts.list() == []
