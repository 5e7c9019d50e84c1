"""twilio-python and the numbers of an account: list, configure, hand over, release."""

from typing import Any

import pytest
from twilio.rest import Client
from twilio.rest.api.v2010.account.incoming_phone_number import IncomingPhoneNumberInstance

from tests.support.control import make_world, settle
from tests.support.platform import World
from tests.support.python_client import connect, not_found, refused

PHONE = "+15558675309"
FIRST = {"+14155550100", "+12065550100", "+18005550100", "+18885550100"}


@pytest.fixture
def number(client: Client) -> IncomingPhoneNumberInstance:
    """One of the numbers that an account has from the start."""
    return client.incoming_phone_numbers.list(phone_number="+14155550100")[0]


def missing(platform: World, sid: object) -> tuple[int, int, str]:
    """How a number that is not there is refused."""
    return not_found(f"{platform.account_sid}/IncomingPhoneNumbers/{sid}")


def test_four_numbers_from_the_start(client: Client) -> None:
    assert {each.phone_number for each in client.incoming_phone_numbers.list()} == FIRST


def test_fetch(client: Client, platform: World, number: IncomingPhoneNumberInstance) -> None:
    fetched = client.incoming_phone_numbers(number.sid).fetch()

    assert fetched.phone_number == "+14155550100"
    assert fetched.friendly_name == "(415) 555-0100"
    assert fetched.account_sid == platform.account_sid
    assert fetched.capabilities == {"voice": True, "sms": True, "mms": True, "fax": False}
    assert (fetched.status, fetched.origin, fetched.beta) == ("in-use", "twilio", False)
    assert (fetched.sms_method, fetched.voice_method) == ("POST", "POST")
    assert fetched.address_requirements == "none"
    assert fetched.voice_receive_mode == "voice"
    assert fetched.api_version == "2010-04-01"
    assert fetched.uri == (
        f"/2010-04-01/Accounts/{platform.account_sid}/IncomingPhoneNumbers/{number.sid}.json"
    )


def test_fetch_what_is_not_there(client: Client, platform: World) -> None:
    for sid in ("PN" + "0" * 32, "SM" + "0" * 32):
        with refused(*missing(platform, sid)):
            client.incoming_phone_numbers(sid).fetch()


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("+14155550100", {"+14155550100"}),
        ("4155550100", {"+14155550100"}),
        ("555", FIRST),
        ("+1800", {"+18005550100"}),
        ("8**555", {"+18005550100", "+18885550100"}),
        ("+13105550100", set()),
        ("nonsense!", set()),
    ],
)
def test_list_by_number(client: Client, pattern: str, found: set[str]) -> None:
    listed = client.incoming_phone_numbers.list(phone_number=pattern)

    assert {each.phone_number for each in listed} == found


def test_list_by_name(client: Client, number: IncomingPhoneNumberInstance) -> None:
    client.incoming_phone_numbers(number.sid).update(friendly_name="Front desk")

    listed = client.incoming_phone_numbers.list(friendly_name="Front desk")
    assert [each.sid for each in listed] == [number.sid]
    assert client.incoming_phone_numbers.list(friendly_name="Front") == []


def test_list_by_origin_and_beta(client: Client) -> None:
    assert len(client.incoming_phone_numbers.list(origin="twilio")) == 4
    assert client.incoming_phone_numbers.list(origin="hosted") == []
    assert len(client.incoming_phone_numbers.list(beta=False)) == 4


def test_list_of_one_type(client: Client) -> None:
    local = client.incoming_phone_numbers.local.list()
    assert {each.phone_number for each in local} == {"+14155550100", "+12065550100"}
    toll_free = client.incoming_phone_numbers.toll_free.list()
    assert {each.phone_number for each in toll_free} == {"+18005550100", "+18885550100"}
    assert client.incoming_phone_numbers.mobile.list() == []


def test_list_in_pages(client: Client) -> None:
    listed = [each.sid for each in client.incoming_phone_numbers.list()]

    assert [each.sid for each in client.incoming_phone_numbers.list(page_size=3)] == listed
    assert [each.sid for each in client.incoming_phone_numbers.list(limit=2)] == listed[:2]


