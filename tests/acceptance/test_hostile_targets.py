"""In production no URL of a customer leads into the operator's own network, however it is spelt and
wherever it stands, unless the operator has allowed that to its account."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from twilio.rest import Client

from tests.acceptance.conftest import read_credentials
from tests.support.app_server import CustomerApp, Reply, customer_app, redirect, twiml
from tests.support.control import text_from
from tests.support.platform import RunningPlatform, World
from tests.support.python_client import connect
from tests.support.waiting import eventually

PHONE = "+14155550123"
REFUSED = 11210
PUBLIC = "https://app.example"  # mapped to the app
HOSTS = [
    "127.0.0.1",
    "127.1",
    "127.200.3.4",
    "2130706433",
    "0x7f000001",
    "0x7F.1",
    "017700000001",
    "0177.0.0.01",
    "0",
    "0.0.0.0",
    "localhost",
    "LocalHost.",
    "app.localhost",
    socket.gethostname(),
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fd00:ec2::254]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "[::ffff:169.254.169.254]",
    "224.0.0.1",
    "255.255.255.255",
]


@pytest.fixture(scope="module")
def app() -> Iterator[CustomerApp]:
    with customer_app("") as app:
        yield app


@pytest.fixture(scope="module")
def production(short_tmp: Path, app: CustomerApp) -> Iterator[World]:
    process = RunningPlatform(
        short_tmp / "production",
        environment={
            "TRUNKLINE_MODE": "production",
            "TRUNKLINE_MAP": f"{PUBLIC}={app.base_url}",
        },
    )
    runtime = process.start()
    try:
        world = read_credentials(runtime["base_url"], runtime["control_token"], "default")
        # Production keeps senders to a segment a second, which is not what is tested here.
        world.control("PUT", "/limits", {"limits": "off"})
        yield world
    finally:
        assert process.stop() == 0


OPEN = ("waiting", "under_way")


class Account:
    """An account of its own, with a number."""

    def __init__(self, world: World) -> None:
        self.world = world
        made = connect(world).api.v2010.accounts.create(friendly_name="test")
        self.sid = str(made.sid)
        self.client: Client = connect(world, made.sid, made.auth_token)
        number = self.client.incoming_phone_numbers.create(area_code="628")
        self.number = str(number.phone_number)
        self._number = number

    def send(self, **more: Any) -> str:
        return str(self.client.messages.create(to=PHONE, from_=self.number, body="hi", **more).sid)

    def receive(self, **settings: Any) -> str:
        self.client.incoming_phone_numbers(self._number.sid).update(**settings)
        return text_from(self.world, PHONE, self.number, "hello")

    def allow(self, *allowed: str, debugger: str | None = None) -> None:
        told = {"allowed": allowed, "debugger_url": debugger}
        self.world.control("PUT", f"/webhooks/accounts/{self.sid}", told)

    async def ended(self, sid: str, count: int, kind: str | None = None) -> list[Any]:
        """The requests about a SID once so many have come to their end, oldest first."""

        def look() -> list[Any]:
            found = self.world.control("GET", f"/webhooks?subject={sid}")["requests"]
            over = [
                r
                for r in found
                if r["outcome"] not in ("waiting", "under_way") and kind in (None, r["kind"])
            ]
            return over[::-1] if len(over) >= count else []

        return await eventually(look)

    async def codes(self, sid: str, count: int) -> list[int]:
        """The codes of the alerts about a SID, once there are so many, oldest first."""

        def look() -> list[int]:
            listed = self.client.monitor.v1.alerts.list()
            found = [int(a.error_code or 0) for a in listed if a.resource_sid == sid]
            return found[::-1] if len(found) >= count else []

        return await eventually(look)


@pytest.fixture
def account(production: World) -> Account:
    return Account(production)


def private(app: CustomerApp, path: str = "/inside") -> str:
    """The app where nobody in production is to reach it."""
    return app.url(path)


async def test_no_spelling_of_a_private_host_gets_through(
    account: Account, app: CustomerApp
) -> None:
    port = app.base_url.rpartition(":")[2]
    sent = {account.send(status_callback=f"http://{host}:{port}/spelt"): host for host in HOSTS}

    got = {}
    for sid, host in sent.items():
        got[host] = {r["error_code"] for r in await account.ended(sid, 2)}
    assert got == {host: {REFUSED} for host in HOSTS}
    assert app.asked_for("/spelt") == []


async def test_an_inbound_message_and_its_fallback(account: Account, app: CustomerApp) -> None:
    sid = account.receive(
        sms_url=private(app, "/inside-in"), sms_fallback_url="http://localhost:1/"
    )

    assert [r["error_code"] for r in await account.ended(sid, 2)] == [REFUSED] * 2
    assert await account.codes(sid, 2) == [REFUSED] * 2
    assert app.asked_for("/inside-in") == []


async def test_media(account: Account, app: CustomerApp) -> None:
    for url in (private(app, "/inside.png"), f"{PUBLIC}/leads-inside.png"):
        app.on("/leads-inside.png", redirect(302, private(app, "/inside.png")))
        sid = account.send(media_url=[url])
        assert await account.codes(sid, 1) == [11200]
        assert account.client.messages(sid).fetch().status == "failed"
    assert app.asked_for("/inside.png") == []
    assert len(app.asked_for("/leads-inside.png")) == 1


async def test_the_debugger(account: Account, app: CustomerApp) -> None:
    account.allow(debugger=private(app, "/inside-debugger"))
    sid = account.send(status_callback="http://127.0.0.1:1/")
    await account.codes(sid, 2)

    for alert in account.client.monitor.v1.alerts.list():
        [told] = await account.ended(str(alert.sid), 1)
        assert told["error_code"] == REFUSED
    assert app.asked_for("/inside-debugger") == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_from_outside_does_not_lead_inside(
    account: Account, app: CustomerApp, status: int
) -> None:
    app.on(f"/out-{status}", redirect(status, private(app, f"/in-{status}")))
    sid = account.send(status_callback=f"{PUBLIC}/out-{status}")

    assert [r["error_code"] for r in await account.ended(sid, 2)] == [REFUSED] * 2
    assert len(app.asked_for(f"/out-{status}")) == 2
    assert app.asked_for(f"/in-{status}") == []


@pytest.mark.parametrize(
    "inner",
    [
        "<Redirect>{}</Redirect>",
        '<Message action="{}">hi</Message>',
        '<Message statusCallback="{}">hi</Message>',
        "<Message>hi<Media>{}</Media></Message>",
    ],
    ids=["Redirect", "action", "statusCallback", "Media"],
)
async def test_no_document_leads_inside(account: Account, app: CustomerApp, inner: str) -> None:
    document = inner.format(private(app, "/inside-twiml"))
    app.on("/document", twiml(f"<Response>{document}</Response>"))
    sid = account.receive(sms_url=f"{PUBLIC}/document")
    await account.ended(sid, 1)

    if "statusCallback" in inner or "Media" in inner:

        def reply() -> str | None:
            found = account.client.messages.list(to=PHONE)
            return str(found[0].sid) if found else None

        sid = str(await eventually(reply))
    assert (await account.codes(sid, 1))[0] == (11200 if "Media" in inner else REFUSED)
    assert app.asked_for("/inside-twiml") == []


async def test_what_the_operator_maps_is_reached(account: Account, app: CustomerApp) -> None:
    sid = account.send(status_callback=f"{PUBLIC}/mapped")

    assert [r["outcome"] for r in await account.ended(sid, 2)] == ["delivered"] * 2
    first, _ = app.asked_for("/mapped")
    assert (first.header("Host"), first.header("X-Forwarded-Proto")) == ("app.example", "https")


@pytest.mark.parametrize("allowed", ["127.0.0.0/8", "127.0.0.1", "localhost"])
async def test_what_the_operator_allows_an_account_is_reached_by_it_alone(
    production: World, account: Account, app: CustomerApp, allowed: str
) -> None:
    path = f"/allowed-{allowed.replace('/', '-')}"
    host = "localhost" if allowed == "localhost" else "127.0.0.1"
    url = private(app, path).replace("127.0.0.1", host)
    picture = Reply(200, b"GIF89a", "image/gif")
    app.on(f"{path}.gif", picture)
    account.allow(allowed)

    sid = account.send(status_callback=url, media_url=[f"{url}.gif"])
    assert [r["outcome"] for r in await account.ended(sid, 2)] == ["delivered"] * 2
    inbound = account.receive(sms_url=url)
    assert [r["outcome"] for r in await account.ended(inbound, 1)] == ["delivered"]
    stranger = Account(production)
    theirs = stranger.send(status_callback=url)
    assert {r["error_code"] for r in await stranger.ended(theirs, 2)} == {REFUSED}

    account.allow()
    again = account.send(status_callback=url)
    assert {r["error_code"] for r in await account.ended(again, 2)} == {REFUSED}
