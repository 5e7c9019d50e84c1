"""twilio-python makes, reads, lists, changes and deletes calls."""

from datetime import UTC, datetime, timedelta

import pytest
from twilio.rest import Client

from tests.support.calls import NUMBER, OTHER, PHONE, WAITS, answered, ended, ringing, script
from tests.support.control import advance
from tests.support.platform import World
from tests.support.python_client import connect, not_found, raw, refused, with_key

NOT_IN_PROGRESS = (400, 21220, "Call is not in-progress. Cannot redirect.")
URL = "https://example.com/voice"


def test_the_answer_to_a_create(client: Client, platform: World) -> None:
    script(platform, PHONE, "ring")

    call = client.calls.create(to=PHONE, from_=NUMBER, twiml=WAITS)

    assert (call.sid or "")[:2] == "CA"
    assert (call.status, call.direction) == ("queued", "outbound-api")
    assert (call.to, call.to_formatted) == (PHONE, "(555) 867-5309")
    assert (call._from, call.from_formatted) == (NUMBER, "(415) 555-0100")
    assert (call.start_time, call.end_time, call.duration, call.price) == (None,) * 4
    assert (call.price_unit, call.queue_time, call.api_version) == ("USD", "0", "2010-04-01")
    [number] = client.incoming_phone_numbers.list(phone_number=NUMBER)
    assert call.phone_number_sid == number.sid
    assert set(call.subresource_uris or {}) == {
        "notifications",
        "recordings",
        "payments",
        "events",
        "siprec",
        "streams",
        "transcriptions",
        "user_defined_messages",
        "user_defined_message_subscriptions",
    }


def test_a_call_rings_is_answered_and_hung_up(client: Client, platform: World) -> None:
    ring = ringing(client, platform)
    assert ring.status == "ringing"
    assert ring.start_time is not None
    client.calls(ring.sid).update(status="canceled")

    call = answered(client, platform)
    assert call.status == "in-progress"

    done = client.calls(call.sid).update(status="completed")

    assert done.status == "completed"
    assert done.end_time is not None
    assert int(done.duration or -1) >= 0
    assert client.calls(call.sid).fetch().status == "completed"


def test_a_busy_phone(client: Client, platform: World) -> None:
    assert ended(client, platform).status == "busy"


def test_a_call_that_rings_is_canceled(client: Client, platform: World) -> None:
    call = ringing(client, platform)

    assert client.calls(call.sid).update(status="canceled").status == "canceled"


def test_a_call_that_was_answered_is_not_canceled(client: Client, platform: World) -> None:
    call = answered(client, platform)

    with refused(*NOT_IN_PROGRESS):
        client.calls(call.sid).update(status="canceled")
    assert client.calls(call.sid).fetch().status == "in-progress"


def test_a_call_that_rings_is_not_redirected(client: Client, platform: World) -> None:
    call = ringing(client, platform)

    with refused(*NOT_IN_PROGRESS):
        client.calls(call.sid).update(twiml="<Response/>")
    assert client.calls(call.sid).fetch().status == "ringing"


def test_a_call_goes_on_with_other_twiml(client: Client, platform: World) -> None:
    call = answered(client, platform)

    client.calls(call.sid).update(twiml="<Response><Hangup/></Response>")

    advance(platform, 1)
    assert client.calls(call.sid).fetch().status == "completed"


@pytest.mark.parametrize(
    "change", [{"status": "completed"}, {"twiml": WAITS}, {"url": URL}, {"time_limit": 5}], ids=str
)
def test_a_call_that_has_ended_is_not_changed(
    client: Client, platform: World, change: dict[str, str]
) -> None:
    call = ended(client, platform)

    with refused(*NOT_IN_PROGRESS):
        client.calls(call.sid).update(**change)  # type: ignore[arg-type]


def test_a_document_by_text_and_by_url_at_once(client: Client, platform: World) -> None:
    call = answered(client, platform)

    with refused(400, 20001, "Url and Twiml are mutually exclusive"):
        client.calls(call.sid).update(url=URL, twiml=WAITS)


def test_lists_with_filters(client: Client, platform: World) -> None:
    script(platform, OTHER, "ring")
    script(platform, "client:joey", "busy")
    first = ended(client, platform)
    second = client.calls.create(to=OTHER, from_=NUMBER, twiml=WAITS)
    third = client.calls.create(to="client:joey", from_="client:desk", twiml=WAITS)
    advance(platform, 1)
    today = datetime.now(UTC)
    tomorrow = today + timedelta(days=1)

    def listed(**wanted: object) -> list[str | None]:
        return [call.sid for call in client.calls.list(**wanted)]  # type: ignore[arg-type]

    assert listed() == [third.sid, second.sid, first.sid]
    assert listed(limit=2) == [third.sid, second.sid]
    assert listed(page_size=1) == [third.sid, second.sid, first.sid]
    assert listed(to=OTHER) == [second.sid]
    assert listed(from_="client:desk") == [third.sid]
    assert listed(status="busy") == [third.sid, first.sid]
    assert listed(status="ringing") == [second.sid]
    assert listed(parent_call_sid=first.sid) == []
    assert listed(end_time_after=today.date()) == [third.sid, first.sid]
    assert listed(start_time_after=tomorrow.date()) == []
    assert first.sid in listed(start_time_before=tomorrow, start_time_after=today.date())


