"""The settings of webhooks, and the lists of alerts, under those who try what is not meant."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.app_server import CustomerApp, Reply
from tests.support.control import make_world, settle
from tests.support.platform import World
from tests.support.python_client import connect
from tests.support.raw_http import Answer, ask

PHONE = "+14155550123"
NUMBER = "+12065550100"
NOBODY = "AC" + "0" * 32
CALM = {"chaos": None}


def control(world: World, method: str, path: str, body: bytes = b"") -> Answer:
    separator = "&" if "?" in path else "?"
    given: dict[str, str | None] = {
        "Authorization": f"Bearer {world.control_token}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
    }
    return ask(world, method, f"/trunkline/v1{path}{separator}world={world.name}", body, given)


def refused(answer: Answer, *statuses: int) -> None:
    """Refused in this API's own form, and not for want of an answer."""
    assert answer.status in (statuses or (400, 404, 409, 422)), answer
    told = answer.told
    assert set(told) == {"error"}
    assert set(told["error"]) == {"code", "message"}
    assert len(told["error"]["message"]) < 1_000


def account_path(world: World) -> str:
    return f"/webhooks/accounts/{world.account_sid}"


def fail_once(world: World, app: CustomerApp) -> dict[str, Any]:
    """A request of the world that has failed."""
    url = app.on("/status", Reply(500))
    connect(world).messages.create(to=PHONE, from_=NUMBER, body="hello", status_callback=url)
    settle(world)
    found: dict[str, Any] = world.control("GET", "/webhooks")["requests"][0]
    assert found["outcome"] == "failed"
    return found


ANYTHING = [
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"null",
    b"[]",
    b'""',
    b"1" * 100_000,
    b"{",
    b"NaN",
    b"\xff",
    b'{"\\u0000": 1}',
    b'{"and": "more"}',
]
CHAOS = [
    b'{"drop": NaN}',
    b'{"drop": Infinity}',
    b'{"drop": -Infinity}',
    b'{"drop": 1e308}',
    b'{"drop": 1e999}',
    b'{"drop": -0.0001}',
    b'{"drop": 1.0000001}',
    b'{"drop": "0.5"}',
    b'{"drop": true}',
    b'{"drop": null}',
    b'{"drop": [0.5]}',
    b'{"delay": 1, "delay_seconds": 86401}',
    b'{"delay": 1, "delay_seconds": -1}',
    b'{"delay": 1, "delay_seconds": 1e308}',
    b'{"seed": -1}',
    b'{"seed": 1.5}',
    b'{"seed": 9007199254740992}',
    b'{"seed": %s}' % (b"9" * 5_000),
    b'{"seed": "\\u0000"}',
]


@pytest.mark.parametrize("body", [*ANYTHING, *CHAOS])
def test_chaos_that_is_none(platform: World, body: bytes) -> None:
    refused(control(platform, "PUT", "/webhooks/chaos", body))
    assert control(platform, "GET", "/webhooks/chaos").told == CALM


def test_the_greatest_chaos_there_is(platform: World, app: CustomerApp) -> None:
    """Every request is disturbed in every way, and all of them come in the end."""
    everything = dict.fromkeys(("duplicate", "reorder", "delay", "drop", "contradict"), 1)
    platform.control(
        "PUT", "/webhooks/chaos", {**everything, "delay_seconds": 0, "seed": 2**53 - 1}
    )
    url = app.url("/status")
    connect(platform).messages.create(to=PHONE, from_=NUMBER, body="hi", status_callback=url)
    platform.control("POST", "/clock/advance", {"by": "1m"})

    told = [asked["MessageStatus"] for asked in app.asked]
    assert sorted(told) == sorted(["sent", "undelivered", "delivered"] * 3)


MAPS = [
    b'{"maps": null}',
    b'{"maps": {}}',
    b'{"maps": "https://a.example=http://127.0.0.1"}',
    b'{"maps": [1]}',
    b'{"maps": [["https://a.example", "http://127.0.0.1"]]}',
    b'{"maps": [{"public": "https://a.example"}]}',
    b'{"maps": [{"public": "https://a.example", "local": null}]}',
    b'{"maps": [{"public": "", "local": ""}]}',
    b'{"maps": [{"public": "https://a.example", "local": "file:///etc"}]}',
    b'{"maps": [{"public": "gopher://a.example", "local": "http://127.0.0.1"}]}',
    b'{"maps": [{"public": "https://a.example", "local": "http://127.0.0.1:0"}]}',
    b'{"maps": [{"public": "https://a.example", "local": "http://u:p@127.0.0.1"}]}',
    b'{"maps": [{"public": "https://a.example?x", "local": "http://127.0.0.1"}]}',
    b'{"maps": [{"public": "https://a.example", "local": "http://127.0.0.1#x"}]}',
    b'{"maps": [{"public": "https://a.example", "local": "http://127.0.0.1/\\u0000"}]}',
    b'{"maps": [{"public": "https://a.example", "local": "http://127.0.0.1/\\r\\nX: y"}]}',
    b'{"maps": [{"public": "https://a.example/=http://b", "local": "http://127.0.0.1"}]}',
    b'{"maps": [{"public": "https://\\ud800", "local": "http://127.0.0.1"}]}',
    b'{"maps": [{"public": "https://a.example/%s", "local": "http://b"}]}' % (b"x" * 3_000),
    b'{"maps": [%s]}' % b",".join([b'{"public": "https://a.example", "local": "http://b"}'] * 2),
    b'{"maps": [%s]}'
    % b",".join(
        b'{"public": "https://a%d.example", "local": "http://b"}' % n for n in range(10_000)
    ),
]


