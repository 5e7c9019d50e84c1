"""twilio-node as it comes from npm, at work against the platform."""

import random
import re
from typing import Any

import pytest

from tests.support.media_server import File, MediaServer
from tests.support.node_clients import Platform, run_script

DOCS = "https://www.twilio.com/docs/errors/"


@pytest.fixture
def recipient() -> str:
    """A number that no other test sends to."""
    return f"+1628{random.randint(2000000, 9999999)}"


def refused(status: int, code: int, message: str) -> dict[str, Any]:
    """What twilio-node raises for a refusal, as tests/node/client.js shows it."""
    return {
        "class": "RestException",
        "status": status,
        "code": code,
        "message": message,
        "moreInfo": f"{DOCS}{code}",
    }


@pytest.mark.parametrize("redirected", [False, True], ids=["base url", "api.twilio.com"])
async def test_messages(platform: Platform, recipient: str, redirected: bool) -> None:
    sender = platform.numbers[0]

    seen = await run_script(platform, "messages.js", sender, recipient, redirect=redirected)

    created = seen["created"]
    sid = created["sid"]
    path = f"/2010-04-01/Accounts/{platform.account_sid}/Messages/{sid}"
    assert created | {"dateCreated": None, "dateUpdated": None} == {
        "accountSid": platform.account_sid,
        "apiVersion": "2010-04-01",
        "body": "one – Grüße 👋",
        "dateCreated": None,
        "dateSent": None,
        "dateUpdated": None,
        "direction": "outbound-api",
        "errorCode": None,
        "errorMessage": None,
        "from": sender,
        "messagingServiceSid": None,
        "numMedia": "0",
        "numSegments": "1",
        "price": None,
        "priceUnit": "USD",
        "sid": sid,
        "status": "queued",
        "subresourceUris": {"media": f"{path}/Media.json"},
        "to": recipient,
        "uri": f"{path}.json",
    }
    assert seen["fetched"]["sid"] == sid
    assert seen["fetched"]["body"] == created["body"]
    assert seen["fetched"]["dateCreated"] == created["dateCreated"]
    assert seen["final"]["status"] == "delivered"
    assert seen["final"]["errorCode"] is None
    assert seen["dates"] == {"dateCreated": True, "dateSent": True}


@pytest.mark.parametrize("redirected", [False, True], ids=["base url", "api.twilio.com"])
async def test_messages_in_pages(platform: Platform, recipient: str, redirected: bool) -> None:
    sender = platform.numbers[0]

    seen = await run_script(platform, "messages.js", sender, recipient, redirect=redirected)

    assert seen["listed"] == seen["sent"][::-1]
    assert seen["limited"] == ["five", "four", "three"]
    assert seen["pages"] == [["five", "four"], ["three", "two"], ["one – Grüße 👋"]]


async def test_messages_are_redacted_and_deleted(platform: Platform, recipient: str) -> None:
    seen = await run_script(platform, "messages.js", platform.numbers[0], recipient)

    changed = {"body": "", "dateUpdated": seen["redacted"]["dateUpdated"]}
    assert seen["redacted"] == seen["final"] | changed | {
        "subresourceUris": seen["redacted"]["subresourceUris"]
    }
    assert seen["afterRedaction"] == ""
    assert seen["removed"] is True
    path = f"/2010-04-01/Accounts/{platform.account_sid}/Messages/{seen['goneSid']}.json"
    assert seen["gone"] == refused(404, 20404, f"The requested resource {path} was not found")
    assert seen["left"] == 4


async def test_numbers(platform: Platform) -> None:
    seen = await run_script(platform, "numbers.js")

    assert sorted(seen["owned"]) == sorted(platform.numbers)
    one = seen["one"]
    assert one["accountSid"] == platform.account_sid
    assert one["phoneNumber"] == seen["owned"][0]
    assert one["capabilities"]["sms"] is True
    assert one["sid"].startswith("PN")
    assert len(one["sid"]) == 34
    wanted = {
        "smsUrl": "https://example.com/sms",
        "smsMethod": "GET",
        "friendlyName": "Front desk",
    }
    assert seen["updated"] | wanted == seen["updated"]
    assert seen["fetched"] == seen["updated"]
    assert seen["restored"] == seen["before"]


async def test_available_numbers(platform: Platform) -> None:
    seen = await run_script(platform, "numbers.js")

    assert len(seen["offered"]) == 3
    for offer in seen["offered"]:
        assert offer["phoneNumber"].startswith("+1415")
        assert offer["phoneNumber"] not in platform.numbers
        assert offer["isoCountry"] == "US"
        # Upper case here, lower case in the numbers that an account owns: Twilio's way.
        assert {"voice", "SMS", "MMS"} <= offer["capabilities"].keys()


