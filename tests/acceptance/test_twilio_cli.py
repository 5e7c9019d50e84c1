"""The Twilio CLI as it comes from npm: how one logs in with it, and what it shows.

Both versions, with nothing on their error stream but what they say there to everybody: the tests
that expect something there name it.
"""

import asyncio
from pathlib import Path

import pytest
from twilio.rest import Client

from tests.support.node import TWILIO_CLI
from tests.support.node_clients import TwilioCli
from tests.support.platform import World

TO = "+14155550123"
NEWEST = "6.2.4"


@pytest.fixture(params=sorted(TWILIO_CLI))
def version(request: pytest.FixtureRequest) -> str:
    """A version of the CLI."""
    return str(request.param)


@pytest.fixture
def newcomer(platform: World, tmp_path: Path, version: str) -> TwilioCli:
    """The CLI of someone who has never used it; its home has a space in its path."""
    home = tmp_path / "a home"
    home.mkdir()
    return TwilioCli(platform, home, version, quick=True)


async def test_login_use_and_remove_a_profile(newcomer: TwilioCli, platform: World) -> None:
    login = ["login", platform.account_sid, "--auth-token", platform.auth_token]
    logged_in = await newcomer.run(*login, "--profile", "trunkline")
    profile = newcomer.config["profiles"]["trunkline"]
    saved = f'twilio-cli configuration saved to "{newcomer.home}/.twilio-cli/config.json"'
    key = profile["apiKey"]
    assert (logged_in.code, logged_in.stdout) == (0, "")
    assert logged_in.stderr.splitlines() == [
        f"Created API Key {key} and stored the secret in Config."
        f" See: https://www.twilio.com/console/runtime/api-keys/{key}",
        saved,
        "Saved trunkline.",
        " » You don't have any active profile set,"
        ' run "twilio profiles:use" to set a profile as active',
    ]
    assert profile["accountSid"] == platform.account_sid
    assert (key[:2], len(profile["apiSecret"])) == ("SK", 32)

    used = await newcomer.run("profiles:use", "trunkline")
    assert (used.code, used.stderr.splitlines()) == (
        0,
        ['set "trunkline" as active profile', saved],
    )
    assert await newcomer.json("profiles:list") == [
        {"id": "trunkline", "accountSid": platform.account_sid, "active": True}
    ]
    listed = await newcomer.json("phone-numbers:list")
    assert sorted(number["phoneNumber"] for number in listed) == sorted(platform.numbers)

    answers = {'remove the "trunkline" profile?': "y", "delete the API Key?": "n"}
    removed = await newcomer.run("profiles:remove", "trunkline", answers=answers)
    assert (removed.code, removed.stderr.splitlines()[2:]) == (
        0,
        [
            " » The API Key for trunkline profile still exists in The Twilio console.",
            "Deleted trunkline profile.",
            saved,
        ],
    )
    assert newcomer.config["profiles"] == {}


async def test_login_with_a_wrong_token_is_refused(newcomer: TwilioCli, platform: World) -> None:
    login = ["profiles:create", platform.account_sid, "--auth-token", "0" * 32, "--profile", "t"]

    finished = await newcomer.run(*login)

    assert finished.code == 1
    assert "Could not validate the provided credentials. Not saving." in finished.stderr


async def test_an_api_key_in_the_environment(platform: World, tmp_path: Path, version: str) -> None:
    key = {
        "TWILIO_ACCOUNT_SID": platform.account_sid,
        "TWILIO_API_KEY": platform.api_key,
        "TWILIO_API_SECRET": platform.api_secret,
    }
    cli = TwilioCli(platform, tmp_path, version, key, quick=True)

    [created] = await cli.json(*creation(platform, "sent with a key"))
    wrong = TwilioCli(
        platform, tmp_path, version, {**key, "TWILIO_API_SECRET": "0" * 32}, quick=True
    )
    refused = await wrong.run("api:core:messages:list")

    assert (created["accountSid"], created["body"]) == (platform.account_sid, "sent with a key")
    assert (refused.code, refused.stdout) == (20, "")
    assert "Error code 20003 from Twilio: Authenticate" in refused.stderr


async def test_proxies_of_the_environment_are_not_asked(platform: World, tmp_path: Path) -> None:
    """Nothing listens at the discard port. This one reads all that it brings along."""
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "https_proxy"), "http://127.0.0.1:9")
    token = {
        "TWILIO_ACCOUNT_SID": platform.account_sid,
        "TWILIO_AUTH_TOKEN": platform.auth_token,
    }
    cli = TwilioCli(platform, tmp_path, NEWEST, {**token, **proxies})

    listed = await cli.json("phone-numbers:list")

    assert sorted(number["phoneNumber"] for number in listed) == sorted(platform.numbers)


@pytest.mark.parametrize("twilio_cli", [NEWEST], indirect=True)
async def test_formats_properties_and_limits(
    twilio_cli: TwilioCli, client: Client, platform: World
) -> None:
    for text in ("one", "two", "three"):
        client.messages.create(from_=platform.numbers[0], to=TO, body=text)
    listing = ["api:core:messages:list", "--to", TO]

    shown = ["--properties", "body,to"]
    everything, [newest], tsv, columns, silent = await asyncio.gather(
        twilio_cli.json(*listing, "--page-size", "1"),
        # JSON shows all properties, whichever are asked for.
        twilio_cli.json(*listing, "--limit", "1", "--properties", "sid"),
        twilio_cli.output(*listing, "-o", "tsv", *shown, "--limit", "2"),
        twilio_cli.output(*listing, *shown),
        twilio_cli.output(*listing, "-o", "none"),
    )

    assert [message["body"] for message in everything] == ["three", "two", "one"]
    assert (newest["body"], newest["to"], newest["price"]) == ("three", TO, None)
    assert tsv == f"body\tto\nthree\t{TO}\ntwo\t{TO}\n"
    rows = [["Body", "To"], *([text, TO] for text in ("three", "two", "one"))]
    assert [line.split() for line in columns.splitlines()] == rows
    assert silent == ""


async def test_a_refusal_is_shown_with_its_code(twilio_cli: TwilioCli, platform: World) -> None:
    finished = await twilio_cli.run(*creation(platform, "Hello", to="+15551234"))

    assert finished.code == 21  # the first two digits of the code, as the CLI has it
    assert finished.stderr == (
        " » Error code 21211 from Twilio: Invalid 'To' Phone Number: +1555XXXX."
        " See https://www.twilio.com/docs/errors/21211 for more info.\n"
    )


def creation(platform: World, body: str, to: str = TO) -> list[str]:
    """The command that sends a text."""
    create = ["api:core:messages:create", "--from", platform.numbers[0]]
    return [*create, "--to", to, "--body", body]