@pytest.mark.parametrize("body", [*ANYTHING, *MAPS], ids=range(len(ANYTHING) + len(MAPS)))
def test_maps_that_are_none(platform: World, body: bytes) -> None:
    refused(control(platform, "PUT", "/webhooks/maps", body))
    assert control(platform, "GET", "/webhooks/maps").told["maps"] == []


def test_maps_that_lead_in_a_circle(platform: World, app: CustomerApp) -> None:
    """A map is followed once: what it leads to is an address, not another map."""
    here, other = app.base_url, "https://b.example"
    maps = [{"public": here, "local": other}, {"public": other, "local": here}]
    platform.control("PUT", "/webhooks/maps", {"maps": maps})
    connect(platform).messages.create(
        to=PHONE, from_=NUMBER, body="hi", status_callback=f"{other}/status"
    )
    settle(platform)

    assert len(app.asked_for("/status")) == 2


def test_a_thousand_maps(platform: World, app: CustomerApp) -> None:
    maps = [{"public": f"https://a{n}.example", "local": app.base_url} for n in range(1_000)]
    platform.control("PUT", "/webhooks/maps", {"maps": maps})
    connect(platform).messages.create(
        to=PHONE, from_=NUMBER, body="hi", status_callback="https://a999.example/status"
    )
    settle(platform)

    assert len(app.asked_for("/status")) == 2


ACCOUNTS = [
    b'{"debugger_url": 1}',
    b'{"debugger_url": []}',
    b'{"debugger_url": "file:///etc/passwd"}',
    b'{"debugger_url": "nonsense"}',
    b'{"debugger_url": "http://127.0.0.1:0/"}',
    b'{"debugger_url": "http://a/\\u0000"}',
    b'{"debugger_url": "http://a/\\r\\nX: y"}',
    b'{"debugger_url": "http://\\ud800/"}',
    b'{"debugger_url": "http://a/%s"}' % (b"x" * 5_000),
    b'{"debugger_url": "http://a/#rt=1"}',
    b'{"allowed": null}',
    b'{"allowed": "10.0.0.0/8"}',
    b'{"allowed": [1]}',
    b'{"allowed": [""]}',
    b'{"allowed": ["10.0.0.0/33"]}',
    b'{"allowed": ["http://127.0.0.1/"]}',
    b'{"allowed": ["a b"]}',
    b'{"allowed": ["\\u0000"]}',
    b'{"allowed": ["*"]}',
    b'{"allowed": ["0x7f.1"]}',
    b'{"allowed": ["%s"]}' % (b"x" * 254),
    b'{"allowed": [%s]}' % b",".join([b'"10.0.0.0/8"'] * 101),
]


@pytest.mark.parametrize("body", [*ANYTHING, *ACCOUNTS], ids=range(len(ANYTHING) + len(ACCOUNTS)))
def test_settings_of_an_account_that_are_none(platform: World, body: bytes) -> None:
    refused(control(platform, "PUT", account_path(platform), body))
    shown = control(platform, "GET", account_path(platform)).told
    assert (shown["debugger_url"], shown["allowed"]) == (None, [])


@pytest.mark.parametrize("path", ["chaos", "maps", "accounts/{}"])
def test_ten_megabytes(platform: World, path: str) -> None:
    body = b'{"seed": "' + b"x" * (10 << 20) + b'"}'
    refused(control(platform, "PUT", f"/webhooks/{path.format(platform.account_sid)}", body), 413)


@pytest.mark.parametrize(
    "sid", [NOBODY, "AC", "AC%00", "x" * 5_000, "..", "%ED%A0%80", "PN" + "0" * 32, "' OR 1=1"]
)
def test_accounts_that_are_not_there(platform: World, sid: str) -> None:
    path = f"/webhooks/accounts/{sid.replace(' ', '%20')}"
    for method, body in (("GET", b""), ("PUT", b'{"allowed": ["10.0.0.0/8"]}')):
        refused(control(platform, method, path, body), 404)


