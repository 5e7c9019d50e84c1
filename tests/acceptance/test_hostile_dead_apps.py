"""Hundreds of apps that are dead hold up nobody but themselves, and miss nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.conftest import read_credentials
from tests.support.app_server import CustomerApp, customer_app
from tests.support.dead_apps import DeadApps, dead_apps
from tests.support.platform import RunningPlatform, World
from tests.support.python_client import connect

PHONE = "+14155550123"
NUMBER = "+12065550100"
DEAD = 300  # apps, each on a host of its own
HANGING = 100  # of their requests at the least are under way at the same time
AT_ONCE = 3.0  # seconds; a dead app's requests take fifteen
TOLD = ["sent", "delivered"]


@pytest.fixture
def dead() -> Iterator[DeadApps]:
    with dead_apps() as apps:
        yield apps


def send(world: World, url: str, sid: str | None = None, secret: str | None = None) -> str:
    sender = connect(world, sid, secret)
    made = sender.messages.create(to=PHONE, from_=NUMBER, body="hello", status_callback=url)
    return str(made.sid)


def write_to(dead: DeadApps, world: World) -> list[str]:
    """A message for each dead app; their SIDs, once as many requests hang as can be."""
    client = connect(world)
    sids = [
        str(
            client.messages.create(
                to=PHONE, from_=NUMBER, body="hello", status_callback=dead.url(n)
            ).sid
        )
        for n in range(DEAD)
    ]
    dead.expect_held(HANGING)
    return sids


def seconds_until_told(app: CustomerApp, world: World) -> float:
    """How long the two callbacks of a message take."""
    path = f"/status/{time.monotonic_ns()}"
    begun = time.monotonic()
    send(world, app.url(path))
    told = app.expect(2, path)
    assert [asked["MessageStatus"] for asked in told] == TOLD
    return told[-1].at - begun


def test_a_healthy_app_is_told_at_once(platform: World, app: CustomerApp, dead: DeadApps) -> None:
    seconds_until_told(app, platform)
    sids = write_to(dead, platform)

    assert max(seconds_until_told(app, platform) for _ in range(10)) < AT_ONCE
    assert dead.told == {}

    dead.come_to_life()
    dead.expect_told(2 * DEAD)
    assert dead.told == dict.fromkeys(sids, TOLD)


def test_an_app_that_nobody_has_heard_of_is_told_at_once(
    platform: World, running: World, dead: DeadApps
) -> None:
    """Of another account in the same world, and of another world."""
    client = connect(platform)
    other = client.api.v2010.accounts.create(friendly_name="other")
    theirs = connect(platform, other.sid, other.auth_token)
    number = theirs.incoming_phone_numbers.create(area_code="628").phone_number
    write_to(dead, platform)

    with customer_app(other.auth_token) as app:
        begun = time.monotonic()
        theirs.messages.create(
            to=PHONE, from_=number, body="hello", status_callback=app.url("/status")
        )
        assert app.expect(2)[-1].at - begun < AT_ONCE
    with customer_app(running.auth_token) as app:
        assert seconds_until_told(app, running) < AT_ONCE
    dead.come_to_life()
    dead.expect_told(2 * DEAD)


def test_a_platform_that_stops_does_not_wait_for_them(short_tmp: Path, dead: DeadApps) -> None:
    process = RunningPlatform(short_tmp / "dead apps")
    runtime = process.start()
    world = read_credentials(runtime["base_url"], runtime["control_token"], "default")
    try:
        with customer_app(world.auth_token) as app:
            seconds_until_told(app, world)
            sids = write_to(dead, world)
            begun = time.monotonic()
            assert process.stop() == 0
            assert time.monotonic() - begun < 10

        dead.come_to_life()
        process.start()
        dead.expect_told(2 * DEAD)
        assert dead.told == dict.fromkeys(sids, TOLD)
        assert process.stop() == 0
    finally:
        process.clear_away()
