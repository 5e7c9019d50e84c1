"""CreateCall: what is refused, by code and message, and stores nothing (6.1)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.voice.calls_api.support import NUMBER, PHONE, URL, Desk

GOOD: dict[str, Any] = {"To": PHONE, "From": NUMBER, "Url": URL}
NOT_VERIFIED = (
    "The source phone number provided, {}, is not yet verified for your account. You may only "
    "make calls from phone numbers that you've verified or purchased from Twilio."
)
LONG = "https://example.com/" + "a" * 4000


def not_valid(to: str) -> str:
    return f"The phone number you are attempting to call, {to}, is not valid."


REFUSALS: list[tuple[dict[str, Any], int, str]] = [
    ({"To": None}, 21201, "No 'To' number is specified"),
    ({"To": " "}, 21201, "No 'To' number is specified"),
    ({"From": None}, 21213, "No 'From' number is specified"),
    ({"Url": None}, 21205, "Url parameter is required."),
    ({"Url": "", "Twiml": "", "ApplicationSid": ""}, 21205, "Url parameter is required."),
    ({"Url": "voice.xml"}, 21205, "Url is not a valid URL: voice.xml"),
    ({"Url": "ftp://example.com"}, 21205, "Url is not a valid URL: ftp://example.com"),
    ({"Url": LONG}, 21205, f"Url is not a valid URL: {LONG[:200]}"),
    ({"FallbackUrl": "x"}, 21205, "FallbackUrl is not a valid URL: x"),
    ({"Method": "PUT"}, 21209, "Method is not valid: PUT"),
    ({"StatusCallbackMethod": "x"}, 21209, "StatusCallbackMethod is not valid: x"),
    ({"To": "soon"}, 21211, not_valid("soon")),
    ({"To": "+1555"}, 21211, not_valid("+1555")),
    ({"To": "911"}, 21211, not_valid("911")),
    ({"To": "client:"}, 21211, not_valid("client:")),
    ({"To": "client:" + "a" * 257}, 21211, not_valid("client:" + "a" * 57)),
    ({"To": "client:a?x=%00"}, 21211, not_valid("client:a?x=%00")),
    ({"To": "sip:example.com"}, 21211, not_valid("sip:example.com")),
    (
        {"To": "sip:a@b?" + "x=" * 600},
        21227,
        "Headers portion of SIP URI must be fewer than 1024 chars",
    ),
    ({"To": "sip:a@b?x y=1"}, 21228, "Invalid SIP Header. Illegal chars in header name"),
    ({"To": "sip:a@b?x=%0d%0aVia:"}, 21229, "Invalid SIP Header. Illegal chars in header value"),
    ({"To": "sim:DE1"}, 21211, not_valid("sim:DE1")),
    ({"From": "nobody at all"}, 21212, "Invalid From Number (caller ID): nobody at all"),
    ({"From": "+1555"}, 21212, "Invalid From Number (caller ID): +1555"),
    ({"From": "client:desk"}, 21212, "Invalid From Number (caller ID): client:desk"),
    ({"From": "desk"}, 21212, "Invalid From Number (caller ID): desk"),
    (
        {"To": "client:a", "From": "desk"},
        21212,
        "Invalid From Number (caller ID): desk",
    ),
    ({"From": "+14155550123"}, 21210, NOT_VERIFIED.format("+14155550123")),
    ({"CallerId": "+14155550123"}, 21210, NOT_VERIFIED.format("+14155550123")),
    ({"CallerId": "client:a"}, 21212, "Invalid From Number (caller ID): client:a"),
    ({"SendDigits": "12x"}, 21206, "Invalid SendDigits: 12x"),
    ({"SendDigits": "1" * 33}, 21206, "Invalid SendDigits: " + "1" * 33),
    ({"Timeout": "0"}, 21208, "Invalid Timeout: 0"),
    ({"Timeout": "soon"}, 21208, "Invalid Timeout: soon"),
    ({"Timeout": "-5"}, 21208, "Invalid Timeout: -5"),
    ({"ApplicationSid": "x"}, 21218, "ApplicationSid x is not valid"),
    ({"ApplicationSid": "AP" + "0" * 32}, 21218, f"ApplicationSid AP{'0' * 32} is not valid"),
    ({"StatusCallback": "x"}, 21609, "The StatusCallback URL x is not a valid URL."),
    (
        {"StatusCallback": "https://my_host/"},
        21609,
        "The StatusCallback URL https://my_host/ is not a valid URL.",
    ),
    ({"StatusCallbackEvent": "failed"}, 21626, "Invalid 'StatusCallbackEvent': failed"),
    ({"StatusCallbackEvent": "ringing busy"}, 21626, "Invalid 'StatusCallbackEvent': busy"),
    (
        {"RecordingStatusCallbackEvent": "ringing"},
        21626,
        "Invalid 'RecordingStatusCallbackEvent': ringing",
    ),
    (
        {"RecordingStatusCallback": "x"},
        21609,
        "The RecordingStatusCallback URL x is not a valid URL.",
    ),
    (
        {"MachineDetection": "Perhaps"},
        21234,
        "Invalid Machine Detection configuration value: MachineDetection=Perhaps",
    ),
    ({"Twiml": "<" * 4001, "Url": None}, 32018, "Twiml size exceeded maximum allowed value"),
    (
        {"SipAuthUsername": "jo"},
        21225,
        "SipAuthPassword is required when providing SipAuthUsername",
    ),
    (
        {"SipAuthUsername": "j" * 256, "SipAuthPassword": "x"},
        21221,
        "Invalid SipAuthUsername. Must be fewer than 256 chars",
    ),
    (
        {"SipAuthUsername": "j o", "SipAuthPassword": "x"},
        21222,
        "Invalid SipAuthUsername. Illegal chars",
    ),
    (
        {"SipAuthUsername": "jo", "SipAuthPassword": "x" * 256},
        21223,
        "Invalid SipAuthPassword. Must be fewer than 256 chars",
    ),
    (
        {"SipAuthUsername": "jo", "SipAuthPassword": "é"},
        21224,
        "Invalid SipAuthPassword. Illegal chars",
    ),
    ({"TimeLimit": "0"}, 20422, "Invalid parameter TimeLimit: out of range"),
    ({"Trim": "x"}, 20422, "Invalid parameter Trim: not one of trim-silence, do-not-trim"),
    ({"CallReason": "x" * 51}, 20422, "Invalid parameter CallReason: longer than 50 characters"),
    (
        {"CallReason": "a\0b"},
        20001,
        "The value of the parameter CallReason contains a NUL character",
    ),
]


@pytest.mark.parametrize(
    ("change", "code", "message"), REFUSALS, ids=[f"{r[1]} {str(r[0])[:40]}" for r in REFUSALS]
)
async def test_it_is_refused(desk: Desk, change: dict[str, Any], code: int, message: str) -> None:
    answer = await desk.ask(GOOD | change)

    assert answer.refusal == (400, code, message)
    assert desk.sessions.begun == []
    assert await desk.count() == 0


async def test_what_is_missing_is_told_before_what_is_wrong(desk: Desk) -> None:
    answer = await desk.ask({"To": "x", "Timeout": "x"})

    assert answer.json["code"] == 21213


async def test_a_number_of_another_account_calls_nobody(desk: Desk) -> None:
    subaccount = (await desk.client.post("/2010-04-01/Accounts.json")).json["sid"]
    form = "To=%2B15558675309&From=%2B14155550100&Url=https%3A%2F%2Fexample.com"

    answer = await desk.client.ask("POST", desk.path(".json", subaccount), form.encode())

    assert answer.refusal == (400, 21210, NOT_VERIFIED.format(NUMBER))


async def test_an_application_of_another_account_is_none(desk: Desk) -> None:
    subaccount = (await desk.client.post("/2010-04-01/Accounts.json")).json["sid"]
    made = await desk.client.post(f"/2010-04-01/Accounts/{subaccount}/Applications.json")

    answer = await desk.call(ApplicationSid=made.json["sid"])

    assert answer.json["code"] == 21218


async def test_a_full_queue_of_calls_takes_no_more(desk: Desk, room: list[bool]) -> None:
    room.clear()

    answer = await desk.call()

    assert answer.refusal == (400, 22005, "Call Queue Full")
    assert await desk.count() == 0