def test_a_token_of_another_account(client: Client, running: World) -> None:
    stranger = connect(make_world(running, "stranger")).incoming_phone_numbers.list()[0]

    for numbers in (client.incoming_phone_numbers, client.incoming_phone_numbers.local):
        with refused(400, 21481, "Invalid PageToken"):
            numbers.page(page_token=f"PA{stranger.sid}")


def test_update(client: Client, number: IncomingPhoneNumberInstance) -> None:
    settings: dict[str, Any] = {
        "friendly_name": "Front desk",
        "sms_url": "https://example.com/sms",
        "sms_method": "GET",
        "sms_fallback_url": "https://example.com/sms-fallback",
        "sms_fallback_method": "GET",
        "voice_url": "https://example.com/voice",
        "voice_method": "GET",
        "voice_fallback_url": "https://example.com/voice-fallback",
        "voice_fallback_method": "GET",
        "voice_caller_id_lookup": True,
        "voice_receive_mode": "fax",
        "status_callback": "https://example.com/status",
        "status_callback_method": "GET",
        "emergency_status": "Inactive",
    }

    updated = client.incoming_phone_numbers(number.sid).update(**settings)

    assert {name: getattr(updated, name) for name in settings} == settings
    fetched = client.incoming_phone_numbers(number.sid).fetch()
    assert {name: getattr(fetched, name) for name in settings} == settings


def test_an_empty_text_clears(client: Client, number: IncomingPhoneNumberInstance) -> None:
    one = client.incoming_phone_numbers(number.sid)
    one.update(sms_url="https://example.com/sms", friendly_name="Front desk")

    cleared = one.update(sms_url="", friendly_name="")

    assert cleared.sms_url == ""
    assert cleared.friendly_name == "(415) 555-0100"


def test_what_is_not_named_stays(client: Client, number: IncomingPhoneNumberInstance) -> None:
    one = client.incoming_phone_numbers(number.sid)
    one.update(sms_url="https://example.com/sms")

    assert one.update(friendly_name="Front desk").sms_url == "https://example.com/sms"


