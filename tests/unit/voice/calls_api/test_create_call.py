"""CreateCall: what is answered, what the sessions get, and what is stored (6.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.shapes import assert_shape, official_shape
from tests.unit.accounts.support import Answer
from tests.unit.voice.calls_api.support import NUMBER, PHONE, URL, Desk
from trunkline.store import StoreUnavailable
from trunkline.voice.model import CallbackTarget, DocumentSource


async def test_an_empty_caller_id_is_none(desk: Desk) -> None:
    call = await desk.decided(CallerId="")
    assert "caller_id" not in call.options


async def test_the_answer(desk: Desk) -> None:
    before = datetime.now(UTC).replace(microsecond=0)

    made = await desk.made()

    account, sid = desk.account.account_sid, made["sid"]
    path = f"/2010-04-01/Accounts/{account}/Calls/{sid}"
    assert sid[:2] == "CA"
    moment = datetime.strptime(made["date_created"], "%a, %d %b %Y %H:%M:%S %z")
    assert before <= moment <= datetime.now(UTC)
    number = made["phone_number_sid"]
    assert number[:2] == "PN"
    assert made == {
        "account_sid": account,
        "answered_by": None,
        "api_version": "2010-04-01",
        "caller_name": None,
        "date_created": made["date_created"],
        "date_updated": made["date_created"],
        "direction": "outbound-api",
        "duration": None,
        "end_time": None,
        "forwarded_from": None,
        "from": NUMBER,
        "from_formatted": "(415) 555-0100",
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": number,
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "start_time": None,
        "status": "queued",
        "subresource_uris": {
            "notifications": f"{path}/Notifications.json",
            "recordings": f"{path}/Recordings.json",
            "payments": f"{path}/Payments.json",
            "events": f"{path}/Events.json",
            "siprec": f"{path}/Siprec.json",
            "streams": f"{path}/Streams.json",
            "transcriptions": f"{path}/Transcriptions.json",
            "user_defined_message_subscriptions": f"{path}/UserDefinedMessageSubscriptions.json",
            "user_defined_messages": f"{path}/UserDefinedMessages.json",
        },
        "to": PHONE,
        "to_formatted": "(555) 867-5309",
        "trunk_sid": None,
        "uri": f"{path}.json",
        "queue_time": "0",
    }
    assert_shape(made, *official_shape("api_v2010", "CreateCall", 201))
    assert await desk.fetch(sid) == made


async def test_it_is_stored_with_its_event_and_among_the_live(desk: Desk) -> None:
    call = await desk.decided()

    events = await desk.database.fetch(
        "SELECT seq, kind FROM call_events WHERE subject_id = $1", call.sid[2:]
    )
    assert [tuple(event) for event in events] == [(1, "call.queued")]
    live = await desk.database.fetchrow("SELECT * FROM live_calls WHERE call_id = $1", call.sid[2:])
    assert live is not None
    assert live["frames"] is None
    assert desk.heard == [call]


async def test_nothing_is_dialled_that_could_not_be_stored(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(desk.commit, "submit", lost)

    answer = await desk.call(StatusCallback=URL)

    assert answer.status == 503
    assert desk.sessions.begun == []
    assert await desk.count() == 0


async def test_callbacks_wait_for_the_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    deliver = desk.webhooks.deliver
    monkeypatch.setattr(deliver, "hold", lambda sid: done.append(f"hold {sid}"))
    monkeypatch.setattr(deliver, "release", lambda sid: done.append(f"release {sid}"))
    monkeypatch.setattr(desk.sessions, "begin", lambda call: done.append(f"begin {call.sid}"))

    sid = (await desk.made(StatusCallback=URL))["sid"]

    assert done == [f"hold {sid}", f"release {sid}", f"begin {sid}"]


async def test_what_the_sessions_get_of_a_plain_call(desk: Desk) -> None:
    call = await desk.decided()

    assert (call.sender, call.recipient, call.path) == (NUMBER, PHONE, ("queued",))
    assert call.document == DocumentSource(url=URL)
    assert call.status_callback is None
    assert call.options == {"timeout": 60, "time_limit": 14_400}


async def test_what_the_sessions_get_of_everything(desk: Desk) -> None:
    call = await desk.decided(
        Method="GET",
        FallbackUrl=URL + "/fallback",
        FallbackMethod="get",
        StatusCallback=URL + "/status",
        StatusCallbackMethod="GET",
        StatusCallbackEvent=["initiated", "answered"],
        SendDigits="W1234#",
        Timeout="15",
        TimeLimit="90",
        CallerId=NUMBER,
        CallReason="your parcel",
        Record="true",
        RecordingChannels="dual",
        RecordingTrack="inbound",
        RecordingStatusCallback=URL + "/recording",
        RecordingStatusCallbackMethod="GET",
        RecordingStatusCallbackEvent="in-progress completed",
        Trim="do-not-trim",
        Byoc="BY" + "a" * 32,
        CallToken="token",
    )

    assert call.document == DocumentSource(
        url=URL, method="GET", fallback_url=URL + "/fallback", fallback_method="GET"
    )
    assert call.status_callback == CallbackTarget(
        url=URL + "/status", method="GET", events=("initiated", "answered")
    )
    assert call.options == {
        "timeout": 15,
        "time_limit": 90,
        "send_digits": "W1234#",
        "caller_id": NUMBER,
        "reason": "your parcel",
        "record": {
            "channels": "dual",
            "track": "inbound",
            "trim": "do-not-trim",
            "callback": URL + "/recording",
            "callback_method": "GET",
            "callback_events": ["in-progress", "completed"],
        },
        "ignored": ["Byoc", "CallToken"],
    }


async def test_what_is_recorded_by_default(desk: Desk) -> None:
    call = await desk.decided(Record="true")

    assert call.options["record"] == {
        "channels": "mono",
        "track": "both",
        "trim": "trim-silence",
        "callback": None,
        "callback_method": "POST",
        "callback_events": ["completed"],
    }


async def test_twiml_is_taken_instead_of_a_url(desk: Desk) -> None:
    call = await desk.decided(Url="", Twiml="<Response/>")

    assert call.document == DocumentSource(twiml="<Response/>")


async def test_with_a_url_twiml_is_ignored(desk: Desk) -> None:
    call = await desk.decided(Twiml="<Response/>")

    assert call.document == DocumentSource(url=URL)


async def test_an_application_replaces_what_the_request_says(desk: Desk) -> None:
    account = f"/2010-04-01/Accounts/{desk.account.account_sid}"
    application = await desk.client.post(
        f"{account}/Applications.json",
        VoiceUrl="https://example.com/app",
        VoiceMethod="GET",
        VoiceFallbackUrl="https://example.com/app/fallback",
        StatusCallback="https://example.com/app/status",
        StatusCallbackMethod="GET",
    )

    call = await desk.decided(
        ApplicationSid=application.json["sid"],
        StatusCallback="https://example.com/other",
        StatusCallbackEvent="initiated",
    )

    assert call.document == DocumentSource(
        url="https://example.com/app",
        method="GET",
        fallback_url="https://example.com/app/fallback",
    )
    assert call.status_callback == CallbackTarget(
        url="https://example.com/app/status", method="GET"
    )
    assert call.options["application_sid"] == application.json["sid"]


async def test_an_application_without_urls(desk: Desk) -> None:
    account = f"/2010-04-01/Accounts/{desk.account.account_sid}"
    application = await desk.client.post(f"{account}/Applications.json")

    call = await desk.decided(ApplicationSid=application.json["sid"], StatusCallback=URL)

    assert call.document == DocumentSource()
    assert call.status_callback is None


@pytest.mark.parametrize(
    ("given", "events"),
    [
        (["initiated", "ringing", "answered", "completed"], None),
        (["initiated ringing answered completed"], None),
        (["ringing", "ringing"], ("ringing",)),
        ([""], ("completed",)),
    ],
    ids=["repeated", "with spaces", "twice", "empty"],
)
async def test_events_by_repetition_or_with_spaces(
    desk: Desk, given: Sequence[str], events: tuple[str, ...] | None
) -> None:
    call = await desk.decided(StatusCallback=URL, StatusCallbackEvent=given)

    assert call.status_callback is not None
    wanted = events or ("initiated", "ringing", "answered", "completed")
    assert call.status_callback.events == wanted


@pytest.mark.parametrize(
    ("written", "stored", "formatted"),
    [
        ("(415) 555-2671", "+14155552671", "(415) 555-2671"),
        ("4155552671", "+14155552671", "(415) 555-2671"),
        ("+44 7700 900123", "+447700900123", "+447700900123"),
    ],
)
async def test_numbers_are_answered_in_e164(
    desk: Desk, written: str, stored: str, formatted: str
) -> None:
    made = await desk.made(To=written, From="415-555-0100")

    assert (made["to"], made["to_formatted"], made["from"]) == (stored, formatted, NUMBER)


async def test_a_client_calls_a_client(desk: Desk) -> None:
    call = await desk.decided(To="client:joey?hello=w%C3%B6rld&n=1", From="client:desk")

    assert (call.recipient, call.sender, call.number_sid) == ("client:joey", "client:desk", None)
    assert call.options["address_parameters"] == [["hello", "wörld"], ["n", "1"]]


async def test_sip_is_called_with_headers(desk: Desk) -> None:
    call = await desk.decided(To="SIP:jo@example.com;transport=tcp?x-mine=1", From="reception")

    assert call.recipient == "sip:jo@example.com;transport=tcp"
    assert call.options["address_parameters"] == [["x-mine", "1"]]


async def test_credentials_for_sip_are_kept_nowhere(desk: Desk) -> None:
    call = await desk.decided(SipAuthUsername="jo", SipAuthPassword="hunter2")

    row = await desk.database.fetchrow("SELECT * FROM calls WHERE id = $1", call.sid[2:])
    assert "hunter2" not in str(dict(row or {}))
    assert call.options["ignored"] == ["SipAuthUsername", "SipAuthPassword"]


async def test_more_than_600_seconds_of_ringing_are_600(desk: Desk) -> None:
    assert (await desk.decided(Timeout="900")).options["timeout"] == 600


async def test_machine_detection_is_kept_for_later(desk: Desk) -> None:
    call = await desk.decided(
        MachineDetection="DetectMessageEnd",
        MachineDetectionTimeout="10",
        AsyncAmd="true",
        AsyncAmdStatusCallback=URL,
        AsyncAmdStatusCallbackMethod="GET",
    )

    assert call.options["amd"] == {
        "mode": "DetectMessageEnd",
        "timeout": 10,
        "speech_threshold": 2400,
        "speech_end_threshold": 1200,
        "silence_timeout": 5000,
        "async": True,
        "callback": URL,
        "callback_method": "GET",
    }


async def test_digits_turn_machine_detection_off(desk: Desk) -> None:
    call = await desk.decided(
        MachineDetection="Enable", MachineDetectionTimeout="x", SendDigits="1", AsyncAmd="true"
    )

    assert "amd" not in call.options
    assert await notifications(desk, call.sid) == []


async def test_settings_of_machine_detection_that_are_none_are_warnings(desk: Desk) -> None:
    call = await desk.decided(
        MachineDetection="Enable", MachineDetectionTimeout="soon", AsyncAmd="true"
    )

    assert call.options["amd"]["timeout"] == 30
    told = await notifications(desk, call.sid)
    assert [(each["error_code"], each["log"]) for each in told] == [("21262", "1"), ("21263", "1")]
    assert "MachineDetectionTimeout+is+soon%3A+30+is+used+instead." in told[1]["message_text"]


async def notifications(desk: Desk, sid: str) -> list[dict[str, Any]]:
    answer = await desk.client.get(desk.path(f"/{sid}/Notifications.json"))
    assert answer.status == 200, answer.text
    listed: list[dict[str, Any]] = answer.json["notifications"]
    return listed


async def test_it_answers_in_xml(desk: Desk) -> None:
    body = f"To=%2B15558675309&From=%2B14155550100&Url={URL}".encode()

    answer: Answer = await desk.client.ask("POST", desk.path(), body)

    assert answer.status == 201
    assert "<TwilioResponse><Call>" in answer.text
    assert f"<From>{NUMBER}</From>" in answer.text
    assert "<SubresourceUris><Notifications>" in answer.text
