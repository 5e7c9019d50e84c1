"""Calls that call others: Dial with everything it has, by an app that is built with the SDK."""

from __future__ import annotations

import pytest
from twilio.rest import Client
from twilio.twiml.voice_response import Dial, VoiceResponse

from tests.support.app_server import CustomerApp, twiml
from tests.support.calls import NUMBER, script
from tests.support.control import advance
from tests.support.platform import World

CALLER, FRIEND, OTHER = "+15558675309", "+15558675310", "+15558675311"


def answers(client: Client, url: str) -> None:
    """Calls to the number are answered by the app."""
    (number,) = client.incoming_phone_numbers.list(phone_number=NUMBER)
    number.update(voice_url=url)


def call_in(platform: World, text: str = "") -> str:
    """The caller calls the number, and says or does what the script says."""
    placed = platform.control("POST", f"/phones/{CALLER}/calls", {"to": NUMBER, "script": text})
    return str(placed["sid"])


def until_ended(platform: World) -> None:
    assert platform.control("POST", "/calls/run", {"until": "ended", "most": "30m"})["reached"]


def legs(client: Client, sid: str) -> dict[str, str]:
    """The children of a call: who was called, and what became of it."""
    return {child.to: child.status for child in client.calls.list(parent_call_sid=sid)}


def dial_response(*numbers: str, **attributes: object) -> VoiceResponse:
    response = VoiceResponse()
    dial = Dial(**attributes)
    for number in numbers:
        dial.number(number)
    response.append(dial)
    return response


def test_a_call_is_forwarded_and_both_hear_each_other(
    client: Client, platform: World, app: CustomerApp
) -> None:
    answers(client, app.on("/voice", twiml(dial_response(FRIEND, action="/after", timeout=20))))
    app.on("/after", twiml(VoiceResponse()))
    script(platform, FRIEND, "answer 2s; wait 1s; press 5; wait 3s; hangup")
    sid = call_in(platform, "wait 8s")
    until_ended(platform)
    (after,) = app.asked_for("/after")
    assert after.signed
    (child,) = client.calls.list(parent_call_sid=sid)
    assert after["DialCallStatus"] == "completed"
    assert after["DialCallSid"] == child.sid
    assert after["DialBridged"] == "true"
    assert 3 <= int(after["DialCallDuration"]) <= 6
    assert (child.direction, child._from, child.status) == ("outbound-dial", CALLER, "completed")
    parent = client.calls(sid).fetch()
    assert (parent.direction, parent.status) == ("inbound", "completed")


@pytest.mark.parametrize(
    ("does", "status"), [("busy", "busy"), ("ring", "no-answer"), ("reject", "busy")]
)
def test_why_nobody_answers_is_told(
    client: Client, platform: World, app: CustomerApp, does: str, status: str
) -> None:
    answers(client, app.on("/voice", twiml(dial_response(FRIEND, action="/after", timeout=7))))
    response = VoiceResponse()
    response.hangup()
    app.on("/after", twiml(response))
    script(platform, FRIEND, does)
    sid = call_in(platform)
    until_ended(platform)
    (after,) = app.asked_for("/after")
    assert (after["DialCallStatus"], after["DialBridged"]) == (status, "false")
    assert after.get("DialCallDuration") is None
    assert legs(client, sid) == {FRIEND: status}


def test_the_first_who_answers_is_connected_and_the_others_let_go(
    client: Client, platform: World, app: CustomerApp
) -> None:
    answers(client, app.on("/voice", twiml(dial_response(FRIEND, OTHER))))
    script(platform, FRIEND, "answer 9s")
    script(platform, OTHER, "answer 3s; wait 2s; hangup")
    sid = call_in(platform)
    until_ended(platform)
    assert legs(client, sid) == {FRIEND: "canceled", OTHER: "completed"}


def test_in_turn_means_one_after_the_other(
    client: Client, platform: World, app: CustomerApp
) -> None:
    answers(client, app.on("/voice", twiml(dial_response(FRIEND, OTHER, sequential=True))))
    script(platform, FRIEND, "busy")
    script(platform, OTHER, "answer 1s; wait 2s; hangup")
    sid = call_in(platform)
    until_ended(platform)
    assert legs(client, sid) == {FRIEND: "busy", OTHER: "completed"}