WRONG: dict[str, tuple[dict[str, Any], int, str]] = {
    "a URL": ({"sms_url": "nowhere"}, 21402, "SmsUrl is not valid: nowhere"),
    "an underscore": (
        {"voice_url": "https://my_app.example.com"},
        21402,
        "VoiceUrl is not valid: https://my_app.example.com",
    ),
    "a method": ({"sms_method": "PUT"}, 21403, "SmsMethod is not valid: PUT"),
    "voice fallback": (
        {"voice_fallback_url": "https://example.com"},
        21405,
        "VoiceFallbackUrl requires VoiceUrl to be set",
    ),
    "sms fallback": (
        {"sms_fallback_url": "https://example.com"},
        21406,
        "SmsFallbackUrl requires SmsUrl to be set",
    ),
    "an application": (
        {"sms_application_sid": "AP" + "0" * 32},
        21420,
        f"ApplicationSid AP{'0' * 32} is not accessible",
    ),
    "a long name": (
        {"friendly_name": "x" * 65},
        20002,
        f"Invalid FriendlyName: {'x' * 64}",
    ),
    "a trunk": (
        {"trunk_sid": "TK" + "0" * 32},
        21245,
        f"TrunkSid TK{'0' * 32} does not exist",
    ),
    "an address": (
        {"address_sid": "AD" + "0" * 32},
        22109,
        f"AddressSid AD{'0' * 32} does not exist",
    ),
    "an identity": (
        {"identity_sid": "RI" + "0" * 32},
        21650,
        f"IdentitySid RI{'0' * 32} does not exist",
    ),
    "a bundle": (
        {"bundle_sid": "BU" + "0" * 32},
        21649,
        f"BundleSid BU{'0' * 32} does not exist",
    ),
    "emergency calls": (
        {"emergency_status": "Active"},
        22222,
        "EmergencyStatus cannot be Active without a registered emergency address",
    ),
    "a version": (
        {"api_version": "2020-01-01"},
        20422,
        "Invalid parameter ApiVersion: not one of 2010-04-01, 2008-08-01",
    ),
    "a mode": (
        {"voice_receive_mode": "telex"},
        20422,
        "Invalid parameter VoiceReceiveMode: not one of voice, fax",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_settings_that_are_refused(
    client: Client, number: IncomingPhoneNumberInstance, what: str
) -> None:
    changes, code, message = WRONG[what]
    with refused(400, code, message):
        client.incoming_phone_numbers(number.sid).update(
            **changes | {"status_callback_method": "GET"}
        )
    fetched = client.incoming_phone_numbers(number.sid).fetch()
    assert fetched.status_callback_method == "POST"
    assert fetched.date_updated == number.date_updated


def test_messages_of_a_number_that_cannot_text(client: Client) -> None:
    voice_only = client.incoming_phone_numbers.create(phone_number="+14159500100")

    assert voice_only.capabilities == {"voice": True, "sms": False, "mms": False, "fax": False}
    with refused(400, 21407, "This Phone Number type does not support SMS"):
        client.incoming_phone_numbers(voice_only.sid).update(sms_url="https://example.com")


def test_release(client: Client, platform: World, number: IncomingPhoneNumberInstance) -> None:
    assert client.incoming_phone_numbers(number.sid).delete() is True

    with refused(*missing(platform, number.sid)):
        client.incoming_phone_numbers(number.sid).fetch()
    with refused(*missing(platform, number.sid)):
        client.incoming_phone_numbers(number.sid).delete()
    assert {each.phone_number for each in client.incoming_phone_numbers.list()} == FIRST - {
        "+14155550100"
    }


def test_a_released_number_can_be_bought_again(
    client: Client, number: IncomingPhoneNumberInstance
) -> None:
    client.incoming_phone_numbers(number.sid).delete()

    again = client.incoming_phone_numbers.create(phone_number=number.phone_number)

    assert again.phone_number == number.phone_number
    assert again.sid != number.sid


def test_hand_over_to_a_subaccount_and_back(
    client: Client, platform: World, number: IncomingPhoneNumberInstance
) -> None:
    branch = client.api.accounts.create(friendly_name="Branch")
    for_branch = client.api.accounts(branch.sid)

    given = client.incoming_phone_numbers(number.sid).update(account_sid=branch.sid)

    assert (given.sid, given.account_sid) == (number.sid, branch.sid)
    with refused(*missing(platform, number.sid)):
        client.incoming_phone_numbers(number.sid).fetch()
    message = for_branch.messages.create(to=PHONE, from_=number.phone_number, body="x")
    settle(platform)
    assert for_branch.messages(message.sid).fetch().status == "delivered"
    text = f"Mismatch between the 'From' number +14155550100 and the account {platform.account_sid}"
    with refused(400, 21660, text):
        client.messages.create(to=PHONE, from_=number.phone_number, body="x")

    back = for_branch.incoming_phone_numbers(number.sid).update(account_sid=platform.account_sid)

    assert back.account_sid == platform.account_sid


def test_hand_over_to_a_stranger(
    client: Client, running: World, number: IncomingPhoneNumberInstance
) -> None:
    stranger = make_world(running, "stranger").account_sid

    text = f"AccountSid {stranger} is not related to the originating owner of the phone number"
    with refused(400, 21473, text):
        client.incoming_phone_numbers(number.sid).update(account_sid=stranger)
    assert client.incoming_phone_numbers(number.sid).fetch().sid == number.sid


def test_a_subaccount_cannot_hand_over(client: Client, platform: World) -> None:
    branch = client.api.accounts.create()
    branch_client = connect(platform, branch.sid, branch.auth_token)
    own = branch_client.incoming_phone_numbers.create(area_code="628")

    text = "API User must be the parent account to transfer phone numbers"
    with refused(400, 21474, text):
        branch_client.incoming_phone_numbers(own.sid).update(account_sid=platform.account_sid)


def test_nobody_elses_number(client: Client, platform: World, running: World) -> None:
    stranger = connect(make_world(running, "stranger")).incoming_phone_numbers.list()[0].sid

    with refused(*missing(platform, stranger)):
        client.incoming_phone_numbers(stranger).fetch()
    with refused(*missing(platform, stranger)):
        client.incoming_phone_numbers(stranger).update(friendly_name="mine")
    with refused(*missing(platform, stranger)):
        client.incoming_phone_numbers(stranger).delete()
