"""The Twilio CLI and content templates. It cannot make any: it has no flags for a JSON body."""

import asyncio

import pytest
from twilio.rest import Client

from tests.acceptance.test_python_content import TEXT, create
from tests.support.node_clients import TwilioCli


@pytest.mark.parametrize("twilio_cli", ["6.2.4"], indirect=True)
async def test_templates(twilio_cli: TwilioCli, client: Client) -> None:
    sid = create(client, friendly_name="order ready").sid
    content = "api:content:v1:content"

    [fetched], listed, found = await asyncio.gather(
        twilio_cli.json(f"{content}:fetch", "--sid", str(sid)),
        twilio_cli.json(f"{content}:list"),
        twilio_cli.json("api:content:v2:content:list", "--content-name", "ready$"),
    )

    assert (fetched["sid"], fetched["friendlyName"], fetched["types"]) == (
        sid,
        "order ready",
        TEXT,
    )
    assert listed == found == [fetched]
    said = "The resource was deleted successfully\n"
    await twilio_cli.output(f"{content}:remove", "--sid", str(sid), says=said)
    assert client.content.v1.contents.list() == []