def test_a_whisper_asks_who_answers(client: Client, platform: World, app: CustomerApp) -> None:
    response = VoiceResponse()
    dial = Dial(action="/after")
    dial.number(FRIEND, url="/whisper")
    response.append(dial)
    answers(client, app.on("/voice", twiml(response)))
    whisper = VoiceResponse()
    gather = whisper.gather(num_digits=1, action="/accepted", timeout=3)
    gather.say("A call. Press one.")
    whisper.hangup()
    app.on("/whisper", twiml(whisper))
    app.on("/accepted", twiml(VoiceResponse()))
    app.on("/after", twiml("<Response><Hangup/></Response>"))
    script(platform, FRIEND, "answer 1s; hear; press 1; wait 3s; hangup")
    call_in(platform)
    until_ended(platform)
    assert app.asked_for("/after")[-1]["DialBridged"] == "true"
    (asked,) = app.asked_for("/whisper")
    assert (asked["Direction"], asked["To"], asked["From"]) == ("outbound-dial", FRIEND, CALLER)
    assert asked["ParentCallSid"] == app.asked_for("/voice")[0]["CallSid"]

    script(platform, FRIEND, "answer 1s; hear; wait 30s")
    call_in(platform)
    until_ended(platform)
    after = app.asked_for("/after")[-1]
    assert (after["DialBridged"], after["DialCallStatus"]) == ("false", "no-answer")


def test_the_progress_of_a_child_is_told(client: Client, platform: World, app: CustomerApp) -> None:
    response = VoiceResponse()
    dial = Dial()
    dial.number(
        FRIEND,
        status_callback=app.on("/child"),
        status_callback_event="initiated ringing answered completed",
    )
    response.append(dial)
    answers(client, app.on("/voice", twiml(response)))
    script(platform, FRIEND, "answer 1s; wait 2s; hangup")
    sid = call_in(platform)
    until_ended(platform)
    told = app.expect(4, "/child")
    assert [each["CallStatus"] for each in told] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert [each["SequenceNumber"] for each in told] == ["0", "1", "2", "3"]
    assert {each["ParentCallSid"] for each in told} == {sid}
    assert {each["Direction"] for each in told} == {"outbound-dial"}


def test_with_answer_on_bridge_the_caller_rings_until_somebody_answers(
    client: Client, platform: World, app: CustomerApp
) -> None:
    answers(client, app.on("/voice", twiml(dial_response(FRIEND, answer_on_bridge=True))))
    script(platform, FRIEND, "answer 5s; wait 2s; hangup")
    sid = call_in(platform)
    advance(platform, 3)
    assert client.calls(sid).fetch().status == "ringing"
    advance(platform, 3)
    assert client.calls(sid).fetch().status == "in-progress"
    until_ended(platform)
    assert client.calls(sid).fetch().status == "completed"


def test_a_number_of_the_platform_answers_with_its_own_app(
    client: Client, platform: World, app: CustomerApp
) -> None:
    other = platform.numbers[0]
    assert other != NUMBER
    answers(client, app.on("/voice", twiml(dial_response(other, action="/after"))))
    (number,) = client.incoming_phone_numbers.list(phone_number=other)
    response = VoiceResponse()
    response.say("You have reached the other number.")
    number.update(voice_url=app.on("/other", twiml(response)))
    app.on("/after", twiml(VoiceResponse()))
    sid = call_in(platform)
    until_ended(platform)
    (asked,) = app.asked_for("/other")
    assert (asked["From"], asked["To"], asked["Direction"]) == (CALLER, other, "inbound")
    assert asked["ForwardedFrom"] == NUMBER
    assert app.asked_for("/after")[0]["DialCallStatus"] == "completed"
    assert {c.status for c in client.calls.list()} == {"completed"}
    assert legs(client, sid) == {other: "completed"}


def test_numbers_that_dial_each_other_come_to_an_end(
    client: Client, platform: World, app: CustomerApp
) -> None:
    one, two = platform.numbers[:2]
    for own, other in ((one, two), (two, one)):
        (number,) = client.incoming_phone_numbers.list(phone_number=own)
        number.update(voice_url=app.on(f"/{own[1:]}", twiml(dial_response(other))))
    platform.control("POST", f"/phones/{CALLER}/calls", {"to": one})
    until_ended(platform)
    calls = client.calls.list()
    assert {call.status for call in calls} <= {"completed", "failed", "no-answer", "canceled"}
    assert len(calls) < 30
    assert "13225" in {alert.error_code for alert in client.monitor.v1.alerts.list()}


