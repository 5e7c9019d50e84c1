"""twilio-node and the Twilio CLI: short codes and the senders of channels."""

import asyncio

import pytest
from twilio.rest import Client

from tests.acceptance.test_python_channel_senders import SENDER, register
from tests.acceptance.test_python_short_codes import CODE, bring_in
from tests.support.control import settle
from tests.support.node_clients import TwilioCli, run_script
from tests.support.platform import World

PHONE = "+14155550123"


async def test_short_codes_and_senders(platform: World) -> None:
    sid = bring_in(platform)["sid"]
    seen = await run_script(platform, "channels.js", sid, PHONE)

    assert seen["fetched"] == seen["updated"]
    assert (seen["fetched"]["friendlyName"], seen["fetched"]["shortCode"]) == ("Votes", CODE)
    assert seen["fetched"]["smsUrl"] == "https://example.com/sms"
    assert seen["listed"] == [sid]
    assert (seen["voted"]["from"], seen["voted"]["status"]) == (CODE, "queued")

    created, shown = seen["created"], seen["shown"]
    assert (created["sid"][:2], created["status"]) == ("XE", "ONLINE")
    assert created["senderId"] == shown["senderId"] == "whatsapp:+14155550109"
    assert seen["changed"]["webhook"]["callbackUrl"] == "https://example.com/new"
    assert shown["webhook"] == seen["changed"]["webhook"]
    assert shown["profile"]["name"] == "Acme"
    assert seen["senders"] == [created["sid"]]
    assert (seen["sent"]["to"], seen["sent"]["from"]) == (f"whatsapp:{PHONE}", created["senderId"])
    assert (seen["mixed"]["status"], seen["mixed"]["code"]) == (400, 21910)
    assert seen["removed"] is True
    assert (seen["gone"]["status"], seen["gone"]["code"]) == (404, 20404)
    settle(platform)


@pytest.mark.parametrize("twilio_cli", ["6.2.4"], indirect=True)
async def test_on_twilios_command_line(
    twilio_cli: TwilioCli, client: Client, platform: World
) -> None:
    sid = bring_in(platform)["sid"]
    sender = str(register(client).sid)
    codes, senders = "api:core:sms:short-codes", "api:messaging:v2:channels:senders"

    listed, [fetched], [updated], found, [one] = await asyncio.gather(
        twilio_cli.json(f"{codes}:list", "--short-code", "123*5"),
        twilio_cli.json(f"{codes}:fetch", "--sid", sid),
        twilio_cli.json(f"{codes}:update", "--sid", sid, "--sms-method", "GET"),
        twilio_cli.json(f"{senders}:list", "--channel", "whatsapp"),
        twilio_cli.json(f"{senders}:fetch", "--sid", sender),
    )

    assert [each["sid"] for each in listed] == [fetched["sid"]] == [sid]
    assert (updated["sid"], updated["smsMethod"]) == (sid, "GET")
    assert [each["sid"] for each in found] == [one["sid"]] == [sender]
    assert one["senderId"] == SENDER
