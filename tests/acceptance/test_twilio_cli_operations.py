"""The Twilio CLI lists, creates, fetches, updates and removes all that the platform has.

What succeeds prints nothing on the error stream but what the CLI says there to everybody, of which
the tests name every word (`says`). What both versions do alike is asked of one of them.
"""

import asyncio

import pytest
from twilio.rest import Client

from tests.support.app_server import CustomerApp, Reply
from tests.support.control import settle, text_from
from tests.support.conversations import NUMBER, PHONE, configure
from tests.support.media_server import GIF, PNG, File, MediaServer
from tests.support.node_clients import TwilioCli
from tests.support.platform import World

DELETED = "The resource was deleted successfully\n"
NOTHING = "No results\n"
NEWEST = pytest.mark.parametrize("twilio_cli", ["6.2.4"], indirect=True)


async def test_messages(twilio_cli: TwilioCli, client: Client, platform: World) -> None:
    core = "api:core:messages"
    send = [f"{core}:create", "--from", NUMBER, "--to", PHONE, "--body", "Hello there"]
    [created] = await twilio_cli.json(*send)
    assert (created["accountSid"], created["from"], created["to"]) == (
        platform.account_sid,
        NUMBER,
        PHONE,
    )
    assert (created["status"], created["numSegments"]) == ("queued", "1")
    settle(platform)
    sid = created["sid"]

    feedback = [f"{core}:feedback:create", "--message-sid", sid, "--outcome", "confirmed"]
    # The old version expects 201, as Twilio's OpenAPI file had it then; the one of today says 200.
    surprise = "".join(
        f' » "{name}" is not a valid property name.\n' for name in ("messageSid", "dateCreated")
    )
    [fetched], listed, [said] = await asyncio.gather(
        twilio_cli.json(f"{core}:fetch", "--sid", sid),
        twilio_cli.json(f"{core}:list", "--to", PHONE, "--from", NUMBER),
        twilio_cli.json(*feedback, says=surprise if twilio_cli.version == "5.18.0" else ""),
    )
    assert (fetched["sid"], fetched["body"], fetched["status"]) == (sid, "Hello there", "delivered")
    assert listed == [fetched]
    assert said["outcome"] == "confirmed"

    [redacted] = await twilio_cli.json(f"{core}:update", "--sid", sid, "--body", "")
    assert (redacted["sid"], redacted["body"]) == (sid, "")
    await twilio_cli.output(f"{core}:remove", "--sid", sid, says=DELETED)
    assert client.messages.list() == []


async def test_media(
    twilio_cli: TwilioCli, client: Client, platform: World, media: MediaServer
) -> None:
    core = "api:core:messages"
    urls = [
        media.add("one.png", File("image/png", PNG)),
        media.add("two.gif", File("image/gif", GIF)),
    ]
    flags = [flag for url in urls for flag in ("--media-url", url)]
    [message] = await twilio_cli.json(
        f"{core}:create", "--from", NUMBER, "--to", PHONE, "--body", "look", *flags
    )
    settle(platform)
    of_it = ["--message-sid", message["sid"]]

    listed = await twilio_cli.json(f"{core}:media:list", *of_it)
    assert sorted(file["contentType"] for file in listed) == ["image/gif", "image/png"]
    first, second = listed
    [fetched] = await twilio_cli.json(f"{core}:media:fetch", *of_it, "--sid", first["sid"])
    assert fetched == first
    await twilio_cli.output(f"{core}:media:remove", *of_it, "--sid", first["sid"], says=DELETED)
    assert [file.sid for file in client.messages(message["sid"]).media.list()] == [second["sid"]]


async def test_available_numbers(twilio_cli: TwilioCli) -> None:
    core = "api:core:available-phone-numbers"
    of_us = ["--country-code", "US", "--limit", "3"]

    [countries, [country], local, toll_free] = await asyncio.gather(
        twilio_cli.json(f"{core}:list"),
        twilio_cli.json(f"{core}:fetch", "--country-code", "US"),
        twilio_cli.json(f"{core}:local:list", *of_us, "--area-code", "415"),
        twilio_cli.json(f"{core}:toll-free:list", *of_us),
    )

    assert country in countries
    assert country["countryCode"] == "US"
    assert [number["phoneNumber"][:5] for number in local] == ["+1415"] * 3
    assert [number["phoneNumber"][:3] for number in toll_free] == ["+18"] * 3


@NEWEST
async def test_kinds_of_numbers_that_a_country_does_not_have(
    twilio_cli: TwilioCli, client: Client
) -> None:
    kinds = ["mobile", "national", "shared-cost", "voip", "machine-to-machine"]
    available, incoming = "api:core:available-phone-numbers", "api:core:incoming-phone-numbers"
    [local] = client.available_phone_numbers("US").local.list(limit=1)

    bought, _, *others = await asyncio.gather(
        twilio_cli.run(f"{incoming}:mobile:create", "--phone-number", local.phone_number),
        twilio_cli.output(f"{incoming}:mobile:list", says=NOTHING),
        *(twilio_cli.run(f"{available}:{kind}:list", "--country-code", "US") for kind in kinds),
    )

    assert (bought.code, bought.stdout) == (21, "")
    # They are not found, as at Twilio.
    assert [(other.code, "Error code 20404" in other.stderr) for other in others] == [
        (20, True)
    ] * 5


