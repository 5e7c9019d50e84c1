"""twilio-python and short codes: listed and set up, sent from, written to."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.rest import Client

from tests.support.app_server import CustomerApp
from tests.support.control import bodies, make_world, set_phone, settle, text_from
from tests.support.conversations import PHONE, reply_with
from tests.support.platform import World
from tests.support.python_client import not_found, refused
from tests.support.terminal import Typist

CODE = "12345"


def bring_in(platform: World, code: str = CODE, **more: Any) -> Any:
    """Give the account a short code, as the control API does."""
    return platform.control("POST", "/numbers", {"phone_number": code, "country": "US", **more})


def missing(platform: World, sid: object) -> tuple[int, int, str]:
    return not_found(f"{platform.account_sid}/SMS/ShortCodes/{sid}")


def test_a_short_code_is_brought_in_and_found(platform: World, client: Client) -> None:
    made = bring_in(platform)
    assert made == {
        "created": True,
        "sid": made["sid"],
        "account_sid": platform.account_sid,
        "phone_number": CODE,
        "friendly_name": CODE,
        "iso_country": "US",
        "type": "short_code",
        "capabilities": {"voice": False, "sms": True, "mms": True, "fax": False},
    }
    fetched = client.short_codes(made["sid"]).fetch()
    assert (fetched.sid, fetched.short_code, fetched.friendly_name) == (made["sid"], CODE, CODE)
    assert (fetched.api_version, fetched.sms_url, fetched.sms_method) == (
        "2010-04-01",
        None,
        "POST",
    )
    assert fetched.account_sid == platform.account_sid
    assert fetched.date_created is not None
    again = bring_in(platform, friendly_name="another")
    assert (again["created"], again["friendly_name"]) == (False, CODE)
    # It is no phone number.
    assert CODE not in {n.phone_number for n in client.incoming_phone_numbers.list()}


def test_list(platform: World, client: Client) -> None:
    sids = [bring_in(platform, code)["sid"] for code in ("12345", "54321", "900123")]
    client.short_codes(sids[1]).update(friendly_name="votes")

    assert [each.sid for each in client.short_codes.list()] == sids[::-1]
    assert [each.sid for each in client.short_codes.list(page_size=2)] == sids[::-1]
    assert [each.sid for each in client.short_codes.list(short_code="123")] == [sids[2], sids[0]]
    assert [each.sid for each in client.short_codes.list(short_code="5*3")] == [sids[1]]
    assert [each.sid for each in client.short_codes.list(friendly_name="votes")] == [sids[1]]
    assert client.short_codes.list(short_code="+1%") == []


def test_update(platform: World, client: Client) -> None:
    sid = bring_in(platform, sms_url="https://example.com/old")["sid"]
    settings: dict[str, Any] = {
        "friendly_name": "Votes",
        "api_version": "2008-08-01",
        "sms_url": "https://example.com/sms",
        "sms_method": "GET",
        "sms_fallback_url": "https://example.com/fallback",
        "sms_fallback_method": "GET",
    }
    changed = client.short_codes(sid).update(**settings)
    fetched = client.short_codes(sid).fetch()
    for each in (changed, fetched):
        assert {name: getattr(each, name) for name in settings} == settings
    cleared = client.short_codes(sid).update(sms_fallback_url="")
    assert (cleared.sms_fallback_url, cleared.sms_url) == (None, "https://example.com/sms")


def test_refusals(platform: World, client: Client, running: World) -> None:
    sid = bring_in(platform)["sid"]
    with refused(400, 21402, "SmsUrl is not valid: nowhere"):
        client.short_codes(sid).update(sms_url="nowhere")
    theirs = bring_in(make_world(running, "stranger"))["sid"]
    for other in (theirs, "SC" + "0" * 32, "PN" + sid[2:]):
        with refused(*missing(platform, other)):
            client.short_codes(other).fetch()
        with refused(*missing(platform, other)):
            client.short_codes(other).update(friendly_name="mine")
    with refused(400, 21481, "Invalid PageToken"):
        client.short_codes.page(page_token=f"PA{theirs}")


def test_a_message_from_a_short_code_arrives(platform: World, client: Client) -> None:
    bring_in(platform)
    sent = client.messages.create(to=PHONE, from_=CODE, body="Vote now")
    assert sent.from_ == CODE
    settle(platform)
    assert client.messages(sent.sid).fetch().status == "delivered"
    [entry] = platform.control("GET", f"/phones/{PHONE}/messages")["messages"]
    assert (entry["from"], entry["body"]) == (CODE, "Vote now")


@pytest.mark.parametrize(
    ("to", "more", "code", "message"),
    [
        (
            "+447700900123",
            {},
            21659,
            "'From' 12345 is not a Twilio phone number or Short Code country mismatch",
        ),
        (
            PHONE,
            {"media_url": "https://example.com/a.png"},
            21621,
            "The 'From' number 12345 has not been enabled for MMS",
        ),
        (CODE, {}, 21265, "The 'To' number 12345 cannot be a Short Code"),
    ],
)
def test_what_a_short_code_does_not_send(
    platform: World, client: Client, to: str, more: dict[str, Any], code: int, message: str
) -> None:
    bring_in(platform, capabilities=["sms"])
    with refused(400, code, message):
        client.messages.create(to=to, from_=CODE, body="x", **more)


def test_another_accounts_short_code_sends_nothing(platform: World, client: Client) -> None:
    other = client.api.accounts.create(friendly_name="sub")
    bring_in(platform, account_sid=other.sid)
    mismatch = f"Mismatch between the 'From' number {CODE} and the account {platform.account_sid}"
    with refused(400, 21660, mismatch):
        client.messages.create(to=PHONE, from_=CODE, body="x")


def test_a_phone_writes_to_a_short_code_and_is_answered(
    platform: World, client: Client, app: CustomerApp
) -> None:
    bring_in(platform, sms_url=app.on("/sms", reply_with("Thank you")))
    text_from(platform, PHONE, CODE, "YES")
    [asked] = app.expect(1, "/sms")
    assert (asked["To"], asked["From"], asked["Body"]) == (CODE, PHONE, "YES")
    assert (asked["ToCountry"], asked["ToCity"]) == ("US", "")
    assert asked.signed
    settle(platform)
    assert bodies(platform, PHONE) == ["Thank you"]
    [reply] = client.messages.list(from_=CODE)
    assert (reply.direction, reply.status) == ("outbound-reply", "delivered")


def test_a_phone_answers_by_itself(platform: World, client: Client) -> None:
    bring_in(platform)
    set_phone(platform, PHONE, auto_reply="Yes, please")
    client.messages.create(to=PHONE, from_=CODE, body="More?")
    settle(platform)
    [answer] = client.messages.list(to=CODE)
    assert (answer.direction, answer.body, answer.from_) == ("inbound", "Yes, please", PHONE)


def test_a_short_code_that_is_gone_sends_nothing(platform: World, client: Client) -> None:
    sid = bring_in(platform)["sid"]
    assert platform.control("DELETE", f"/numbers/{CODE}") == {"short_code": CODE}
    with refused(*missing(platform, sid)):
        client.short_codes(sid).fetch()
    with refused(
        400, 21659, "'From' 12345 is not a Twilio phone number or Short Code country mismatch"
    ):
        client.messages.create(to=PHONE, from_=CODE, body="x")


def test_on_the_command_line(client: Client, typing: Typist) -> None:
    done = typing("numbers", "import", CODE, "--country", "us", "--friendly-name", "Votes")
    assert (done.returncode, done.stdout.split()[:2]) == (0, [CODE, "imported"])
    [found] = client.short_codes.list()
    assert (found.sid, found.friendly_name) == (done.stdout.split()[2], "Votes")
    done = typing("numbers", "import", "54321")
    assert done.returncode == 1
    assert "say the country where it works" in done.stderr
    assert typing("numbers", "import", "+493012345678", "54321", "--country", "US").returncode == 0
