from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cli.support import Control

SID = "SM" + "0" * 32


def explanation(**changed: Any) -> dict[str, Any]:
    timeline = [
        {"kind": "message.queued", "data": {"route": "virtual"}},
        {"kind": "message.undelivered", "data": {"error_code": 30003}},
    ]
    times = {"world_time": "2026-03-04T05:06:07.891Z", "real_time": "2026-03-04T05:06:07Z"}
    return {
        "sid": SID,
        "account_sid": "AC" + "0" * 32,
        "direction": "outbound-api",
        "status": "undelivered",
        "sender": "+12065550100",
        "sender_kind": "local",
        "service_sid": None,
        "chosen_by": None,
        "recipient": "+14155550123",
        "route": "virtual",
        "encoding": "GSM-7",
        "units": 5,
        "segments": 1,
        "num_media": 0,
        "error_code": 30003,
        "error_message": "Unreachable destination handset",
        "limits": "off",
        "opted_out": False,
        "attempts": 1,
        "in_doubt": None,
        "waiting_for": None,
        "due_at": None,
        "turn": None,
        "timeline": [{"seq": n, **e, **times} for n, e in enumerate(timeline, 1)],
        **changed,
    }


def test_a_message_is_explained(control: Control) -> None:
    control.on("GET", f"/messages/{SID}/explanation", explanation())
    assert control.run("why", SID).out.splitlines() == [
        f"{SID}  undelivered",
        "  from       +12065550100, a local number of yours",
        "  to         +14155550123",
        "  direction  outbound-api",
        "  route      the virtual phones of this world",
        "  text       1 segment; GSM-7, 5 units",
        "  limits     off in this world",
        "  opt-out    no",
        "  attempts   1",
        "  error      30003, Unreachable destination handset",
        "",
        "  world time (UTC)         event",
        "  2026-03-04 05:06:07.891  queued       route=virtual",
        "  2026-03-04 05:06:07.891  undelivered  error_code=30003",
    ]
    assert control.run("why", SID, "--json").json() == explanation()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"opted_out": True}, "opt-out    the recipient opted out"),
        ({"route": "smsc-1"}, "route      smsc-1"),
        ({"segments": 3, "num_media": 2}, "text       3 segments; GSM-7, 5 units; 2 media"),
        (
            {"waiting_for": "deliver", "due_at": "2026-03-04T06:00:00Z"},
            "waits for  the phone to report, due 2026-03-04 06:00:00.000",
        ),
        ({"in_doubt": "bind lost"}, "in doubt   it may have been sent: bind lost"),
        ({"units": 1}, "text       1 segment; GSM-7, 1 unit"),
        ({"sender": None, "sender_kind": None}, "from       —"),
        ({"limits": "twilio"}, "limits     as Twilio's"),
    ],
)
def test_what_is_out_of_the_ordinary_is_told(
    control: Control, changed: dict[str, Any], told: str
) -> None:
    control.on("GET", f"/messages/{SID}/explanation", explanation(**changed))
    assert f"  {told}" in control.run("why", SID).out.splitlines()


def test_an_inbound_message_has_neither_attempts_nor_opt_out(control: Control) -> None:
    found = explanation(direction="inbound", status="received", error_code=None, timeline=[])
    control.on("GET", f"/messages/{SID}/explanation", found)
    out = control.run("why", SID).out
    assert "attempts" not in out
    assert "opt-out" not in out


def test_a_strange_sid_stays_a_part_of_the_path(control: Control) -> None:
    control.run("why", "../a?b#c d")
    assert control.asked[-1][1] == "/trunkline/v1/messages/..%2Fa%3Fb%23c%20d/explanation"


@pytest.mark.parametrize(
    ("turn", "told"),
    [
        (
            {"rate": 1.0, "segments_ahead": 12, "expected_at": "2026-03-04T05:06:19.891Z"},
            "behind 12 segments, at 1 a second, expected 2026-03-04 05:06:19.891",
        ),
        ({"rate": 0.5, "segments_ahead": 0, "expected_at": None}, "next, at 0.5 a second"),
    ],
)
def test_what_waits_for_its_sender_says_how_long(
    control: Control, turn: dict[str, Any], told: str
) -> None:
    due = "2026-03-04T05:06:07.891Z"
    found = explanation(status="queued", waiting_for="submit", due_at=due, turn=turn)
    control.on("GET", f"/messages/{SID}/explanation", found)
    lines = control.run("why", SID).out.splitlines()
    assert f"  waits for  its sender's turn: {told}" in lines
