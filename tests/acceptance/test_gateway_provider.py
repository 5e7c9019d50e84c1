"""The gateway in front of a provider that does what no decent one would: what is passed on, what is
sent once, and what nobody is told."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.gateway import SID, TOKEN, Gateway, gateway_key
from tests.support.hostile_server import Answer, Heard, HostileServer, answer
from tests.support.platform import World
from tests.support.waiting import wait_until

MESSAGES = f"/maton/twilio/2010-04-01/Accounts/{SID}/Messages.json"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TEXT = b"To=%2B15559876543&From=%2B15551234567&Body=hi&MediaUrl=a&MediaUrl=b"
CREATED = answer("201 Created", b'{"sid":"SM1","status":"queued"}')


@pytest.fixture
def gateway(provided: World, provider: HostileServer, request: pytest.FixtureRequest) -> Gateway:
    """A key of its own, and a connection with an account's SID and token."""
    gateway = gateway_key(provided, request.node.name.partition("[")[0][:100])
    provider.says(
        answer(body=json.dumps({"sid": SID, "friendly_name": "Mine", "status": "active"}).encode())
    )
    gateway.connect("twilio", {"account_sid": SID, "auth_token": TOKEN})
    provider.heard.clear()
    provider.says(answer("200 OK", b"{}"))
    return gateway


def raw(gateway: Gateway, method: str, path: str, body: bytes = b"") -> HTTPConnection:
    """A request that was sent, and whose answer nobody has read."""
    place = urlsplit(gateway.base_url)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=30)
    headers = {"Authorization": f"Bearer {gateway.api_key}", **FORM}
    connection.request(method, path, body, headers)
    return connection


def test_what_the_provider_sees(gateway: Gateway, provider: HostileServer) -> None:
    provider.says(CREATED)
    query = "?PageSize=2&PageSize=3&q=a%2Fb%20c&empty="
    more = {
        **FORM,
        "X-Forwarded-For": "10.0.0.1",
        "Cookie": "session=1",
        "Proxy-Authorization": "Basic eDp5",
        "X-Mine": "kept",
        "Connection": "X-Hop",
        "X-Hop": "gone",
    }

    sent = gateway.ask("POST", MESSAGES + query, TEXT, headers=more)

    assert (sent.status, sent.body) == (201, b'{"sid":"SM1","status":"queued"}')
    (heard,) = provider.heard
    assert heard.line == f"POST {MESSAGES.removeprefix('/maton/twilio')}{query} HTTP/1.1"
    assert heard.body == TEXT  # byte for byte, repeated keys too
    assert heard.header("Host") == "api.twilio.com"
    assert (heard.header("Authorization") or "").startswith("Basic ")
    assert heard.header("X-Mine") == "kept"
    for name in ("X-Forwarded-For", "Proxy-Authorization", "X-Hop", "Maton-Connection"):
        assert heard.header(name) is None
    assert gateway.api_key not in heard.head.decode("latin-1")


@pytest.mark.parametrize("then", ["close", "reset", "hang"], ids=["closed", "reset", "silent"])
def test_a_text_whose_outcome_is_unknown_is_sent_once(
    gateway: Gateway, provider: HostileServer, then: str
) -> None:
    """However often a client repeats it, as maton-ai does by itself."""
    provider.says(Answer((), then=then))  # type: ignore[arg-type]

    first = gateway.ask("POST", MESSAGES, TEXT, headers=FORM)
    again = [gateway.ask("POST", MESSAGES, TEXT, headers=FORM) for _ in range(3)]

    assert (first.status, first.json["code"]) == (409, "outcome_unknown")
    assert {each.status for each in again} == {409}
    assert len(provider.heard) == 1
    other = gateway.ask("POST", MESSAGES, TEXT + b"!", headers=FORM)
    assert other.status == 409
    assert len(provider.heard) == 2  # another text is another one


