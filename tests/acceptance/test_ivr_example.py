"""examples/ivr, unchanged: people call, press keys, talk to Ann or leave her a message. What they
hear, and what is recorded, is measured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from twilio.rest import Client
from twilio.rest.api.v2010.account.recording import RecordingInstance

from tests.support.audio import Sound
from tests.support.control import make_world, settle
from tests.support.example_apps import EXAMPLES, IVR, RunningExample, free_port, running_example
from tests.support.listening import (
    answers,
    calls,
    explained,
    heard,
    listen,
    recording,
    run,
    tell,
    wave,
)
from tests.support.platform import World
from tests.support.python_client import connect
from tests.support.speech import speak

ANN, CALLER = "+14155550150", "+12025550199"
PUBLIC = "https://api.example.com"
RINGBACK = (440, 480)
BEEP = 1000
SAME = 0.98  # likeness of a sound that passed the platform unchanged


@dataclass(frozen=True)
class Company:
    """The example as it runs, in a world of its own. Its first number has the menu, its second is
    Ann's own."""

    world: World
    client: Client
    app: RunningExample
    port: int
    number: str
    anns_number: str

    def call(self, script: str, anns_phone: str, *, number: str | None = None) -> str:
        """Somebody calls, and does that; Ann's phone does this. The SID of the call."""
        answers(self.world, ANN, anns_phone)
        return calls(self.world, CALLER, number or self.number, script, {"question.wav": QUESTION})

    def forwarded(self, sid: str) -> Any:
        """The call that was made to Ann in a call."""
        (child,) = explained(self.world, sid)["children"]
        return explained(self.world, child)

    def recordings(self, sid: str) -> list[RecordingInstance]:
        """Those of a call in which something is to be heard."""
        listed = self.client.calls(sid).recordings.list()
        return [self.client.recordings(r.sid or "").fetch() for r in listed if r.duration]

    def told(self, sid: str) -> list[str]:
        """What the app has printed of a call."""
        settle(self.world)
        return [line for line in self.app.printed if f" {sid} " in line]


@cache
def spoken(text: str, voice: str = "en-us") -> Sound:
    """A text as a person of the test speaks it."""
    return Sound(speak(text, voice=voice))


QUESTION = wave(spoken("Do you have the new book about whales? I would like two of them.").mono)
ANSWER = wave(spoken("This is Ann. I will put two of them aside for you.", "en-gb").mono)


@pytest.fixture(scope="module")
def company(
    running: World, short_tmp: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Company]:
    world = make_world(running, "ivr")
    port = free_port()
    where = {"public": PUBLIC, "local": f"http://127.0.0.1:{port}"}
    world.control("PUT", "/webhooks/maps", {"maps": [where]})
    client = connect(world)
    client.incoming_phone_numbers.create(phone_number="+12065550117")
    numbers = client.incoming_phone_numbers.list()
    [own] = [each for each in numbers if each.phone_number == "+12065550117"]
    [main] = [each for each in numbers if each.phone_number == world.numbers[0]]
    main.update(voice_url=f"{PUBLIC}/voice/incoming")
    own.update(voice_url=f"{PUBLIC}/voice/direct")
    place = tmp_path_factory.mktemp("examples")
    data = short_tmp / "acceptance data"
    with running_example(IVR, data, port, place, world=world.name) as app:
        yield Company(world, client, app, port, world.numbers[0], "+12065550117")


def verbs(call: Any) -> list[str]:
    """The names of the verbs that were executed."""
    return [verb["verb"] for verb in call["verbs"]]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_readme_says_how_the_example_is_started() -> None:
    assert f"$ trunkline exec -- {IVR.start}\n" in IVR.readme
    assert f"$ trunkline up --map {PUBLIC}=http://127.0.0.1:3000\n" in IVR.readme


def test_the_example_knows_nothing_of_trunkline() -> None:
    assert "trunkline" not in (EXAMPLES / "ivr" / "app.py").read_text().lower()


