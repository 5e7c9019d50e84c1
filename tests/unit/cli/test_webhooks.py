from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cli.support import Control

ID = "0123456789abcdef0123" + "0" * 12
SID = "SM" + "0" * 32
ACCOUNT = "AC" + "0" * 32
TIME = "2026-03-04T05:06:07.891Z"
MAP = {"public": "https://a.example/x=y", "local": "http://127.0.0.1:3000"}


def request(**changed: Any) -> dict[str, Any]:
    return {
        "id": ID,
        "subject": SID,
        "account_sid": ACCOUNT,
        "kind": "message.status",
        "told": "delivered",
        "untrue": False,
        "resent": False,
        "method": "POST",
        "url": "https://app.example/status",
        "outcome": "failed",
        "status": 500,
        "attempts": 2,
        "error_code": 11200,
        "created_at": TIME,
        "real_time": TIME,
        "finished_at": TIME,
        "ended_at": TIME,
        **changed,
    }


def detail(**changed: Any) -> dict[str, Any]:
    tried = {
        "url": "https://app.example/status",
        "started_at": TIME,
        "ms": 12,
        "status": 500,
        "error": 11200,
        "reason": "500",
        "signature": "c2lnbg==",
    }
    return request(
        idempotency_token="01234567-89ab-cdef-0123-000000000000",
        error_title="HTTP retrieval failure",
        request={
            "headers": [["Accept", "*/*"], ["X-Twilio-Signature", "c2lnbg=="]],
            "parameters": [["Body", "Hi\x1b[31m"], ["To", "+1"]],
            "redacted": False,
            "connection_overrides": "rc=1",
        },
        tries=[{**tried, "status": None, "error": 11205, "reason": "refused"}, tried],
        response={"status": 500, "headers": [["Server", "app"]], "body": "one\ntwo"},
        **changed,
    )


def test_requests_are_listed_the_newest_last(control: Control) -> None:
    newest = request(
        id="f" * 32, told=None, kind="message.inbound", outcome="waiting",
        status=None, error_code=None, attempts=0, method="GET",
    )  # fmt: skip
    control.on("GET", "/webhooks", {"requests": [newest, request()]})
    out = control.run("webhooks", "list").out.splitlines()
    assert out[1:] == [
        "  2026-03-04 05:06:07.891  0123456789abcdef0123  failed   status delivered  "
        f"500, error 11200, 2 attempts  {SID}  POST https://app.example/status",
        "  2026-03-04 05:06:07.891  ffffffffffffffffffff  waiting  inbound           "
        f"—                             {SID}  GET https://app.example/status",
    ]
    assert control.run("webhooks").out.splitlines()[1:] == out[1:]
    found = control.run("webhooks", "list", "--json").json()
    assert found["requests"][0]["id"] == "f" * 32


def test_only_what_is_asked_for_is_listed(control: Control) -> None:
    control.on("GET", "/webhooks", {"requests": []})
    shell = control.run("webhooks", "list", "--sid", SID, "--failed", "--limit", "3")
    assert shell.out == "There are no such requests.\n"
    assert control.asked[-1][2] == {"subject": SID, "outcome": "failed", "limit": "3"}
    assert control.run("webhooks", "list").out == "Nothing was requested yet.\n"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"resent": True}, "status delivered again"),
        ({"told": "undelivered", "untrue": True}, "status undelivered (untrue)"),
    ],
)
def test_what_is_special_is_told(control: Control, changed: dict[str, Any], told: str) -> None:
    control.on("GET", "/webhooks", {"requests": [request(**changed)]})
    assert f"  {told}  " in control.run("webhooks", "list").out


def test_a_request_is_shown_with_each_attempt_and_the_answer(control: Control) -> None:
    control.on("GET", f"/webhooks/{ID}", detail())
    assert control.run("webhooks", "show", ID).out.splitlines() == [
        f"{ID}  failed",
        f"  about      {SID}",
        f"  account    {ACCOUNT}",
        "  what       status delivered",
        "  due        2026-03-04 05:06:07.891",
        "  ended      2026-03-04 05:06:07.891",
        "  token      01234567-89ab-cdef-0123-000000000000",
        "  error      11200, HTTP retrieval failure",
        "  overrides  rc=1",
        "",
        "POST https://app.example/status",
        "  Accept              */*",
        "  X-Twilio-Signature  c2lnbg==",
        "",
        "  Body  Hi\\x1b[31m",
        "  To    +1",
        "",
        "  attempt (UTC, real time)  took   came  error",
        "  2026-03-04 05:06:07.891   12 ms  —     11205  refused",
        "  2026-03-04 05:06:07.891   12 ms  500   11200  500",
        "",
        "500",
        "  Server  app",
        "",
        "  one",
        "  two",
    ]
    assert control.run("webhooks", "show", ID, "--json").json() == detail()


