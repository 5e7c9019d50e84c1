"""The control API is not for strangers, and not to be broken by friends either."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.platform import World
from tests.support.raw_http import Answer, ask, stored

PHONE = "/phones/%2B14155550123"


def control(
    world: World, method: str, path: str, body: bytes = b"", **headers: str | None
) -> Answer:
    separator = "&" if "?" in path else "?"
    given: dict[str, str | None] = {
        "Authorization": f"Bearer {world.control_token}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    target = f"/trunkline/v1{path}{separator}world={world.name}"
    return ask(world, method, target, body, given)


def refused(answer: Answer) -> str:
    """The code of a refusal in this API's own form, which is never of the 5xx."""
    assert 400 <= answer.status < 500, answer
    told = answer.told
    assert set(told) == {"error"}
    assert set(told["error"]) == {"code", "message"}
    assert told["error"]["message"]
    return str(told["error"]["code"])


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"body":' * 50_000,
        b'{"to": "+14155550100", "body": "\\ud800"}',
        b'{"to": "+14155550100", "body": "\\udc00\\ud800"}',
        b'{"to": "+14155550100", "body": "\\u0000"}',
        b'{"to": "+14155550100", "body": "a\0b"}',
        b'{"to": "+14155550100", "body": "\xff"}',
        b'{"to": "+14155550100", "body": "\xed\xa0\x80"}',
        b'{"to": "\\u0000", "body": "x"}',
        b'{"to": 1, "body": "x"}',
        b'{"to": "+14155550100", "body": 1e999}',
        b'{"to": "+14155550100", "body": "x", "and": "more"}',
        b'{"to": "+14155550100", "media_urls": ["ftp://127.0.0.1/"]}',
        b'{"to": "+14155550100", "media_urls": ["http://127.0.0.1:1/"]}',
        b'{"to": "+14155550100", "media": [{"content_type": "a/b\\r\\nc: d", "data": "eA=="}]}',
        b'{"to": "+14155550100", "media": [{"content_type": "a/b", "data": "no base 64"}]}',
        b'{"to": "+14155550100"',
        b"null",
        b"[]",
        b'"' + b"x" * 100_000 + b'"',
        b"1" * 100_000,
        b"",
        b"NaN",
    ],
)
def test_a_message_that_is_none(platform: World, body: bytes) -> None:
    refused(control(platform, "POST", f"{PHONE}/messages", body))
    assert stored(platform) == []


@pytest.mark.parametrize(
    "behaviour",
    [
        {"auto_reply": "\ud800"},
        {"auto_reply": "\0"},
        {"auto_reply": ""},
        {"auto_reply": "x" * 1601},
        {"deliver_after": "1e400s"},
        {"deliver_after": 1e300},
        {"deliver_after": -1},
        {"deliver_after_ms": 2**63},
        {"fail": 2**31},
        {"fail": True},
        {"fail": 30003, "reject": 30007},
        {"fail": "30003"},
    ],
)
def test_a_behaviour_that_is_none(platform: World, behaviour: dict[str, Any]) -> None:
    refused(control(platform, "PUT", PHONE, json.dumps(behaviour).encode()))
    shown = control(platform, "GET", PHONE).told
    assert (shown["auto_reply"], shown["deliver_after_ms"], shown["fail"]) == (None, None, None)


@pytest.mark.parametrize(
    "path",
    [
        "/phones/%00",
        "/phones/%FF",
        "/phones/%ED%A0%80",
        "/phones/..%2f..%2fetc",
        "/phones/" + "1" * 20_000,
        "/messages/SM%00/events",
        "/messages/SM" + "0" * 32 + "/explanation",
        "/messages/' OR 1=1/events",
        "/nothing",
        "/../v1/credentials",
        "/phones/%2B14155550123/messages?limit=-1",
        "/phones/%2B14155550123/messages?limit=99999999999999999999",
        "/phones/%2B14155550123/messages?limit=%00",
        "/phones/%2B14155550123/messages?limit=1&limit=2",
    ],
)
def test_a_path_that_leads_nowhere(platform: World, path: str) -> None:
    refused(control(platform, "GET", path.replace(" ", "%20")))


@pytest.mark.parametrize("by", ['"-1s"', '"1e9d"', "1e308", "-1", '"\\ud800"', "null", '"999999w"'])
def test_a_move_of_the_clock_that_is_none(platform: World, by: str) -> None:
    before = control(platform, "GET", "/clock").told["ahead_seconds"]
    refused(control(platform, "POST", "/clock/advance", b'{"by": %s}' % by.encode()))
    assert control(platform, "GET", "/clock").told["ahead_seconds"] == before


@pytest.mark.parametrize(
    "name", ["", "..", "a/b", "x" * 65, "\ud800", "a\0", "a b", "default", "ünïcode"]
)
def test_a_world_that_cannot_be_made(platform: World, name: str) -> None:
    refused(control(platform, "POST", "/worlds", json.dumps({"name": name}).encode()))


@pytest.mark.parametrize("world", ["%00", "%FF", "nobody", "", "x" * 10_000, "..", "%ED%A0%80"])
def test_a_world_that_is_not_there(platform: World, world: str) -> None:
    given = {"Authorization": f"Bearer {platform.control_token}"}
    refused(ask(platform, "GET", f"/trunkline/v1/clock?world={world}", headers=given))


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer x", "Basic x", "Bearer \xff", "Bearer " + "x" * 50_000],
)
@pytest.mark.parametrize("path", ["/credentials", "/clock/advance", "/reset", "/nothing"])
def test_whoever_has_no_token_learns_and_does_nothing(
    platform: World, authorization: str | None, path: str
) -> None:
    for method in ("GET", "POST"):
        answer = control(platform, method, path, b"{}", Authorization=authorization)
        assert answer.status == 401
        assert refused(answer) == "unauthorized"


def test_the_accounts_credentials_do_not_open_it(platform: World) -> None:
    answer = control(platform, "GET", "/credentials", Authorization=platform.basic)
    assert answer.status == 401


def test_the_control_token_does_not_open_the_api(platform: World) -> None:
    path = f"/2010-04-01/Accounts/{platform.account_sid}/Messages.json"
    given = {"Authorization": f"Bearer {platform.control_token}"}
    assert ask(platform, "GET", path, headers=given).refusal == (401, 20003)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_body_that_is_not_json(platform: World, content_type: str | None) -> None:
    body = b'{"deliver_after": "2s"}'
    answer = control(platform, "PUT", PHONE, body, Content_Type=content_type)
    assert answer.status == 415
    refused(answer)


def test_a_body_of_ten_megabytes(platform: World) -> None:
    body = b'{"auto_reply": "' + b"x" * (10 << 20) + b'"}'
    answer = control(platform, "PUT", PHONE, body)
    assert answer.status == 413
    refused(answer)
