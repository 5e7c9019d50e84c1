"""twilio-python and applications: sets of URLs that numbers and messages refer to."""

from typing import Any

import pytest
from twilio.rest import Client

from tests.support.control import make_world
from tests.support.platform import World
from tests.support.python_client import connect, not_found, refused

SETTINGS: dict[str, Any] = {
    "friendly_name": "Support line",
    "api_version": "2010-04-01",
    "voice_url": "https://example.com/voice",
    "voice_method": "GET",
    "voice_fallback_url": "https://example.com/voice-fallback",
    "voice_fallback_method": "GET",
    "status_callback": "https://example.com/status",
    "status_callback_method": "GET",
    "voice_caller_id_lookup": True,
    "sms_url": "https://example.com/sms",
    "sms_method": "GET",
    "sms_fallback_url": "https://example.com/sms-fallback",
    "sms_fallback_method": "GET",
    "sms_status_callback": "https://example.com/sms-status",
    "message_status_callback": "https://example.com/message-status",
    "public_application_connect_enabled": True,
}


def missing(platform: World, sid: object) -> tuple[int, int, str]:
    """How an application that is not there is refused."""
    return not_found(f"{platform.account_sid}/Applications/{sid}")


def test_create_with_every_setting(client: Client, platform: World) -> None:
    created = client.applications.create(**SETTINGS)

    assert (created.sid or "")[:2] == "AP"
    assert created.account_sid == platform.account_sid
    assert {name: getattr(created, name) for name in SETTINGS} == SETTINGS
    fetched = client.applications(created.sid).fetch()
    assert {name: getattr(fetched, name) for name in SETTINGS} == SETTINGS


def test_create_with_none(client: Client) -> None:
    created = client.applications.create()

    assert (created.friendly_name, created.sms_url, created.voice_url) == (None, None, None)
    assert (created.sms_method, created.voice_method) == ("POST", "POST")
    assert created.voice_caller_id_lookup is False


def test_list(client: Client) -> None:
    sids = [client.applications.create(friendly_name=f"app {n}").sid for n in range(3)]

    assert [each.sid for each in client.applications.list()] == sids[::-1]
    assert [each.sid for each in client.applications.list(page_size=2)] == sids[::-1]
    assert [each.sid for each in client.applications.list(friendly_name="app 1")] == [sids[1]]
    assert client.applications.list(friendly_name="app") == []


def test_update(client: Client) -> None:
    created = client.applications.create(friendly_name="old", sms_url="https://example.com/sms")

    updated = client.applications(created.sid).update(friendly_name="new", sms_method="GET")

    assert (updated.friendly_name, updated.sms_method) == ("new", "GET")
    assert updated.sms_url == "https://example.com/sms"
    assert client.applications(created.sid).update(sms_url="").sms_url is None


def test_delete(client: Client, platform: World) -> None:
    created = client.applications.create()

    assert client.applications(created.sid).delete() is True

    with refused(*missing(platform, created.sid)):
        client.applications(created.sid).fetch()
    with refused(*missing(platform, created.sid)):
        client.applications(created.sid).delete()
    with refused(*missing(platform, created.sid)):
        client.applications(created.sid).update(friendly_name="x")
    assert client.applications.list() == []


WRONG: dict[str, tuple[dict[str, Any], int, str]] = {
    "a URL": ({"sms_url": "nowhere"}, 21402, "SmsUrl is not valid: nowhere"),
    "a callback": (
        {"message_status_callback": "ftp://example.com"},
        21402,
        "MessageStatusCallback is not valid: ftp://example.com",
    ),
    "a method": ({"voice_method": "DELETE"}, 21403, "VoiceMethod is not valid: DELETE"),
    "a long name": ({"friendly_name": "x" * 65}, 20002, f"Invalid FriendlyName: {'x' * 64}"),
    "a flag": (
        {"voice_caller_id_lookup": "perhaps"},
        20422,
        "Invalid parameter VoiceCallerIdLookup: not true or false",
    ),
    "a version": (
        {"api_version": "2020-01-01"},
        20422,
        "Invalid parameter ApiVersion: not one of 2010-04-01, 2008-08-01",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_settings_that_are_refused(client: Client, what: str) -> None:
    changes, code, message = WRONG[what]
    with refused(400, code, message):
        client.applications.create(**changes)
    assert client.applications.list() == []

    created = client.applications.create(friendly_name="kept")
    with refused(400, code, message):
        client.applications(created.sid).update(**changes)
    assert client.applications(created.sid).fetch().friendly_name == "kept"


def test_a_number_refers_to_an_application(client: Client) -> None:
    application = client.applications.create(sms_url="https://example.com/sms")
    number = client.incoming_phone_numbers.list()[0]

    updated = client.incoming_phone_numbers(number.sid).update(
        sms_application_sid=application.sid, voice_application_sid=application.sid
    )

    assert updated.sms_application_sid == application.sid
    assert updated.voice_application_sid == application.sid
    cleared = client.incoming_phone_numbers(number.sid).update(sms_application_sid="")
    assert (cleared.sms_application_sid, cleared.voice_application_sid) == ("", application.sid)


def test_a_number_is_bought_for_an_application(client: Client) -> None:
    application = client.applications.create()

    bought = client.incoming_phone_numbers.create(
        area_code="628", sms_application_sid=application.sid
    )

    assert bought.sms_application_sid == application.sid


def test_a_deleted_application_leaves_its_numbers(client: Client) -> None:
    application = client.applications.create()
    number = client.incoming_phone_numbers.create(
        area_code="628", sms_application_sid=application.sid
    )

    client.applications(application.sid).delete()

    fetched = client.incoming_phone_numbers(number.sid).fetch()
    assert fetched.sms_application_sid == ""


def test_nobody_elses_application(client: Client, platform: World, running: World) -> None:
    theirs = connect(make_world(running, "stranger")).applications.create().sid

    with refused(*missing(platform, theirs)):
        client.applications(theirs).fetch()
    with refused(*missing(platform, theirs)):
        client.applications(theirs).update(friendly_name="mine")
    with refused(*missing(platform, theirs)):
        client.applications(theirs).delete()
    with refused(400, 21420, f"ApplicationSid {theirs} is not accessible"):
        client.incoming_phone_numbers.create(area_code="628", sms_application_sid=theirs)
    with refused(400, 21481, "Invalid PageToken"):
        client.applications.page(page_token=f"PA{theirs}")
    assert len(client.incoming_phone_numbers.list()) == 4


def test_a_sid_of_another_kind(client: Client, platform: World) -> None:
    application = client.applications.create()
    number_sid = "PN" + str(application.sid)[2:]

    with refused(*missing(platform, number_sid)):
        client.applications(number_sid).fetch()
    with refused(*missing(platform, number_sid)):
        client.applications(number_sid).delete()