async def test_applications(platform: Platform) -> None:
    seen = await run_script(platform, "applications.js")

    created = seen["created"]
    assert created["sid"].startswith("AP")
    given = {
        "accountSid": platform.account_sid,
        "apiVersion": "2010-04-01",
        "friendlyName": "Support line",
        "voiceUrl": "https://example.com/voice",
        "voiceMethod": "GET",
        "smsUrl": "https://example.com/sms",
        "smsMethod": "POST",
        "messageStatusCallback": None,
        "voiceCallerIdLookup": False,
    }
    assert created | given == created
    assert seen["fetched"] == created
    assert seen["listed"] == [created["sid"]]
    changed = {
        "friendlyName": "Sales line",
        "messageStatusCallback": "https://example.com/status",
        "dateUpdated": seen["updated"]["dateUpdated"],
    }
    assert seen["updated"] == created | changed
    assert seen["removed"] is True
    path = f"/2010-04-01/Accounts/{platform.account_sid}/Applications/{created['sid']}.json"
    assert seen["gone"] == refused(404, 20404, f"The requested resource {path} was not found")


async def test_keys(platform: Platform, recipient: str) -> None:
    seen = await run_script(platform, "keys.js", platform.numbers[0], recipient)

    created = seen["created"]
    assert created["sid"].startswith("SK")
    assert created["friendlyName"] == "build server"
    assert len(created["secret"]) == 32
    without_secret = {name: value for name, value in created.items() if name != "secret"}
    assert seen["fetched"] == without_secret | {"hasSecret": False}
    assert seen["listed"] == 1
    assert seen["message"]["accountSid"] == platform.account_sid
    assert seen["message"]["body"] == "sent with a key"
    assert seen["message"]["status"] == "queued"
    # A standard key may not touch /Accounts.
    assert seen["accountsWithKey"]["status"] in (401, 403)
    assert seen["removed"] is True
    assert (seen["afterwards"]["status"], seen["afterwards"]["code"]) == (401, 20003)


async def test_accounts(platform: Platform, recipient: str) -> None:
    name = f"Branch {recipient}"

    seen = await run_script(platform, "accounts.js", name)

    own, created = seen["own"], seen["created"]
    assert own["sid"] == own["ownerAccountSid"] == platform.account_sid
    assert own["authToken"] == platform.auth_token
    assert own["status"] == "active"
    assert created["sid"].startswith("AC")
    assert created["friendlyName"] == name
    assert created["ownerAccountSid"] == platform.account_sid
    assert created["status"] == "active"
    assert len(created["authToken"]) == 32
    assert seen["listed"] == [created["sid"]]
    assert {platform.account_sid, created["sid"]} <= set(seen["active"])
    # Credentials of a subaccount never open its parent; the parent's open the subaccount.
    assert seen["parentFromBelow"]["code"] in (20003, 20404)
    assert seen["numbersFromAbove"] == 0
    assert seen["closed"] == "closed"


async def test_refusals(platform: Platform, recipient: str) -> None:
    sender = platform.numbers[0]

    seen = await run_script(platform, "refusals.js", sender, recipient)

    missing = f"/2010-04-01/Accounts/{platform.account_sid}/Messages/SM{'0' * 32}.json"
    assert seen == {
        "badTo": refused(400, 21211, "Invalid 'To' Phone Number: +1555XXXX"),
        "noSender": refused(400, 21603, "A 'From' phone number is required."),
        "noBody": refused(400, 21619, "A text message body or media urls must be specified."),
        "tooLong": refused(
            400, 21617, "The concatenated message body exceeds the 1600 character limit"
        ),
        "toItself": refused(400, 21266, f"'To' and 'From' number cannot be the same: {sender}"),
        "unknownMessage": refused(404, 20404, f"The requested resource {missing} was not found"),
        "wrongToken": refused(401, 20003, "Authenticate"),
    }


async def test_links(platform: Platform, recipient: str) -> None:
    made = platform.control("POST", "/links/domains", {"domain_name": "node.example"})
    sid, number = made["sid"], platform.numbers[0]

    seen = await run_script(platform, "links.js", sid, number, recipient)

    assert seen["config"] == [sid, "https://shop.example/", True]
    assert seen["association"] == [sid, seen["service"]]
    assert re.fullmatch(r"Sale: https://node\.example/[0-9A-Za-z]{10}", seen["body"])
    assert seen["valid"] is True
    assert seen["refused"] == refused(400, 30109, "Callback URL is invalid")


@pytest.mark.parametrize("redirected", [False, True], ids=["base url", "api.twilio.com"])
async def test_media(
    platform: Platform, recipient: str, media: MediaServer, redirected: bool
) -> None:
    url = media.add("card.vcf", File("text/vcard", b"BEGIN:VCARD"))

    seen = await run_script(
        platform, "media.js", platform.numbers[0], recipient, url, redirect=redirected
    )

    assert seen["message"]["numMedia"] == "1"
    fetched = seen["fetched"]
    assert fetched["contentType"] == "text/vcard"
    assert fetched["parentSid"] == seen["message"]["sid"]
    assert seen["led"]["status"] == 307
    assert seen["led"]["location"].startswith("/m/")
    assert seen["file"] == {"status": 200, "type": "text/vcard", "body": "BEGIN:VCARD"}
    assert seen["removed"] is True
    told = f"The requested resource {fetched['uri']} was not found"
    assert seen["afterwards"] == refused(404, 20404, told)
