"""search, connect, connection, action."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.gateway.stand_in import Asked, StandIn, Told

ID = "01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6"
CONNECTION = {
    "id": ID,
    "connectionId": ID,
    "name": "Twi\x1blio",
    "connectorKey": "twilio",
    "state": "READY",
    "createdAt": "2026-11-21T09:24:11.861Z",
}
PENDING = {"requestId": "cr_1", "status": "pending", "url": "http://g.example/screens/connect?x=1"}
SUCCESS = {**PENDING, "status": "success", "resultConnectionId": ID}
FOUND = {
    "items": [
        {
            "elementType": "connector",
            "element": {"id": "cnt_twilio", "key": "twilio", "name": "Twilio"},
        }
    ]
}
ACTIONS = {"items": [{"id": "act_1", "key": "send-message", "description": "Send a text"}]}


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr("trunkline.cli.gateway.connect.time.sleep", slept.append)
    return slept


def test_what_the_seed_types_to_search(gateway: StandIn) -> None:
    gateway.on("GET", "/search", FOUND)
    shell = gateway.run("search", "twilio", "--elementType=connector", "--json")
    assert shell.json()["items"][0]["element"]["id"] == "cnt_twilio"
    (asked,) = gateway.of("/search")
    assert asked.query == {"q": "twilio", "elementType": "connector", "limit": "10"}
    table = gateway.run("search", "phone", "company").out
    assert gateway.asked[-1].query["q"] == "phone company"
    assert "cnt_twilio  connector  Twilio" in table
    gateway.on("GET", "/search", {"items": []})
    assert gateway.run("search", "x").out == "There is nothing of that kind.\n"


def test_connecting_waits_until_the_person_is_done(
    gateway: StandIn, no_pauses: list[float]
) -> None:
    gateway.on("POST", "/connection-requests", Told(201, PENDING))
    gateway.on("GET", "/connection-requests/cr_1", PENDING, PENDING, SUCCESS)
    gateway.on("GET", f"/connections/{ID}", CONNECTION)
    shell = gateway.run("connect", "--connectorId=cnt_twilio", "--json")
    assert (shell.json()["id"], shell.json()["connectionId"]) == (ID, ID)
    assert shell.err == f"Open this in a browser: {PENDING['url']}\n"
    assert gateway.of("/connection-requests")[0].json == {"connectorId": "cnt_twilio"}
    assert len(no_pauses) == 2
    assert all(pause >= 0.5 for pause in no_pauses)


def test_everything_that_can_be_said_of_a_connection_is_passed_on(gateway: StandIn) -> None:
    gateway.on("POST", "/connection-requests", Told(201, PENDING))
    gateway.on("GET", "/connection-requests/cr_1", SUCCESS)
    gateway.on("GET", f"/connections/{ID}", CONNECTION)
    words = "--connectorKey k --integrationKey i --connectionKey mine --connectionId c"
    more = ("--intent", "send texts", "--name", "My line", "--allowMultipleConnections")
    out = gateway.run("connect", *words.split(), *more).out
    assert gateway.of("/connection-requests")[0].json == {
        "connectorKey": "k",
        "integrationKey": "i",
        "connectionKey": "mine",
        "connectionId": "c",
        "intent": "send texts",
        "name": "My line",
        "allowMultipleConnections": True,
    }
    assert out.startswith(f"{ID}  ok\n")
    assert "Twi\\x1blio" in out


def test_what_needs_nobody_is_connected_at_once(gateway: StandIn) -> None:
    gateway.on("POST", "/connection-requests", Told(201, SUCCESS))
    gateway.on("GET", "/connection-requests/cr_1", SUCCESS)
    gateway.on("GET", f"/connections/{ID}", CONNECTION)
    shell = gateway.run("connect", "--connectorKey", "trunkline", "--json")
    assert (shell.json()["id"], shell.err) == (ID, "")


def test_a_browser_opens_where_there_is_one(
    gateway: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr("webbrowser.open", lambda url: bool(opened.append(url)) or True)
    gateway.on("GET", "/connection-requests/cr_1", SUCCESS)
    gateway.on("GET", f"/connections/{ID}", CONNECTION)
    gateway.on("POST", "/connection-requests", Told(201, PENDING))
    assert gateway.run("connect", "--connectorKey", "x").err.startswith("Go on in the browser: ")
    assert gateway.run("connect", "--connectorKey", "x", "--non-interactive").code == 0
    assert opened == [PENDING["url"]]
    gateway.on("POST", "/connection-requests", Told(201, {**PENDING, "url": "file:///etc/passwd"}))
    assert gateway.run("connect", "--connectorKey", "x").code == 0
    assert len(opened) == 1


@pytest.mark.parametrize(
    ("ended", "told"),
    [
        (
            {"status": "error", "resultError": {"message": "Authenticate."}},
            "Nothing was connected: Authenticate.\n",
        ),
        ({"status": "cancelled"}, "Nothing was connected: It was cancelled.\n"),
    ],
)
def test_what_was_not_connected_is_told(gateway: StandIn, ended: dict[str, Any], told: str) -> None:
    gateway.on("POST", "/connection-requests", Told(201, PENDING))
    gateway.on("GET", "/connection-requests/cr_1", {**PENDING, **ended})
    shell = gateway.run("connect", "--connectorId", "x", "--json")
    assert (shell.code, shell.out) == (1, "")
    assert shell.err.endswith(told)


def test_trouble_that_passes_does_not_end_the_wait(
    gateway: StandIn, no_pauses: list[float]
) -> None:
    wait = {"type": "bad_request", "key": "rate_limit_exceeded", "message": "Wait."}
    gateway.on("POST", "/connection-requests", Told(201, PENDING))
    gateway.on("GET", f"/connections/{ID}", CONNECTION)
    gateway.on(
        "GET",
        "/connection-requests/cr_1",
        Told(429, wait, {"Retry-After": "7"}),
        Told(503, wait),
        SUCCESS,
    )
    assert gateway.run("connect", "--connectorId", "x", "--json").json()["id"] == ID
    assert no_pauses[0] == 7
    gateway.on("GET", "/connection-requests/cr_1", Told(503, wait))
    assert gateway.run("connect", "--connectorId", "x").err.endswith("Wait.\n")
    gone = {"type": "bad_request", "key": "not_found", "message": "Gone."}
    gateway.on("GET", "/connection-requests/cr_1", Told(404, gone))
    assert gateway.run("connect", "--connectorId", "x").err.endswith("Gone.\n")


def test_the_wait_ends(gateway: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(0, 10_000, 400))
    monkeypatch.setattr("trunkline.cli.gateway.connect.time.monotonic", lambda: next(moments))
    gateway.on("POST", "/connection-requests", Told(201, PENDING))
    gateway.on("GET", "/connection-requests/cr_1", PENDING)
    shell = gateway.run("connect", "--connectorId", "x")
    assert shell.code == 1
    assert "Nobody finished it within 900 seconds." in shell.err


def test_ctrl_c_says_that_the_page_stays_good(
    gateway: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("trunkline.cli.gateway.connect.time.sleep", interrupted)
    gateway.on("POST", "/connection-requests", Told(201, PENDING))
    gateway.on("GET", "/connection-requests/cr_1", PENDING)
    shell = gateway.run("connect", "--connectorId", "x")
    assert shell.code in (1, 130)
    assert shell.out == ""
    assert "The page stays good" in shell.err
    assert "Traceback" not in shell.err


def test_something_has_to_be_named(gateway: StandIn) -> None:
    assert "--connectorId ID" in gateway.run("connect", "--json").err
    assert gateway.asked == []


def test_connections_are_listed_shown_tested_and_deleted(gateway: StandIn) -> None:
    gateway.on("GET", "/connections", {"items": [CONNECTION]})
    gateway.on("GET", f"/connections/{ID}", CONNECTION)
    gateway.on("DELETE", f"/connections/{ID}", Told(204, b""))
    gateway.on("POST", f"/connections/{ID}/test", {"success": True})
    assert gateway.run("connection", "list", "--json").json()["items"] == [CONNECTION]
    assert f"{ID}  twilio  ok" in gateway.run("connection").out
    assert gateway.run("connection", "show", ID, "--json").json() == CONNECTION
    assert gateway.run("connection", "test", ID).out == "It works.\n"
    assert gateway.run("connection", "delete", ID, "--json").json() == {"id": ID, "deleted": True}
    refused = {"success": False, "message": "The provider refuses the token."}
    gateway.on("POST", f"/connections/{ID}/test", refused)
    shell = gateway.run("connection", "test", ID)
    assert (shell.code, shell.err) == (1, "It does not work: The provider refuses the token.\n")
    shell = gateway.run("connection", "test", ID, "--json")
    assert (shell.code, shell.err) == (1, "")


def test_a_list_is_narrowed(gateway: StandIn) -> None:
    gateway.on("GET", "/connections", {"items": []})
    gateway.run("connection", "list", "--connectorId", "cnt_x", "--search", "a&b", "--cursor", "7")
    wanted = {"connectorId": "cnt_x", "search": "a&b", "cursor": "7", "limit": "100"}
    assert gateway.of("/connections")[0].query == wanted


@pytest.mark.parametrize("named", ["..", ".", "", "a/../b", "a?b#c", "%2e%2e", "\r\nX: y", "é"])
def test_an_id_is_one_segment_of_a_path(gateway: StandIn, named: str) -> None:
    gateway.run("connection", "show", named)
    asked = [each.target for each in gateway.asked if each.target.startswith("/membrane")]
    assert len(asked) == (named not in ("..", ".", ""))
    for target in asked:
        assert target.count("/") == 3
        assert "?" not in target


def test_what_the_seed_types_to_find_and_run_actions(gateway: StandIn) -> None:
    def ran(asked: Asked) -> Told:
        return Told(200, {"output": asked.json["input"], "actionRunId": "run_1"})

    gateway.on("GET", "/actions", ACTIONS)
    gateway.on("POST", "/actions/send-message/run", ran)
    listed = gateway.run("action", "list", "--intent=QUERY", f"--connectionId={ID}", "--json")
    assert listed.json() == ACTIONS
    wanted = {"intent": "QUERY", "connectionId": ID, "limit": "10"}
    assert gateway.of("/actions")[0].query == wanted
    by = f"--connectionId={ID}"
    assert gateway.run("action", "run", by, "send-message", "--json").json()["output"] == {}
    given = '{ "key": "välue" }'
    done = gateway.run("action", "run", by, "send-message", "--json", "--input", given)
    assert done.json() == {"output": {"key": "välue"}, "actionRunId": "run_1"}
    assert gateway.asked[-1].query == {"connectionId": ID}
    typed = gateway.run("action", "run", "send-message", "--input", "-", typed='{"a": [1]}')
    assert typed.out == '{\n  "a": [\n    1\n  ]\n}\n'
    assert "send-message  Send a text" in gateway.run("action").out


@pytest.mark.parametrize("given", ["{", "{'a': 1}", "nothing"])
def test_an_input_that_is_no_json_is_not_sent(gateway: StandIn, given: str) -> None:
    shell = gateway.run("action", "run", "x", "--input", given)
    assert (shell.code, gateway.asked) == (1, [])
    assert shell.err.startswith("The input is no JSON, column ")


def test_nobodys_platform_is_asked_for_help_alone(tmp_path: Path, gateway: StandIn) -> None:
    for words in (("action", "--help"), ("action", "run", "--help"), ("connect", "--help")):
        assert gateway.elsewhere(tmp_path, *words).code == 0
    assert gateway.asked == []
