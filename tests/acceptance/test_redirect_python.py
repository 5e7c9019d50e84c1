"""Python programs that know nothing of Trunkline, redirected to it as `trunkline exec` does it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from twilio.rest import Client

from tests.support.control import bodies, settle, text_from
from tests.support.echo_server import Asked, EchoServer, dead_port, echo_server
from tests.support.platform import ROOT, World
from trunkline.redirect import in_process
from trunkline.redirect.hosts import TWILIO, VARIABLE, routes_text

FOLDER = Path(in_process.__file__).parent / "python"
PROGRAMS = ROOT / "tests" / "python"
PHONE = "+14155550123"
# What twilio-python does with aiohttp is deprecated, redirected or not.
TOLERATED = {"twilio_async.py": ("-W", "ignore::DeprecationWarning")}
LIBRARIES = ["urllib", "urllib3", "requests", "httpx", "httpx_async", "aiohttp"]


@dataclass
class Redirected:
    """Runs programs as their author would, with four variables more."""

    platform: World
    base_url: str
    more: dict[str, str] = field(default_factory=dict)

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(FOLDER),
            VARIABLE: routes_text({self.base_url: TWILIO}),
            "TWILIO_ACCOUNT_SID": self.platform.account_sid,
            "TWILIO_AUTH_TOKEN": self.platform.auth_token,
            "TWILIO_PHONE_NUMBER": self.platform.numbers[0],
            **self.more,
        }
        warnings = ["-W", "error", *TOLERATED.get(program, ())]
        command = [sys.executable, *warnings, str(PROGRAMS / program), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)

    def told(self, program: str, *arguments: str) -> Any:
        """What it printed; it must have nothing to complain of."""
        done = self.run(program, *arguments)
        assert (done.stderr, done.returncode) == ("", 0)
        return json.loads(done.stdout)


@pytest.fixture
def redirected(platform: World) -> Redirected:
    return Redirected(platform, platform.base_url)


@pytest.fixture
def nowhere() -> Iterator[str]:
    """A URL where nobody listens."""
    with dead_port() as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def elsewhere() -> Iterator[EchoServer]:
    """Any other host of the internet."""
    with echo_server() as server:
        yield server


programs = pytest.mark.parametrize("program", ["twilio_sync.py", "twilio_async.py"])
libraries = pytest.mark.parametrize("library", LIBRARIES)


@programs
def test_the_official_client_sends_reads_changes_and_deletes(
    program: str, redirected: Redirected, platform: World
) -> None:
    sent = redirected.told(program, "send")
    assert sent["body"] == "your table is ready"
    assert sent["account"] == platform.account_sid
    settle(platform)
    assert bodies(platform, PHONE) == ["your table is ready"]
    text_from(platform, PHONE, platform.numbers[0], "thank you")
    settle(platform)

    assert redirected.told(program, "tidy", sent["sid"]) == {
        "listed": ["thank you", "your table is ready"],
        "redacted": "",
        "deleted": True,
        "left": 1,
        "name": "Reception",
    }


@programs
def test_it_follows_the_pages_of_a_product_by_their_urls(
    program: str, redirected: Redirected, platform: World, client: Client, nowhere: str
) -> None:
    number = client.incoming_phone_numbers.list(phone_number=platform.numbers[0])[0]
    number.update(sms_url=f"{nowhere}/sms")
    for body in ("one", "two", "three"):
        text_from(platform, PHONE, platform.numbers[0], body)
    settle(platform)

    told = redirected.told(program, "alerts")
    assert told["codes"] == ["11205"] * 3
    *next_pages, last = told["urls"]
    assert (len(next_pages), last) == (2, None)
    for url in next_pages:
        assert url.startswith("https://monitor.twilio.com/v1/Alerts?")


@libraries
@pytest.mark.parametrize("proxied", [False, True])
def test_plain_libraries_send_and_read(
    library: str, proxied: bool, redirected: Redirected, platform: World, nowhere: str
) -> None:
    if proxied:
        redirected.more = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"), nowhere)
    told = redirected.told("http_libraries.py", library)
    assert told["sent"] == told["fetched"]
    assert told["body"] == library
    settle(platform)
    assert bodies(platform, PHONE) == [library]


@libraries
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_other_hosts_are_left_alone(
    library: str, host: str, redirected: Redirected, elsewhere: EchoServer
) -> None:
    url = f"http://{host}:{elsewhere.port}/path"
    done = redirected.run("http_libraries.py", library, url)
    assert done.stderr == ""
    asked = Asked.of(done.stdout)
    assert (asked.server, asked.host) == (elsewhere.port, f"{host}:{elsewhere.port}")


@libraries
def test_a_platform_that_is_away_is_the_clients_own_error(
    library: str, platform: World, nowhere: str
) -> None:
    done = Redirected(platform, nowhere).run("http_libraries.py", library)
    assert (done.stdout, done.returncode) == ("", 1)
    error = done.stderr.strip().splitlines()[-1]
    refused = ("Connection refused", "Connect call failed", "All connection attempts failed")
    assert any(each in error for each in refused), error


@programs
def test_the_official_client_tells_that_the_platform_is_away(
    program: str, platform: World, nowhere: str
) -> None:
    done = Redirected(platform, nowhere).run(program, "send")
    assert (done.stdout, done.returncode) == ("", 1)
    assert nowhere.removeprefix("http://").partition(":")[2] in done.stderr.splitlines()[-1]