def test_a_key_chooses_and_ends_the_prompt(company: Company) -> None:
    sid = company.call("wait 2s; press 2", "busy")

    run(company.world, sid)

    call = explained(company.world, sid)
    assert (call["status"], call["digits"]) == ("completed", "2")
    assert verbs(call) == ["Gather", "Say", "Redirect", "Gather", "Say"]
    sound = heard(company.world, sid)
    # The menu as far as it came, the hours, the menu again to its end, four seconds of nothing,
    # and a goodbye.
    begun = sound.between(0.05, 1.95)
    again = sound.between(3).find(begun)
    assert again.likeness > SAME
    menu = sound.between(3 + again.at - 0.05)
    assert menu.find(begun).at == pytest.approx(0.05, abs=0.01)
    # It stops as soon as the key is pressed.
    assert sound.between(2.1, 2.5).find(menu.between(2.15, 2.45)).likeness < 0.7
    assert 4.0 <= sound.longest_silence < 5.5
    (goodbye,) = [span for span in sound.speech if span.at > 3 + again.at + 5]
    assert 0.5 < goodbye.seconds < 3
    assert call["duration"] == pytest.approx(sound.seconds, abs=0.6)


def test_nothing_is_pressed(company: Company) -> None:
    sid = company.call("", "busy")

    run(company.world, sid)

    assert verbs(explained(company.world, sid)) == ["Gather", "Say"]
    menu, goodbye = heard(company.world, sid).speech
    assert menu.seconds > 3
    assert 4.0 <= goodbye.at - menu.end < 5.5  # `timeout`, and what is silent around a text
    assert company.recordings(sid) == []


def test_ann_accepts_and_they_talk(company: Company) -> None:
    world = company.world
    sid = company.call("hear; press 1", "answer 2s; hear; press 1")
    run(world, sid, "done")
    ann = company.forwarded(sid)["sid"]
    run(world, ann, "done")
    tell(world, sid, "play question.wav", {"question.wav": QUESTION})
    tell(world, ann, "play answer.wav; hangup", {"answer.wav": ANSWER})
    run(world, sid)

    call, child = explained(world, sid), explained(world, ann)
    assert (call["status"], child["status"]) == ("completed", "completed")
    assert (child["digits"], verbs(child)) == ("1", ["Gather"])
    question, answer = Sound.read(QUESTION), Sound.read(ANSWER)
    caller, anns = heard(world, sid), heard(world, ann)
    # The caller hears it ring until Ann accepts, and nothing of what Ann is asked.
    ringback = caller.tones_at(*RINGBACK)
    assert ringback
    assert ringback[0].seconds == pytest.approx(2, abs=0.05)
    whisper = anns.between(0, 3)
    assert whisper.speech_seconds > 2
    assert caller.between(ringback[0].at).find(whisper).likeness < 0.5
    # Each hears the other, and not themselves.
    assert anns.find(question).likeness > SAME
    assert caller.find(answer).likeness > SAME
    assert caller.find(question).likeness < 0.5
    assert anns.find(answer).likeness < 0.5
    # What was said is recorded, from when they could talk, each of them on a channel.
    (kept,) = company.recordings(sid)
    assert (kept.source, kept.channels, kept.status) == ("DialVerb", 2, "completed")
    sound = recording(world, kept.sid or "", channels=2)
    assert sound.channels == 2
    assert not sound.tones_at(*RINGBACK)
    assert sound.seconds >= question.seconds + answer.seconds
    assert sound.seconds == pytest.approx(int(kept.duration or 0), abs=0.51)
    asked, answered = sound.channel(0).find(question), sound.channel(1).find(answer)
    assert asked.likeness > SAME
    assert answered.likeness > SAME
    assert answered.at >= asked.end - 0.1
    assert sound.channel(0).find(answer).likeness < 0.5
    # Mixed, as it is fetched without asking for two.
    mixed = recording(world, kept.sid or "")
    assert (mixed.channels, mixed.seconds) == (1, sound.seconds)
    assert mixed.find(question).likeness > SAME
    assert [line.split()[0] for line in company.told(sid)] == ["conversation"]


def test_anns_own_number_rings_until_she_accepts(company: Company) -> None:
    world = company.world
    sid = company.call("", "answer 2s; hear; press 1", number=company.anns_number)
    run(world, sid, "ringing")
    ann = company.forwarded(sid)["sid"]
    run(world, ann, "answered")
    assert explained(world, sid)["status"] == "ringing"
    run(world, ann, "done")
    tell(world, ann, "play answer.wav; wait 1s; hangup", {"answer.wav": ANSWER})
    run(world, sid)

    call, child = explained(world, sid), explained(world, ann)
    assert (call["status"], verbs(call)) == ("completed", ["Dial", "Hangup"])
    waited = moment(call["answered_at"]) - moment(child["answered_at"])
    assert waited.total_seconds() > 3  # she was asked
    sound, answer = heard(world, sid), Sound.read(ANSWER)
    assert not sound.tones_at(*RINGBACK)
    assert sound.find(answer).likeness > SAME
    assert sound.seconds == pytest.approx(answer.seconds + 1, abs=0.5)
    assert call["duration"] == pytest.approx(sound.seconds, abs=0.6)