def test_it_is_told_when_a_message_is_gone_or_redacted(control: Control) -> None:
    found = detail()
    found["request"] |= {"parameters": None}
    control.on("GET", f"/webhooks/{ID}", found)
    assert "The message is gone" in control.run("webhooks", "show", ID).out
    found["request"] |= {"parameters": [["Body", ""]], "redacted": True}
    assert "was redacted" in control.run("webhooks", "show", ID).out


def test_a_request_is_made_again_and_its_outcome_told(control: Control) -> None:
    control.on("POST", "/webhooks/0123456789/resend", {"id": ID}, 201)
    control.on("GET", f"/webhooks/{ID}", detail(outcome="delivered", status=200, error_code=None))
    shell = control.run("webhooks", "resend", "0123456789")
    assert shell.out == "0123456789abcdef0123  delivered  200, 2 attempts\n"


@pytest.mark.parametrize("outcome", ["waiting", "under_way"])
def test_the_outcome_is_waited_for(
    control: Control, monkeypatch: pytest.MonkeyPatch, outcome: str
) -> None:
    control.on("POST", f"/webhooks/{ID}/resend", {"id": ID}, 201)
    waiting = detail(outcome=outcome, status=None, error_code=None, attempts=0)
    control.on("GET", f"/webhooks/{ID}", waiting)
    looks = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            control.on("GET", f"/webhooks/{ID}", detail())

    monkeypatch.setattr("trunkline.cli.webhooks.time.sleep", sleep)
    assert control.run("webhooks", "resend", ID).out.startswith("0123456789abcdef0123  failed")
    assert len(looks) == 3