def test_maton_ai_repeats_nothing(gateway: Gateway, provider: HostileServer) -> None:
    from maton_ai import Maton
    from maton_ai.exceptions import MatonError

    provider.says(answer("503 Service Unavailable", b"{}"))
    client = Maton(
        api_key=gateway.api_key,
        base_url=f"{gateway.base_url}/maton",
        telemetry=False,
        max_backoff=0.01,
    )
    with pytest.raises(MatonError):
        client.api.post(MESSAGES.removeprefix("/maton"), data={"Body": "once"})
    client._client._client.close()
    assert len(provider.heard) == 1


def test_two_equal_texts_on_purpose_are_two(gateway: Gateway, provider: HostileServer) -> None:
    provider.says(CREATED)
    for _ in range(2):
        assert gateway.ask("POST", MESSAGES, TEXT, headers=FORM).status == 201
    assert len(provider.heard) == 2


def test_reading_is_repeated_as_one_likes(gateway: Gateway, provider: HostileServer) -> None:
    provider.says(Answer((), then="close"))
    assert gateway.ask("GET", MESSAGES).status == 502
    provider.says(answer("200 OK", b'{"messages":[]}'))
    assert gateway.ask("GET", MESSAGES).json == {"messages": []}
    provider.says(Answer((), then="hang"))
    assert gateway.ask("GET", MESSAGES).status == 504


@pytest.mark.parametrize("status", ["400 Bad Request", "429 Too Many Requests", "500 Oops"])
def test_refusals_of_the_provider_are_passed_on(
    gateway: Gateway, provider: HostileServer, status: str
) -> None:
    body = b'{"code":20001,"message":"No","more_info":"","status":400}'
    provider.says(answer(status, body, [("Retry-After", "7"), ("X-Other", "1")]))

    told = gateway.ask("POST", MESSAGES, TEXT, headers=FORM)

    assert (told.status, told.body) == (int(status[:3]), body)
    assert (told.headers["retry-after"], told.headers["x-other"]) == ("7", "1")


def test_a_redirect_leads_nowhere(gateway: Gateway, provider: HostileServer) -> None:
    away = answer("302 Found", b"", [("Location", "http://169.254.169.254/latest/meta-data")])
    provider.says(away)
    told = gateway.ask("GET", MESSAGES)
    assert told.status == 302
    assert len(provider.heard) == 1


PATHS = [
    "//evil.example/x",
    "/\\evil.example/x",
    "/../../x",
    "/%2e%2e/%2e%2e/x",
    "/a/%252e%252e/x",
    "/https://evil.example/x",
    "/@evil.example/",
]


@pytest.mark.parametrize("path", PATHS)
def test_paths_lead_to_the_provider_or_nowhere(
    gateway: Gateway, provider: HostileServer, path: str
) -> None:
    told = gateway.ask("GET", "/maton/twilio" + path)
    assert told.status == 400 or all(
        heard.header("Host") == "api.twilio.com" for heard in provider.heard
    )
    assert all(".." not in heard.line for heard in provider.heard)