@pytest.mark.parametrize(
    "name", ["0" * 32, "0", "zzzzzzzz", "%00", "%25", "'", "x" * 5_000, "%ED%A0%80", "chaos%00"]
)
def test_requests_that_are_not_there(platform: World, name: str) -> None:
    refused(control(platform, "GET", f"/webhooks/{name}"), 404)
    refused(control(platform, "POST", f"/webhooks/{name}/resend"), 404)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1001",
        "limit=9" + "9" * 30,
        "limit=NaN",
        "outcome=lost",
        "subject=SM",
        "subject=%00",
        "subject=" + "x" * 5_000,
        "subject=SM" + "%C2%B2" * 32,
        "nothing=1",
    ],
)
def test_a_strange_list_of_requests(platform: World, query: str) -> None:
    refused(control(platform, "GET", f"/webhooks?{query}"))


def test_another_worlds_requests_and_accounts(platform: World, app: CustomerApp) -> None:
    failed = fail_once(platform, app)
    other = make_world(platform, "curious")

    refused(control(other, "GET", f"/webhooks/{failed['id']}"), 404)
    refused(control(other, "POST", f"/webhooks/{failed['id']}/resend"), 404)
    refused(control(other, "GET", account_path(platform)), 404)
    refused(control(other, "PUT", account_path(platform), b'{"allowed": []}'), 404)
    told = control(other, "GET", f"/webhooks?subject={failed['subject']}").told
    assert told == {"requests": []}
    assert len(app.asked) == 2


def test_a_test_account_has_no_webhooks(platform: World) -> None:
    refused(control(platform, "GET", f"/webhooks/accounts/{platform.test_account_sid}"), 404)


# Lists of alerts ----------------------------------------------------------------------------------

TOKENS = [
    "nonsense",
    "PA",
    "PANO" + "0" * 31,
    "PANO" + "g" * 32,
    "PASM" + "0" * 32,
    "PXNO" + "0" * 32,
    "PANO" + "٠" * 32,
    "' OR 1=1 --",
    "x" * 20_000,
]
DATES = ["now", "0000-01-01", "10000-01-01", "2026-02-30", "9" * 5_000, "\0", "٢٠٢٦-٠١-٠١"]


def alerts(query: str) -> str:
    return f"/monitor/v1/Alerts?{query}"


def notifications(world: World, query: str) -> str:
    return f"/2010-04-01/Accounts/{world.account_sid}/Notifications.json?{query}"


@pytest.mark.parametrize("token", TOKENS)
def test_a_page_token_that_is_none(platform: World, token: str) -> None:
    query = f"PageToken={quoted(token)}"
    for target in (alerts(query), notifications(platform, query)):
        assert ask(platform, "GET", target).refusal == (400, 21481)


@pytest.mark.parametrize("value", DATES)
@pytest.mark.parametrize("name", ["StartDate", "EndDate", "MessageDate", "MessageDate%3E"])
def test_a_date_that_is_none(platform: World, name: str, value: str) -> None:
    query = f"{name}={quoted(value)}"
    target = alerts(query) if name[-4:] == "Date" and name[:1] in "SE" else ""
    answer = ask(platform, "GET", target or notifications(platform, query))
    assert answer.status == 400
    assert answer.refusal[0] == 400


@pytest.mark.parametrize("query", ["LogLevel=loud", "LogLevel=%00", "LogLevel=" + "x" * 9_000])
def test_a_level_that_is_none(platform: World, query: str) -> None:
    assert ask(platform, "GET", alerts(query)).refusal[0] == 400


@pytest.mark.parametrize("log", ["-1", "2", "x", "%00", "9" * 4_000])
def test_a_log_that_is_none(platform: World, log: str) -> None:
    assert ask(platform, "GET", notifications(platform, f"Log={log}")).refusal[0] == 400


def test_another_accounts_place_in_a_list(platform: World, app: CustomerApp) -> None:
    fail_once(platform, app)
    told = json.loads(ask(platform, "GET", alerts("")).body)
    sid = told["alerts"][0]["sid"]
    other = make_world(platform, "curious")

    for target in (alerts(f"PageToken=PA{sid}"), notifications(other, f"PageToken=PA{sid}")):
        assert ask(other, "GET", target).refusal == (400, 21481)
    assert ask(other, "GET", f"/monitor/v1/Alerts/{sid}").refusal == (404, 20404)


def quoted(text: str) -> str:
    return quote(text, safe="")