@pytest.mark.parametrize(
    ("anns_phone", "status"),
    [
        pytest.param("busy", "busy", id="is busy"),
        pytest.param("reject", "busy", id="declines"),
        pytest.param("ring", "no-answer", id="does not answer"),
        pytest.param("answer; hear; press 2", "completed", id="does not accept"),
        pytest.param('answer; say "Leave a message."', "completed", id="is a mailbox"),
    ],
)
def test_a_message_is_left(company: Company, anns_phone: str, status: str) -> None:
    world = company.world
    sid = company.call("hear; press 1", anns_phone)
    run(world, sid, "done")
    run(world, company.forwarded(sid)["sid"])
    tell(world, sid, "hear; play question.wav; wait 1s; press #", {"question.wav": QUESTION})
    run(world, sid)

    call = explained(world, sid)
    assert (call["status"], company.forwarded(sid)["status"]) == ("completed", status)
    assert verbs(call) == ["Gather", "Dial", "Say", "Record", "Say"]
    sound, question = heard(world, sid), Sound.read(QUESTION)
    (beep,) = sound.tones_at(BEEP)
    assert beep.seconds == pytest.approx(0.25, abs=0.03)
    asked_to, thanks = [s for s in sound.speech if s.end > beep.at - 1]
    assert asked_to.end <= beep.at
    assert thanks.at > beep.end + question.seconds
    assert sound.find(question).likeness < 0.5  # nobody hears themselves
    # What is kept: what was said after the tone, without the silence around it.
    (kept,) = company.recordings(sid)
    assert (kept.source, kept.channels, kept.status) == ("RecordVerb", 1, "completed")
    message = recording(world, kept.sid or "")
    assert message.find(question).likeness > SAME
    assert question.speech_seconds <= message.seconds < question.seconds + 0.6
    assert not message.tones_at(BEEP)
    assert message.keys == ""
    assert int(kept.duration or 0) == pytest.approx(message.seconds, abs=0.51)
    # The app is told where it is.
    (line,) = company.told(sid)
    said = re.fullmatch(rf"message {sid} (\d+) s (http\S+/{kept.sid})", line)
    assert said is not None, line
    assert said[1] == kept.duration
    assert listen(said[2]).seconds == message.seconds


def test_a_message_is_kept_when_the_caller_hangs_up(company: Company) -> None:
    world = company.world
    sid = company.call("hear; press 1; hear; play question.wav; hangup", "busy")
    run(world, sid)

    (kept,) = company.recordings(sid)
    question = Sound.read(QUESTION)
    assert recording(world, kept.sid or "").find(question).likeness > SAME
    assert [line.split()[0] for line in company.told(sid)] == ["message"]


def test_a_caller_who_says_nothing_leaves_no_message(company: Company) -> None:
    sid = company.call("hear; press 1", "busy")
    run(company.world, sid)

    sound = heard(company.world, sid)
    (beep,) = sound.tones_at(BEEP)
    goodbye = sound.speech[-1]
    assert 5.0 <= goodbye.at - beep.end < 6.5
    assert company.recordings(sid) == []
    assert company.told(sid) == []


def test_a_caller_who_gives_up_stops_anns_phone(company: Company) -> None:
    sid = company.call("hear; press 1; wait 3s; hangup", "ring")
    run(company.world, sid)

    assert explained(company.world, sid)["status"] == "completed"
    assert company.forwarded(sid)["status"] == "canceled"
    assert company.recordings(sid) == []


@pytest.mark.parametrize("path", ["incoming", "menu", "direct", "whisper", "message", "recorded"])
def test_a_forged_request_is_refused(company: Company, path: str) -> None:
    form = urlencode({"CallSid": "CA1", "Digits": "1"}).encode()
    url = f"http://127.0.0.1:{company.port}/voice/{path}"
    forged = Request(url, form, {"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="})
    with pytest.raises(HTTPError) as refused:
        urlopen(forged, timeout=20)
    assert refused.value.code == 403
    refused.value.close()
