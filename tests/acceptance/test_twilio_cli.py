"""The Twilio CLI as it comes from npm: it logs in, and works with the profile that it made."""

import random
from pathlib import Path

import pytest

from tests.support.node_clients import Platform, TwilioCli


@pytest.fixture
def cli(platform: Platform, tmp_path: Path) -> TwilioCli:
    """The CLI of someone who has never used it; its home has a space in its path."""
    home = tmp_path / "a home"
    home.mkdir()
    return TwilioCli(platform, home)


@pytest.fixture
async def logged_in(cli: TwilioCli, platform: Platform) -> TwilioCli:
    """The CLI with an active profile `trunkline`."""
    await log_in(cli, platform.account_sid, platform.auth_token)
    assert (await cli.run("profiles:use", "trunkline")).code == 0
    return cli


async def log_in(cli: TwilioCli, account_sid: str, auth_token: str) -> None:
    finished = await cli.run(
        "login", account_sid, "--auth-token", auth_token, "--profile", "trunkline"
    )
    assert finished.code == 0, finished.stderr
    assert "Saved trunkline." in finished.stderr


async def test_login_creates_an_api_key(cli: TwilioCli, platform: Platform) -> None:
    await log_in(cli, platform.account_sid, platform.auth_token)

    profile = cli.config["profiles"]["trunkline"]
    assert profile["accountSid"] == platform.account_sid
    assert profile["apiKey"].startswith("SK")
    assert len(profile["apiSecret"]) == 32
    assert await cli.json("profiles:list") == [
        {"id": "trunkline", "accountSid": platform.account_sid, "active": False}
    ]


async def test_login_with_a_wrong_token_is_refused(cli: TwilioCli, platform: Platform) -> None:
    finished = await cli.run(
        "profiles:create", platform.account_sid, "--auth-token", "0" * 32, "--profile", "trunkline"
    )

    assert finished.code == 1
    assert "Could not validate the provided credentials. Not saving." in finished.stderr


async def test_phone_numbers_list(logged_in: TwilioCli, platform: Platform) -> None:
    listed = await logged_in.json("phone-numbers:list")

    assert sorted(number["phoneNumber"] for number in listed) == sorted(platform.numbers)
    assert {number["accountSid"] for number in listed} == {platform.account_sid}


async def test_messages_create_and_list(logged_in: TwilioCli, platform: Platform) -> None:
    sender = platform.numbers[0]
    to = f"+1628{random.randint(2000000, 9999999)}"
    send = ["api:core:messages:create", "--from", sender, "--to", to, "--body"]

    [first] = await logged_in.json(*send, "Hello there")
    [second] = await logged_in.json(*send, "Hello again")
    listed = await logged_in.json("api:core:messages:list", "--to", to)

    assert (first["accountSid"], first["from"], first["to"]) == (platform.account_sid, sender, to)
    assert (first["body"], first["status"], first["numSegments"]) == ("Hello there", "queued", "1")
    assert [message["sid"] for message in listed] == [second["sid"], first["sid"]]
    assert [message["body"] for message in listed] == ["Hello again", "Hello there"]


async def test_a_refusal_is_shown_with_its_code(logged_in: TwilioCli, platform: Platform) -> None:
    send = ["api:core:messages:create", "--from", platform.numbers[0], "--body", "Hello"]

    finished = await logged_in.run(*send, "--to", "+15551234")

    assert finished.code == 21  # the first two digits of the code, as the CLI has it
    assert (
        "Error code 21211 from Twilio: Invalid 'To' Phone Number: +1555XXXX."
        " See https://www.twilio.com/docs/errors/21211 for more info."
    ) in finished.stderr


async def test_phone_numbers_update(logged_in: TwilioCli, platform: Platform) -> None:
    number = platform.numbers[-1]
    [before] = [
        each for each in await logged_in.json("phone-numbers:list") if each["phoneNumber"] == number
    ]

    updated = await logged_in.json(
        "phone-numbers:update", number, "--sms-url", "https://example.com/sms"
    )
    [after] = await logged_in.json("api:core:incoming-phone-numbers:fetch", "--sid", before["sid"])
    await logged_in.json("phone-numbers:update", number, "--sms-url", before["smsUrl"] or "")

    assert updated == [
        {"sid": before["sid"], "result": "Success", "smsUrl": "https://example.com/sms"}
    ]
    assert after["smsUrl"] == "https://example.com/sms"