async def test_incoming_numbers(twilio_cli: TwilioCli, client: Client, platform: World) -> None:
    core = "api:core:incoming-phone-numbers"
    free = client.available_phone_numbers("US")
    [local], [toll_free] = free.local.list(area_code=212, limit=1), free.toll_free.list(limit=1)
    wanted = [local.phone_number, toll_free.phone_number]

    [[any_415], [bought], [free_of_charge]] = await asyncio.gather(
        twilio_cli.json(f"{core}:create", "--area-code", "415", "--friendly-name", "Anything"),
        twilio_cli.json(f"{core}:local:create", "--phone-number", wanted[0]),
        twilio_cli.json(f"{core}:toll-free:create", "--phone-number", wanted[1]),
    )
    assert [bought["phoneNumber"], free_of_charge["phoneNumber"]] == wanted
    assert any_415["phoneNumber"].startswith("+1415")

    everything, locals_, toll_frees = await asyncio.gather(
        twilio_cli.json(f"{core}:list"),
        twilio_cli.json(f"{core}:local:list", "--phone-number", bought["phoneNumber"]),
        twilio_cli.json(f"{core}:toll-free:list"),
    )
    assert len(everything) == len(platform.numbers) + 3
    assert [number["sid"] for number in locals_] == [bought["sid"]]
    assert free_of_charge["sid"] in {number["sid"] for number in toll_frees}

    name = ["--friendly-name", "Front desk", "--sms-url", "https://example.com/sms"]
    [updated] = await twilio_cli.json(f"{core}:update", "--sid", bought["sid"], *name)
    [fetched] = await twilio_cli.json(f"{core}:fetch", "--sid", bought["sid"])
    assert fetched == updated
    assert (updated["friendlyName"], updated["smsUrl"]) == ("Front desk", "https://example.com/sms")
    await twilio_cli.output(f"{core}:remove", "--sid", bought["sid"], says=DELETED)
    assert wanted[0] not in [number.phone_number for number in client.incoming_phone_numbers.list()]


async def test_phone_numbers(twilio_cli: TwilioCli, client: Client, platform: World) -> None:
    number = platform.numbers[-1]
    listed = await twilio_cli.json("phone-numbers:list")
    assert sorted(each["phoneNumber"] for each in listed) == sorted(platform.numbers)
    sids = {each["phoneNumber"]: each["sid"] for each in listed}

    settings = ["--sms-url", "https://example.com/sms", "--friendly-name", "Support"]
    [result] = await twilio_cli.json("phone-numbers:update", number, *settings)
    assert (result["sid"], result["result"]) == (sids[number], "Success")
    assert (result["smsUrl"], result["friendlyName"]) == ("https://example.com/sms", "Support")
    fetched = client.incoming_phone_numbers(sids[number]).fetch()
    assert (fetched.sms_url, fetched.friendly_name) == ("https://example.com/sms", "Support")


async def test_applications(twilio_cli: TwilioCli, client: Client, platform: World) -> None:
    core = "api:core:applications"
    settings = ["--friendly-name", "Support line", "--sms-url", "https://example.com/sms"]
    [created] = await twilio_cli.json(f"{core}:create", *settings)
    sid = created["sid"]
    assert (created["accountSid"], sid[:2]) == (platform.account_sid, "AP")

    [fetched], listed = await asyncio.gather(
        twilio_cli.json(f"{core}:fetch", "--sid", sid),
        twilio_cli.json(f"{core}:list", "--friendly-name", "Support line"),
    )
    assert fetched == created
    assert listed == [created]
    [updated] = await twilio_cli.json(f"{core}:update", "--sid", sid, "--friendly-name", "Sales")
    assert (updated["friendlyName"], updated["smsUrl"]) == ("Sales", "https://example.com/sms")
    await twilio_cli.output(f"{core}:remove", "--sid", sid, says=DELETED)
    assert client.applications.list() == []


async def test_keys(twilio_cli: TwilioCli) -> None:
    await make_and_remove_a_key(twilio_cli, "api:core:keys")


@NEWEST
async def test_signing_keys(twilio_cli: TwilioCli) -> None:
    # It would show a property that only a new key has.
    surprise = ' » "secret" is not a valid property name.\n'
    await make_and_remove_a_key(twilio_cli, "api:core:signing-keys", surprise)


