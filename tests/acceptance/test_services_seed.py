"""Messaging services with the clients that people have: twilio-python and twilio-node of today and
of years ago, and the Twilio CLI. None of them is told where the platform is."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from twilio.rest import Client

from tests.support.node_clients import TwilioCli, run_script
from tests.support.older_twilio import VERSION, older_twilio
from tests.support.platform import ROOT, World
from trunkline.redirect import in_process
from trunkline.redirect.hosts import TWILIO, VARIABLE, routes_text

PROGRAM = ROOT / "tests" / "python" / "services.py"
REDIRECT = os.path.join(os.path.dirname(in_process.__file__), "python")
DELETED = "The resource was deleted successfully\n"
STATUS = "https://api.example.com/twilio/status"
INBOUND = "https://api.example.com/twilio/inbound"


@pytest.mark.parametrize("older", [False, True], ids=["of today", VERSION])
def test_twilio_python(platform: World, older: bool) -> None:
    path = [REDIRECT, *([str(older_twilio())] if older else [])]
    done = subprocess.run(
        [sys.executable, "-W", "error", str(PROGRAM)],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(path),
            VARIABLE: routes_text({platform.base_url: TWILIO}),
            "TWILIO_ACCOUNT_SID": platform.account_sid,
            "TWILIO_AUTH_TOKEN": platform.auth_token,
            "TWILIO_PHONE_NUMBER": platform.numbers[0],
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    seen = json.loads(done.stdout)
    assert (seen.pop("version") == VERSION) is older
    sid = seen.pop("sid")
    assert seen == {
        "name": "prod-notifications",
        "callback": STATUS,
        "inbound": [INBOUND, "POST"],
        "flags": [True, False],
        "capabilities": ["MMS", "SMS", "Voice"],
        "twice": [409, 21710],
        "listed": [sid],
        "pool": [platform.numbers[0]],
        "shop": "Shop",
        "removed": [True, [], True],
        "gone": [404, 20404],
    }


@pytest.mark.parametrize("package", ["twilio", "twilio-4"])
async def test_twilio_node(platform: World, package: str) -> None:
    number = platform.numbers[0]

    seen = await run_script(platform, "services.js", number, redirect=True, package=package)

    sid = seen["created"]["sid"]
    assert seen["created"]["statusCallback"] == STATUS
    assert seen["created"]["links"]["phone_numbers"].endswith(f"/Services/{sid}/PhoneNumbers")
    assert (seen["updated"]["stickySender"], seen["updated"]["areaCodeGeomatch"]) == (True, False)
    assert (seen["updated"]["inboundRequestUrl"], seen["updated"]["validityPeriod"]) == (
        INBOUND,
        36000,
    )
    assert seen["added"] == seen["fetched"]
    assert (seen["added"]["phoneNumber"], seen["added"]["countryCode"]) == (number, "US")
    assert seen["added"]["capabilities"] == ["MMS", "SMS", "Voice"]
    assert seen["shop"]["alphaSender"] == "Shop"
    assert (seen["listed"], seen["pool"]) == ([sid], [number])
    assert (seen["twice"]["status"], seen["twice"]["code"]) == (409, 21710)
    assert seen["removed"] == [True, [], True]
    assert (seen["gone"]["status"], seen["gone"]["code"]) == (404, 20404)


async def test_twilio_cli(twilio_cli: TwilioCli, client: Client, platform: World) -> None:
    core = "api:messaging:v1:services"
    (number,) = client.incoming_phone_numbers.list(phone_number=platform.numbers[0])

    [created] = await twilio_cli.json(
        f"{core}:create", "--friendly-name", "prod-notifications", "--status-callback", STATUS
    )
    sid = created["sid"]
    [updated] = await twilio_cli.json(
        f"{core}:update",
        *("--sid", sid, "--inbound-request-url", INBOUND, "--inbound-method", "POST"),
        # Flags of the CLI: there, they are true.
        *("--sticky-sender", "--area-code-geomatch", "--use-inbound-webhook-on-number"),
    )
    assert (created["statusCallback"], updated["inboundRequestUrl"]) == (STATUS, INBOUND)
    assert client.messaging.v1.services(sid).fetch().use_inbound_webhook_on_number is True

    pool = f"{core}:phone-numbers"
    of_it = ["--service-sid", sid]
    [added] = await twilio_cli.json(f"{pool}:create", *of_it, "--phone-number-sid", number.sid)
    assert (added["sid"], added["phoneNumber"]) == (number.sid, platform.numbers[0])
    refused = await twilio_cli.run(f"{pool}:create", *of_it, "--phone-number-sid", number.sid)
    assert refused.code != 0
    assert "Error code 21710 from Twilio: Phone Number or Short Code is already" in refused.stderr
    assert await twilio_cli.json(f"{pool}:list", *of_it, "--limit", "50") == [added]
    [listed] = await twilio_cli.json(f"{core}:list", "--limit", "50")
    [fetched] = await twilio_cli.json(f"{core}:fetch", "--sid", sid)
    assert (listed["sid"], fetched["friendlyName"]) == (sid, "prod-notifications")
    await twilio_cli.output(f"{pool}:remove", *of_it, "--sid", number.sid, says=DELETED)
    assert client.messaging.v1.services(sid).phone_numbers.list() == []
    await twilio_cli.output(f"{core}:remove", "--sid", sid, says=DELETED)
    assert client.messaging.v1.services.list() == []


async def test_flags_of_the_twilio_cli_take_no_value(twilio_cli: TwilioCli, client: Client) -> None:
    """`--sticky-sender true` is refused by the CLI itself: nothing is asked of the platform."""
    service = client.messaging.v1.services(
        client.messaging.v1.services.create(friendly_name="test", sticky_sender=False).sid
    )
    update = "api:messaging:v1:services:update", "--sid", service._solution["sid"]

    refused = await twilio_cli.run(*update, "--sticky-sender", "true")
    assert refused.code != 0
    assert "Unexpected argument: true" in refused.stderr
    assert service.fetch().sticky_sender is False
    await twilio_cli.json(*update, "--sticky-sender")
    assert service.fetch().sticky_sender is True
    await twilio_cli.json(*update, "--no-sticky-sender")
    assert service.fetch().sticky_sender is False
