"""twilio-node and the Twilio CLI make, read, end and delete calls."""

import pytest
from twilio.rest import Client

from tests.support.calls import NUMBER, PHONE, WAITS, script
from tests.support.control import advance
from tests.support.node_clients import TwilioCli, run_script
from tests.support.platform import World

DELETED = "The resource was deleted successfully\n"


@pytest.mark.parametrize("redirected", [False, True], ids=["base url", "api.twilio.com"])
async def test_twilio_node(platform: World, redirected: bool) -> None:
    script(platform, PHONE, "ring")

    seen = await run_script(platform, "calls.js", NUMBER, PHONE, redirect=redirected)

    created, sid = seen["created"], seen["created"]["sid"]
    assert (created["status"], created["to"], created["from"]) == ("queued", PHONE, NUMBER)
    assert (created["toFormatted"], created["priceUnit"]) == ("(555) 867-5309", "USD")
    assert seen["listed"] == [sid]
    assert (seen["canceled"], seen["removed"]) == ("canceled", True)
    told = seen["made"]["parameters"]
    assert (told["timeout"], told["twiml"]) == ("90", WAITS)
    assert told["status_callback_event"] == "initiated ringing"
    path = f"/2010-04-01/Accounts/{platform.account_sid}/Calls/{sid}.json"
    assert seen["gone"]["message"] == f"The requested resource {path} was not found"
    assert (seen["refused"]["status"], seen["refused"]["code"]) == (400, 21210)
    assert seen["dates"] == {"dateCreated": True, "startTime": True}


async def test_the_twilio_cli(twilio_cli: TwilioCli, client: Client, platform: World) -> None:
    script(platform, PHONE, "ring")
    core = "api:core:calls"

    [created] = await twilio_cli.json(
        f"{core}:create", "--from", NUMBER, "--to", PHONE, "--twiml", WAITS, "--timeout", "90"
    )
    advance(platform, 1)

    sid = created["sid"]
    assert (created["status"], created["direction"]) == ("queued", "outbound-api")
    [fetched] = await twilio_cli.json(f"{core}:fetch", "--sid", sid)
    assert (fetched["sid"], fetched["status"]) == (sid, "ringing")
    assert await twilio_cli.json(f"{core}:list", "--to", PHONE) == [fetched]
    [event] = await twilio_cli.json(f"{core}:events:list", "--call-sid", sid)
    assert event["response"]["response_code"] == 201
    [canceled] = await twilio_cli.json(f"{core}:update", "--sid", sid, "--status", "canceled")
    assert canceled["status"] == "canceled"
    await twilio_cli.output(f"{core}:remove", "--sid", sid, says=DELETED)
    assert client.calls.list() == []