def test_nobody_waits_for_ever(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    control.on("POST", f"/webhooks/{ID}/resend", {"id": ID}, 201)
    waiting = detail(outcome="waiting", status=None, error_code=None, attempts=0)
    control.on("GET", f"/webhooks/{ID}", waiting)
    monkeypatch.setattr("trunkline.cli.webhooks.WAIT", 0.0)
    assert control.run("webhooks", "resend", ID).out == "0123456789abcdef0123  waiting  —\n"


def test_what_cannot_be_made_again_is_told_in_one_line(control: Control) -> None:
    error = {"error": {"code": "not_resendable", "message": "The request has not ended yet."}}
    control.on("POST", f"/webhooks/{ID}/resend", error, 409)
    shell = control.run("webhooks", "resend", ID)
    assert (shell.code, shell.err) == (1, "The request has not ended yet.\n")


def test_a_strange_id_stays_a_part_of_the_path(control: Control) -> None:
    control.run("webhooks", "show", "../a?b#c d")
    assert control.asked[-1][1] == "/trunkline/v1/webhooks/..%2Fa%3Fb%23c%20d"


def test_chaos_is_shown_set_and_ended(control: Control) -> None:
    chaos = {"seed": 7, "duplicate": 0.2, "delay_seconds": 5.0}
    control.on("GET", "/webhooks/chaos", {"chaos": None})
    control.on("PUT", "/webhooks/chaos", {"chaos": chaos})
    control.on("DELETE", "/webhooks/chaos", {"chaos": None})
    assert control.run("webhooks", "chaos").out == "calm\n"
    shell = control.run("webhooks", "chaos", "--duplicate", "0.2", "--seed", "7")
    assert shell.out.splitlines() == [
        "  seed           7",
        "  duplicate      0.2",
        "  delay seconds  5",
    ]
    assert control.asked[-1][3] == {"duplicate": 0.2, "seed": 7}
    assert control.run("webhooks", "chaos", "--off").out == "calm\n"
    assert control.asked[-1][0] == "DELETE"


@pytest.mark.parametrize(
    "arguments", [["--off", "--drop", "1"], ["--seed", "3"], ["--delay-seconds", "3"]]
)
def test_half_a_wish_for_chaos_is_asked_back(control: Control, arguments: list[str]) -> None:
    shell = control.run("webhooks", "chaos", *arguments)
    assert shell.code == 1
    assert shell.err.startswith("Say ")
    assert control.asked == []


def test_a_map_is_added_to_those_that_there_are(control: Control) -> None:
    kept = {"public": "https://b.example", "local": "http://127.0.0.1:1"}
    control.on("GET", "/webhooks/maps", {"maps": [kept], "everywhere": ["https://c=http://d"]})
    control.on("PUT", "/webhooks/maps", {"maps": [kept, MAP], "everywhere": ["https://c=http://d"]})
    shell = control.run("webhooks", "map", "https://a.example/x=y=http://127.0.0.1:3000")
    assert control.asked[-1][3] == {"maps": [kept, MAP]}
    assert shell.out.splitlines() == [
        "https://b.example=http://127.0.0.1:1",
        "https://a.example/x=y=http://127.0.0.1:3000",
        "https://c=http://d  in every world",
    ]
    control.run("webhooks", "map", "https://b.example=http://127.0.0.1:2")
    assert control.asked[-1][3] == {"maps": [{**kept, "local": "http://127.0.0.1:2"}]}
    control.run("webhooks", "map", "--clear")
    assert control.asked[-1][3] == {"maps": []}


def test_maps_are_shown(control: Control) -> None:
    control.on("GET", "/webhooks/maps", {"maps": [], "everywhere": []})
    assert control.run("webhooks", "map").out == "No public address is mapped.\n"
    assert [asked[0] for asked in control.asked] == ["GET"]


@pytest.mark.parametrize("text", ["x", "https://a.example", "=http://b", "https://a=ftp://b"])
def test_what_is_no_map_is_told_before_anything_is_asked(control: Control, text: str) -> None:
    shell = control.run("webhooks", "map", text)
    assert shell.code == 1
    assert "write PUBLIC=LOCAL" in shell.err
    assert control.asked == []


def test_the_debugger_of_the_first_account_is_set_and_taken_away(control: Control) -> None:
    path = f"/webhooks/accounts/{ACCOUNT}"
    control.on("GET", "/credentials", {"account_sid": ACCOUNT})
    found = {"account_sid": ACCOUNT, "debugger_url": None, "allowed": ["10.0.0.0/8", "a.local"]}
    control.on("GET", path, found)
    control.on("PUT", path, {**found, "debugger_url": "https://d.example"})
    assert control.run("webhooks", "debugger").out.splitlines() == [
        f"  account    {ACCOUNT}",
        "  debugger   —",
        "  may reach  10.0.0.0/8  a.local",
    ]
    out = control.run("webhooks", "debugger", "https://d.example").out
    assert "  debugger   https://d.example\n" in out
    assert control.asked[-1][3] == {"debugger_url": "https://d.example"}
    control.run("webhooks", "debugger", "--off", "--account", ACCOUNT)
    assert control.asked[-1][3] == {"debugger_url": None}
    assert control.run("webhooks", "debugger", "x", "--off").code == 1


def test_hosts_are_allowed_beside_those_that_are(control: Control) -> None:
    path = f"/webhooks/accounts/{ACCOUNT}"
    control.on("GET", "/credentials", {"account_sid": ACCOUNT})
    found = {"account_sid": ACCOUNT, "debugger_url": None, "allowed": ["10.0.0.0/8"]}
    control.on("GET", path, found)
    control.on("PUT", path, {**found, "allowed": ["10.0.0.0/8", "a.local"]})
    assert control.run("webhooks", "allow", "a.local").out == "10.0.0.0/8\na.local\n"
    assert control.asked[-1][3] == {"allowed": ["10.0.0.0/8", "a.local"]}
    control.run("webhooks", "allow", "b.local", "--clear", "--account", ACCOUNT)
    assert control.asked[-1][3] == {"allowed": ["b.local"]}
    assert control.run("webhooks", "allow", "a.local", "--json").json()["allowed"][1] == "a.local"


def test_allowed_hosts_are_shown_and_forgotten(control: Control) -> None:
    path = f"/webhooks/accounts/{ACCOUNT}"
    control.on("GET", "/credentials", {"account_sid": ACCOUNT})
    found = {"account_sid": ACCOUNT, "debugger_url": None, "allowed": ["10.0.0.0/8"]}
    control.on("GET", path, found)
    control.on("PUT", path, {**found, "allowed": []})
    assert control.run("webhooks", "allow").out == "10.0.0.0/8\n"
    assert {asked[0] for asked in control.asked} == {"GET"}
    shell = control.run("webhooks", "allow", "--clear")
    assert shell.out == "No private network or host is allowed.\n"
    assert control.asked[-1][3] == {"allowed": []}


def test_what_is_no_host_is_told_in_one_line(control: Control) -> None:
    path = f"/webhooks/accounts/{ACCOUNT}"
    control.on("GET", path, {"account_sid": ACCOUNT, "debugger_url": None, "allowed": []})
    error = {"error": {"code": "invalid_parameter", "message": "'a b' is no host."}}
    control.on("PUT", path, error, 422)
    shell = control.run("webhooks", "allow", "a b", "--account", ACCOUNT)
    assert (shell.code, shell.err) == (1, "'a b' is no host.\n")


def test_options_may_stand_before_the_subcommand(control: Control) -> None:
    control.on("GET", "/webhooks/chaos", {"chaos": None})
    assert control.run("webhooks", "--world", "ci", "--json", "chaos").json() == {"chaos": None}
    assert control.asked[-1][2] == {"world": "ci"}
