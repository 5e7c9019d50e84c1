"""One real platform for the run, started as users start it; a world of its own for each test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from twilio.rest import Client

from tests.support.app_server import CustomerApp, customer_app
from tests.support.hostile_app import hostile_app
from tests.support.hostile_server import HostileServer
from tests.support.media_server import MediaServer, media_server
from tests.support.node import TWILIO_CLI
from tests.support.node_clients import TwilioCli
from tests.support.platform import ROOT, RunningPlatform, World, read_credentials
from tests.support.python_client import connect
from tests.support.terminal import Typist

_names = itertools.count(1)


@pytest.fixture(scope="session")
def running(short_tmp: Path) -> Iterator[World]:
    """The platform of the run: its default world."""
    process = RunningPlatform(short_tmp / "acceptance data")
    runtime = process.start()
    yield read_credentials(runtime["base_url"], runtime["control_token"], "default")
    assert process.stop() == 0


@pytest.fixture
def platform(running: World) -> World:
    """A world that only this test uses: its own account, numbers, phones and clock."""
    name = f"test-{next(_names)}"
    running.control("POST", "/worlds", {"name": name})
    return read_credentials(running.base_url, running.control_token, name)


@pytest.fixture
def client(platform: World) -> Client:
    """twilio-python with the credentials of that world."""
    return connect(platform)


@pytest.fixture(params=sorted(TWILIO_CLI))
def twilio_cli(request: pytest.FixtureRequest, platform: World, tmp_path: Path) -> TwilioCli:
    """Each version of the Twilio CLI, quick, with that world's credentials in its environment."""
    credentials = {
        "TWILIO_ACCOUNT_SID": platform.account_sid,
        "TWILIO_AUTH_TOKEN": platform.auth_token,
    }
    return TwilioCli(platform, tmp_path, request.param, credentials, quick=True)


@pytest.fixture
def typing(platform: World, short_tmp: Path) -> Typist:
    """Somebody who types `trunkline …` for that world."""
    ours = ("TRUNKLINE_", "PYTHON")  # PYTHONUNBUFFERED writes at once what waits for most users
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    place = {
        "TRUNKLINE_DATA": str(short_tmp / "acceptance data"),
        "TRUNKLINE_WORLD": platform.name,
        "PYTHONPATH": str(ROOT),
    }
    return Typist(clean | place)


@pytest.fixture
def app(platform: World) -> Iterator[CustomerApp]:
    """A customer's app, which validates what is signed with that world's token."""
    with customer_app(platform.auth_token) as app:
        yield app


@pytest.fixture(scope="module")
def hostile() -> Iterator[HostileServer]:
    """An app that answers by raw bytes."""
    with hostile_app() as server:
        yield server


@pytest.fixture(scope="module")
def media() -> Iterator[MediaServer]:
    """A web server with the media that messages name."""
    with media_server() as serving:
        yield serving


@pytest.fixture(scope="session")
def provider() -> Iterator[HostileServer]:
    """What stands where Twilio is, and Slack, for the platform of `provided`."""
    with hostile_app() as server:
        yield server


@pytest.fixture(scope="session")
def provided(short_tmp: Path, provider: HostileServer) -> Iterator[World]:
    """A platform whose gateway finds that provider in Twilio's and Slack's place."""
    at = provider.url("")
    hosts = ("api.twilio.com", "oauth.twilio.com", "slack.com")
    environment = {
        "TRUNKLINE_MAP": " ".join(f"https://{host}={at}" for host in hosts),
        "TRUNKLINE_GATEWAY_TIMEOUT_SECONDS": "2",
        "TRUNKLINE_GATEWAY_MAX_ANSWER_BYTES": str(60 << 20),
    }
    process = RunningPlatform(short_tmp / "gateway provider", environment=environment)
    runtime = process.start()
    yield read_credentials(runtime["base_url"], runtime["control_token"], "default")
    assert process.stop() == 0