async def make_and_remove_a_key(twilio_cli: TwilioCli, core: str, says: str = "") -> None:
    """Create, update, fetch, list (with these words on the error stream) and remove one."""
    [created] = await twilio_cli.json(f"{core}:create", "--friendly-name", "build server")
    assert (created["sid"][:2], len(created["secret"])) == ("SK", 32)
    sid = created["sid"]
    [updated] = await twilio_cli.json(f"{core}:update", "--sid", sid, "--friendly-name", "renamed")
    [fetched], listed = await asyncio.gather(
        twilio_cli.json(f"{core}:fetch", "--sid", sid),
        twilio_cli.json(f"{core}:list", says=says),
    )
    assert (updated["friendlyName"], fetched) == ("renamed", updated)
    assert "secret" not in fetched
    assert fetched in listed
    await twilio_cli.output(f"{core}:remove", "--sid", sid, says=DELETED)


async def test_keys_of_the_iam_api(twilio_cli: TwilioCli, platform: World) -> None:
    core, account = "api:iam:v1:keys", ["--account-sid", platform.account_sid]
    if twilio_cli.version == "5.18.0":  # is older than that API
        assert await twilio_cli.output(f"{core}:list", *account) == ""
        return
    # It would show a property that only a list has.
    surprise = ' » "flags" is not a valid property name.\n'
    create = [f"{core}:create", *account, "--friendly-name", "build server"]
    [created] = await twilio_cli.json(*create, says=surprise)
    sid = created["sid"]
    [updated] = await twilio_cli.json(f"{core}:update", "--sid", sid, "--friendly-name", "renamed")
    [fetched], listed = await asyncio.gather(
        twilio_cli.json(f"{core}:fetch", "--sid", sid),
        twilio_cli.json(f"{core}:list", *account),
    )
    assert (updated["friendlyName"], fetched["friendlyName"]) == ("renamed", "renamed")
    assert sid in {key["sid"] for key in listed}
    await twilio_cli.output(f"{core}:remove", "--sid", sid, says=DELETED)


async def test_accounts(twilio_cli: TwilioCli, platform: World) -> None:
    core = "api:core:accounts"
    [created], _ = await asyncio.gather(
        twilio_cli.json(f"{core}:create", "--friendly-name", "Branch"),
        # The CLI looks for a list in the answer, and a balance has none.
        twilio_cli.output("api:core:balance:list", says=NOTHING),
    )
    sid = created["sid"]
    assert (created["ownerAccountSid"], created["status"]) == (platform.account_sid, "active")

    [own], listed = await asyncio.gather(
        twilio_cli.json(f"{core}:fetch", "--sid", platform.account_sid),
        twilio_cli.json(f"{core}:list", "--friendly-name", "Branch"),
    )
    assert own["authToken"] == platform.auth_token
    assert listed == [created]
    [closed] = await twilio_cli.json(f"{core}:update", "--sid", sid, "--status", "closed")
    assert (closed["sid"], closed["status"]) == (sid, "closed")


async def test_alerts_and_notifications(
    twilio_cli: TwilioCli, client: Client, platform: World, app: CustomerApp
) -> None:
    configure(client, sms_url=app.on("/sms", Reply(404, b"not here", "text/plain")))
    text_from(platform, PHONE, NUMBER, "hello")
    settle(platform)

    # The CLI uses an old name of twilio-node's, which says so.
    surprise = "alerts is deprecated. Use v1.alerts instead.\n"
    [alert], [notification], [entry] = await asyncio.gather(
        twilio_cli.json("api:monitor:v1:alerts:list"),
        twilio_cli.json("api:core:notifications:list"),
        twilio_cli.json("debugger:logs:list", says=surprise),
    )
    assert (alert["errorCode"], alert["requestUrl"]) == ("11200", app.url("/sms"))
    assert notification["sid"] == alert["sid"]
    assert (entry["sid"], entry["errorCode"]) == (alert["sid"], "11200")

    [[fetched_alert], [fetched_notification]] = await asyncio.gather(
        twilio_cli.json("api:monitor:v1:alerts:fetch", "--sid", alert["sid"]),
        twilio_cli.json("api:core:notifications:fetch", "--sid", alert["sid"]),
    )
    assert fetched_alert["responseBody"] == "not here"
    assert fetched_notification["responseBody"] == "not here"


@NEWEST
async def test_domains_of_short_links(twilio_cli: TwilioCli, platform: World) -> None:
    made = platform.control("POST", "/links/domains", {"domain_name": "cli.example"})["sid"]
    config = "api:messaging:v1:link-shortening:domains:config"

    [updated] = await twilio_cli.json(
        f"{config}:update",
        *("--domain-sid", made, "--fallback-url", "https://shop.example/", "--disable-https"),
    )
    [fetched] = await twilio_cli.json(f"{config}:fetch", "--domain-sid", made)

    assert updated["domainSid"] == made
    assert (fetched["fallbackUrl"], fetched["disableHttps"]) == ("https://shop.example/", True)
