"""The way of a call: statuses, durations, limits, updates, and what the app is told of each."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.twiml.voice_response import VoiceResponse

from tests.acceptance.test_calls_dial import CALLER, FRIEND, answers, call_in, until_ended
from tests.support.app_server import CustomerApp, twiml
from tests.support.calls import NUMBER, heard, script
from tests.support.control import advance
from tests.support.platform import World
from tests.support.python_client import connect

EVENTS = ["initiated", "ringing", "answered", "completed"]
RINGS = ["initiated", "ringing"]
PAUSING = "<Response><Pause length='3600'/></Response>"


@pytest.mark.parametrize(
    ("does", "statuses", "sip"),
    [
        (
            "answer 3s; wait 10s; hangup",
            ["initiated", "ringing", "in-progress", "completed"],
            "200",
        ),
        ("busy", ["initiated", "busy"], "486"),
        ("wait 2s; busy", [*RINGS, "busy"], "486"),
        ("wait 2s; reject", [*RINGS, "busy"], "603"),
        ("ring", [*RINGS, "no-answer"], "487"),
    ],
)
def test_the_progress_of_a_call_is_told(
    client: Client,
    platform: World,
    app: CustomerApp,
    does: str,
    statuses: list[str],
    sip: str,
) -> None:
    script(platform, FRIEND, does)
    call = client.calls.create(
        to=FRIEND,
        from_=NUMBER,
        twiml=PAUSING,
        timeout=20,
        status_callback=app.on("/status"),
        status_callback_event=EVENTS,
    )
    until_ended(platform)
    told = app.expect(len(statuses), "/status")
    if "ringing" in [each["CallStatus"] for each in told] and "ringing" not in statuses:
        statuses = [*statuses[:1], "ringing", *statuses[1:]]
    assert [each["CallStatus"] for each in told] == statuses
    assert [each["SequenceNumber"] for each in told] == [str(n) for n in range(len(statuses))]
    assert all(each.signed for each in told)
    last = told[-1]
    assert last["SipResponseCode"] == sip
    fetched = client.calls(call.sid).fetch()
    assert fetched.status == statuses[-1]
    assert last["CallDuration"] == fetched.duration
    if statuses[-1] == "completed":
        assert (fetched.duration, last["Duration"]) == ("10", "1")
        assert fetched.start_time is not None
        assert fetched.end_time is not None
    else:
        assert fetched.duration == "0"


def test_a_call_is_no_longer_than_its_limit(client: Client, platform: World) -> None:
    script(platform, FRIEND, "answer 2s")
    call = client.calls.create(to=FRIEND, from_=NUMBER, twiml=PAUSING, time_limit=90)
    until_ended(platform)
    assert client.calls(call.sid).fetch().duration == "90"
    other = client.calls.create(to=FRIEND, from_=NUMBER, twiml=PAUSING)
    advance(platform, 10)
    client.calls(other.sid).update(time_limit=30)
    until_ended(platform)
    assert client.calls(other.sid).fetch().duration == "30"


def test_a_call_is_canceled_while_it_rings(
    client: Client, platform: World, app: CustomerApp
) -> None:
    for status in ("canceled", "completed"):
        script(platform, FRIEND, "ring")
        call = client.calls.create(
            to=FRIEND, from_=NUMBER, twiml=PAUSING, status_callback=app.on(f"/{status}")
        )
        advance(platform, 2)
        assert client.calls(call.sid).update(status=status).status == "canceled"
        (told,) = app.expect(1, f"/{status}")
        assert (told["CallStatus"], told["SequenceNumber"]) == ("canceled", "0")
        with pytest.raises(TwilioRestException) as refused:
            client.calls(call.sid).update(status=status)
        assert refused.value.code == 21220


def test_a_call_goes_on_with_another_document(client: Client, platform: World) -> None:
    script(platform, FRIEND, "answer 0s")
    call = client.calls.create(to=FRIEND, from_=NUMBER, twiml=PAUSING)
    advance(platform, 3)
    client.calls(call.sid).update(twiml="<Response><Say>Something else.</Say></Response>")
    until_ended(platform)
    assert heard(platform, call.sid).speech
    ringing = client.calls.create(to=CALLER, from_=NUMBER, twiml=PAUSING)
    script(platform, CALLER, "ring")
    with pytest.raises(TwilioRestException) as refused:
        client.calls(ringing.sid).update(twiml=PAUSING)
    assert refused.value.code == 21220


def test_a_call_goes_on_with_another_document_while_keys_are_pressed(
    client: Client, platform: World
) -> None:
    script(platform, FRIEND, "answer 0s")
    call = client.calls.create(to=FRIEND, from_=NUMBER, twiml=PAUSING, send_digits="WWWWWWWWW1")
    advance(platform, 3)
    client.calls(call.sid).update(twiml="<Response><Pause length='5'/></Response>")
    until_ended(platform)
    assert client.calls(call.sid).fetch().duration == "8"
    assert client.monitor.v1.alerts.list() == []


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_a_call_that_comes_in_may_be_rejected(
    client: Client, platform: World, app: CustomerApp, reason: str, status: str
) -> None:
    response = VoiceResponse()
    response.reject(reason=reason)
    answers(client, app.on("/voice", twiml(response)))
    (number,) = client.incoming_phone_numbers.list(phone_number=NUMBER)
    number.update(status_callback=app.on("/status"))
    sid = call_in(platform)
    until_ended(platform)
    call = client.calls(sid).fetch()
    assert (call.status, call.duration, call.direction) == (status, "0", "inbound")
    (asked,) = app.asked_for("/voice")
    assert asked["CallStatus"] == "ringing"
    (told,) = app.expect(1, "/status")
    assert told["CallStatus"] == status


def test_what_the_app_is_told_of_a_call_that_comes_in(
    client: Client, platform: World, app: CustomerApp
) -> None:
    response = VoiceResponse()
    response.pause(length=1)
    response.redirect("/second")
    answers(client, app.on("/voice?shop=7", twiml(response)))
    app.on("/second", twiml("<Response><Say>Hi</Say><Redirect>/third</Redirect></Response>"))
    sid = call_in(platform)
    until_ended(platform)
    first, second, third = (
        app.asked_for("/voice")[0],
        app.asked_for("/second")[0],
        app.asked_for("/third")[0],
    )
    assert first.names == sorted(first.names)
    assert first["shop"] == "7"
    for asked in (first, second, third):
        assert asked.signed
        assert asked["CallSid"] == sid
        assert asked["AccountSid"] == platform.account_sid
        assert (asked["From"], asked["Caller"]) == (CALLER, CALLER)
        assert (asked["To"], asked["Called"]) == (NUMBER, NUMBER)
        assert (asked["Direction"], asked["ApiVersion"]) == ("inbound", "2010-04-01")
        assert asked["ToCountry"] == "US"
    assert [asked["CallStatus"] for asked in (first, second, third)] == [
        "ringing",
        "ringing",
        "in-progress",
    ]


def test_a_number_without_an_app_rejects_calls(client: Client, platform: World) -> None:
    sid = call_in(platform)
    until_ended(platform)
    assert client.calls(sid).fetch().status == "no-answer"
    assert client.monitor.v1.alerts.list() == []


def test_a_number_may_have_an_application(
    client: Client, platform: World, app: CustomerApp
) -> None:
    response = VoiceResponse()
    response.say("From the application.")
    application = client.applications.create(
        friendly_name="voice",
        voice_url=app.on("/application", twiml(response)),
        status_callback=app.on("/status"),
    )
    answers(client, app.on("/voice"))
    (number,) = client.incoming_phone_numbers.list(phone_number=NUMBER)
    number.update(voice_application_sid=application.sid)
    sid = call_in(platform)
    until_ended(platform)
    assert len(app.asked_for("/application")) == 1
    assert app.asked_for("/voice") == []
    assert client.calls(sid).fetch().status == "completed"
    (told,) = app.expect(1, "/status")
    assert (told["CallStatus"], told["Direction"]) == ("completed", "inbound")


def test_a_client_is_called_by_its_name(client: Client, platform: World) -> None:
    script(platform, "client:jo", "answer 1s; hear; hangup")
    call = client.calls.create(
        to="client:jo", from_=NUMBER, twiml="<Response><Say>Hello Jo.</Say></Response>"
    )
    until_ended(platform)
    assert client.calls(call.sid).fetch().status == "completed"
    assert heard(platform, call.sid).speech


def test_a_call_sends_a_text(client: Client, platform: World, app: CustomerApp) -> None:
    response = VoiceResponse()
    response.sms("Thank you for calling.", action="/sent")
    answers(client, app.on("/voice", twiml(response)))
    app.on("/sent", twiml(VoiceResponse()))
    call_in(platform)
    until_ended(platform)
    (message,) = client.messages.list(to=CALLER)
    assert (message.from_, message.body) == (NUMBER, "Thank you for calling.")
    assert message.direction == "outbound-call"
    assert app.asked_for("/sent")[0]["MessageSid"] == message.sid


def test_calls_wait_for_their_turn(client: Client, platform: World) -> None:
    platform.control("PUT", "/limits", {"limits": "custom", "calls_per_second": 0.5})
    script(platform, FRIEND, "answer 0s")
    calls = [client.calls.create(to=FRIEND, from_=NUMBER, twiml=PAUSING) for _ in range(4)]
    assert client.calls(calls[-1].sid).update(status="canceled").status == "canceled"
    advance(platform, 1)
    assert client.calls(calls[2].sid).fetch().status == "queued"
    advance(platform, 10)
    assert client.calls(calls[2].sid).fetch().status == "in-progress"
    assert int(client.calls(calls[2].sid).fetch().queue_time) >= 3000


def test_a_suspended_account_neither_calls_nor_is_reached(
    client: Client, platform: World, app: CustomerApp
) -> None:
    account = client.api.accounts.create(friendly_name="shop")
    shop = connect(platform, account.sid, account.auth_token)
    number = shop.incoming_phone_numbers.create(
        phone_number="+14155550177", voice_url=app.on("/voice", twiml(VoiceResponse()))
    )
    platform.control("PUT", "/limits", {"limits": "custom", "calls_per_second": 0.1})
    script(platform, FRIEND, "answer 0s; wait 1s; hangup")
    calls = [
        shop.calls.create(to=FRIEND, from_=number.phone_number, twiml=PAUSING) for _ in range(2)
    ]
    advance(platform, 2)
    client.api.accounts(account.sid).update(status="suspended")
    placed = platform.control("POST", f"/phones/{CALLER}/calls", {"to": number.phone_number})
    until_ended(platform)
    client.api.accounts(account.sid).update(status="active")
    statuses = [shop.calls(call.sid).fetch().status for call in calls]
    assert statuses == ["completed", "failed"]
    assert shop.calls(placed["sid"]).fetch().status == "no-answer"
    assert app.asked_for("/voice") == []
    assert "10001" in {alert.error_code for alert in shop.monitor.v1.alerts.list()}