def test_a_call_is_deleted_once_it_has_ended(client: Client, platform: World) -> None:
    going_on = answered(client, platform)
    with refused(409, 20009, "Cannot delete this resource before it is complete"):
        client.calls(going_on.sid).delete()
    client.calls(going_on.sid).update(status="completed")

    assert client.calls(going_on.sid).delete()

    with refused(*not_found(f"{platform.account_sid}/Calls/{going_on.sid}")):
        client.calls(going_on.sid).fetch()
    assert client.calls.list() == []


def test_the_events_of_a_call(client: Client, platform: World) -> None:
    call = ended(client, platform)

    [event] = client.calls(call.sid).events.list()

    assert event.request is not None
    assert event.response is not None
    assert event.request["method"] == "POST"
    assert event.request["parameters"]["twiml"] == WAITS
    assert event.response["response_code"] == 201


def test_the_notifications_of_a_call(client: Client, platform: World) -> None:
    call = ended(client, platform, machine_detection="Enable", async_amd="true")
    path = f"/2010-04-01/Accounts/{platform.account_sid}/Calls/{call.sid}/Notifications"

    [listed] = client.calls(call.sid).notifications.list()

    assert (listed.error_code, listed.log, listed.call_sid) == ("21262", "1", call.sid)
    fetched = client.calls(call.sid).notifications(listed.sid or "").fetch()
    assert fetched.message_text == listed.message_text
    assert raw(client, "GET", f"{path}/{listed.sid}.json")["uri"] == f"{path}/{listed.sid}.json"


REFUSED = {
    "nobody": (
        {"to": "nobody"},
        21211,
        "The phone number you are attempting to call, nobody, is not valid.",
    ),
    "a number of nobody": (
        {"from_": "+14155550199"},
        21210,
        "The source phone number provided, +14155550199, is not yet verified for your account. You "
        "may only make calls from phone numbers that you've verified or purchased from Twilio.",
    ),
    "no url": ({"twiml": ""}, 21205, "Url parameter is required."),
    "a timeout": ({"timeout": 0}, 21208, "Invalid Timeout: 0"),
    "digits": ({"send_digits": "a"}, 21206, "Invalid SendDigits: a"),
    "an event": (
        {"status_callback_event": ["busy"]},
        21626,
        "Invalid 'StatusCallbackEvent': busy",
    ),
    "a text": ({"twiml": "x" * 4001}, 32018, "Twiml size exceeded maximum allowed value"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_makes_no_call(client: Client, case: str) -> None:
    change, code, message = REFUSED[case]

    with refused(400, code, message):
        client.calls.create(**{"to": PHONE, "from_": NUMBER, "twiml": WAITS, **change})
    assert client.calls.list() == []


def test_a_key_and_a_subaccount_make_calls_of_their_own(client: Client, platform: World) -> None:
    script(platform, PHONE, "ring")
    key = with_key(platform, platform.api_key, platform.api_secret)
    own = key.calls.create(to=PHONE, from_=NUMBER, twiml=WAITS)
    subaccount = client.api.accounts.create()
    other = connect(platform, subaccount.sid, subaccount.auth_token)

    with refused(*not_found(f"{subaccount.sid}/Calls/{own.sid}")):
        other.calls(own.sid).fetch()
    assert other.calls.list() == []
    assert [call.sid for call in client.calls.list()] == [own.sid]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": "+15005550001"}, 21217),
        ({"to": "+15005550002"}, 21214),
        ({"to": "+15005550003"}, 21215),
        ({"to": "+15005550004"}, 21216),
        ({"from_": "+15005550001"}, 21212),
        ({"from_": NUMBER}, 21210),
        ({}, None),
    ],
    ids=str,
)
def test_test_credentials(platform: World, change: dict[str, str], code: int | None) -> None:
    client = connect(platform, platform.test_account_sid, platform.test_auth_token)
    wanted = {"to": PHONE, "from_": "+15005550006", "url": URL, **change}

    if code is None:
        assert client.calls.create(**wanted).status == "queued"  # type: ignore[arg-type]
        return
    with pytest.raises(Exception, match="HTTP 400") as caught:
        client.calls.create(**wanted)  # type: ignore[arg-type]
    assert getattr(caught.value, "code", None) == code