def test_fifty_megabytes_go_through(gateway: Gateway, provider: HostileServer) -> None:
    body = bytes(range(256)) * ((50 << 20) // 256)
    provider.says(answer("200 OK", body, [("Content-Type", "audio/wav")]))
    assert gateway.ask("GET", "/maton/twilio/recording.wav").body == body


def test_an_answer_that_breaks_off_is_not_taken_for_a_whole_one(
    gateway: Gateway, provider: HostileServer
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it"
    provider.says(Answer((head,), then="close"))
    connection = raw(gateway, "GET", MESSAGES)
    with pytest.raises((IncompleteRead, ConnectionError)):
        connection.getresponse().read()
    connection.close()


def test_one_that_leaves_has_still_sent_its_text(gateway: Gateway, provider: HostileServer) -> None:
    go = threading.Event()

    def late(_: Heard) -> Answer:
        go.wait(20)
        return CREATED

    provider.says(late)
    connection = raw(gateway, "POST", MESSAGES, TEXT)
    wait_until(lambda: provider.heard)
    connection.close()
    go.set()
    provider.says(CREATED)

    told = wait_until(lambda: [e for e in audit(gateway) if e["status"] == 201])

    assert len(provider.heard) == 1
    assert told[0]["method"] == "POST"


def test_one_that_leaves_has_still_run_its_action(
    gateway: Gateway, provider: HostileServer
) -> None:
    """Known here, but not to the one that asked: who asks again is told so."""
    go = threading.Event()

    def late(_: Heard) -> Answer:
        go.wait(20)
        return CREATED

    (connection,) = gateway.ask("GET", "/maton/connections").json["connections"]
    run = f"/membrane/connections/{connection['id']}/actions/send-message/run"
    given = {"to": "+15550001111", "from": "+15550002222", "body": "hi"}
    provider.says(late)
    leaving = raw(gateway, "POST", run, json.dumps(given).encode())
    wait_until(lambda: provider.heard)
    leaving.close()
    go.set()
    wait_until(lambda: [entry for entry in audit(gateway) if entry["status"] == 201])

    again = gateway.ask("POST", run, given)

    assert (again.status, again.json["key"]) == (409, "duplicate_of_unknown")
    assert len(provider.heard) == 1
    other = {**given, "body": "another"}
    provider.says(CREATED)
    assert [gateway.ask("POST", run, other).status for _ in range(2)] == [200, 200]


def audit(gateway: Gateway) -> list[dict[str, object]]:
    """What the audit log has of the calls of this key."""
    world = gateway.world
    assert world is not None
    entries: list[dict[str, object]] = world.control("GET", "/gateway/audit?limit=100")["entries"]
    return [entry for entry in entries if entry["key_id"] == gateway.key["id"]]


def test_a_connection_deleted_in_mid_call(gateway: Gateway, provider: HostileServer) -> None:
    go = threading.Event()

    def late(_: Heard) -> Answer:
        go.wait(20)
        return CREATED

    provider.says(late)
    (connection,) = gateway.ask("GET", "/maton/connections").json["connections"]
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(gateway.ask, "POST", MESSAGES, TEXT, headers=FORM)
        wait_until(lambda: provider.heard)
        gone = gateway.ask("DELETE", f"/maton/connections/{connection['id']}")
        go.set()
        assert under_way.result().status == 201
    assert gone.status == 200
    assert gateway.ask("POST", MESSAGES, TEXT, headers=FORM).status == 400
    assert len(provider.heard) == 1


def test_a_revoked_key_is_refused_at_once(gateway: Gateway) -> None:
    assert gateway.ask("GET", MESSAGES).status == 200
    assert gateway.world is not None
    gateway.world.control("DELETE", f"/gateway/keys/{gateway.key['id']}")
    assert gateway.ask("GET", MESSAGES).status == 401
    assert gateway.ask("GET", "/membrane/connections", key=gateway.token).status == 401


def test_nobody_is_told_the_providers_keys(
    gateway: Gateway, provider: HostileServer, short_tmp: Path
) -> None:
    """Neither by what the provider says of itself, nor by what is kept."""
    told = json.dumps({"sid": SID, "auth_token": TOKEN, "status": "active"}).encode()
    provider.says(answer(body=told))
    account = gateway.ask("GET", f"/maton/twilio/2010-04-01/Accounts/{SID}.json")
    assert account.status == 200
    assert TOKEN not in account.body.decode()
    assert len(account.body) == len(told)

    from tests.support.inside import database_url, files_with, rows_with

    data = short_tmp / "gateway provider"
    assert files_with(data, TOKEN, gateway.api_key, gateway.key["workspace_secret"]) == set()
    found = rows_with(
        database_url(data), TOKEN, gateway.api_key[4:], gateway.key["workspace_secret"]
    )
    assert found == {}