def test_redirecting_the_parent_lets_the_child_go(
    client: Client, platform: World, app: CustomerApp
) -> None:
    answers(client, app.on("/voice", twiml(dial_response(FRIEND, action="/after"))))
    script(platform, FRIEND, "answer 0s")
    response = VoiceResponse()
    response.pause(length=2)
    new = app.on("/new", twiml(response))
    sid = call_in(platform)
    advance(platform, 3)
    client.calls(sid).update(url=new)
    advance(platform, 1)
    assert legs(client, sid) == {FRIEND: "completed"}
    assert client.calls(sid).fetch().status == "in-progress"
    until_ended(platform)
    assert app.asked_for("/after") == []


def test_redirecting_the_child_ends_the_dial_and_both_go_on(
    client: Client, platform: World, app: CustomerApp
) -> None:
    answers(client, app.on("/voice", twiml(dial_response(FRIEND, action="/after"))))
    after = VoiceResponse()
    after.pause(length=5)
    app.on("/after", twiml(after))
    script(platform, FRIEND, "answer 0s")
    response = VoiceResponse()
    response.pause(length=2)
    new = app.on("/new", twiml(response))
    sid = call_in(platform)
    advance(platform, 3)
    (child,) = client.calls.list(parent_call_sid=sid)
    client.calls(child.sid).update(url=new)
    advance(platform, 1)
    (told,) = app.asked_for("/after")
    assert told.get("DialCallDuration") is None
    assert client.calls(child.sid).fetch().status == "in-progress"
    assert client.calls(sid).fetch().status == "in-progress"
    until_ended(platform)
    assert app.asked_for("/new")[0]["CallSid"] == child.sid


def test_a_caller_who_gives_up_lets_the_others_stop_ringing(
    client: Client, platform: World, app: CustomerApp
) -> None:
    answers(client, app.on("/voice", twiml(dial_response(FRIEND, action="/after"))))
    script(platform, FRIEND, "ring")
    sid = call_in(platform, "wait 4s; hangup")
    until_ended(platform)
    assert legs(client, sid) == {FRIEND: "canceled"}
    assert app.expect(1, "/after")[0]["DialCallStatus"] == "canceled"
    assert client.calls(sid).fetch().status == "completed"


def test_a_whisper_calls_nobody(client: Client, platform: World, app: CustomerApp) -> None:
    response = VoiceResponse()
    dial = Dial(action="/after")
    dial.number(FRIEND, url="/whisper")
    response.append(dial)
    answers(client, app.on("/voice", twiml(response)))
    app.on("/whisper", twiml(dial_response(OTHER)))
    app.on("/after", twiml(VoiceResponse()))
    script(platform, FRIEND, "answer 1s; wait 3s; hangup")
    sid = call_in(platform)
    until_ended(platform)
    assert legs(client, sid) == {FRIEND: "completed"}
    assert len(client.calls.list()) == 2
    assert app.asked_for("/after")[0]["DialBridged"] == "true"
    assert "13201" in {alert.error_code for alert in client.monitor.v1.alerts.list()}


def test_who_is_redirected_in_a_whisper_goes_on_alone(
    client: Client, platform: World, app: CustomerApp
) -> None:
    response = VoiceResponse()
    dial = Dial(action="/after")
    dial.number(FRIEND, url="/whisper")
    response.append(dial)
    answers(client, app.on("/voice", twiml(response)))
    whisper, alone, after = VoiceResponse(), VoiceResponse(), VoiceResponse()
    whisper.pause(length=20)
    app.on("/whisper", twiml(whisper))
    alone.pause(length=8)
    new = app.on("/new", twiml(alone))
    after.pause(length=2)
    app.on("/after", twiml(after))
    script(platform, FRIEND, "answer 1s")
    sid = call_in(platform)
    advance(platform, 4)
    (child,) = client.calls.list(parent_call_sid=sid)
    client.calls(child.sid).update(url=new)
    until_ended(platform)
    (told,) = app.asked_for("/after")
    assert told["DialBridged"] == "false"
    assert 10 <= int(client.calls(child.sid).fetch().duration) <= 12
    assert 5 <= int(client.calls(sid).fetch().duration) <= 7


def test_a_caller_who_hangs_up_is_completed_where_the_action_is_told(
    client: Client, platform: World, app: CustomerApp
) -> None:
    answers(client, app.on("/voice", twiml(dial_response(FRIEND, action="/after"))))
    script(platform, FRIEND, "answer 0s")
    call_in(platform, "wait 3s; hangup")
    until_ended(platform)
    (told,) = app.expect(1, "/after")
    assert (told["CallStatus"], told["DialCallStatus"]) == ("completed", "completed")
