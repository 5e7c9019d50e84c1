"""How a call is shown while it goes on."""

from __future__ import annotations

from typing import Any

import pytest

from trunkline.cli.demo_calls import WatchedCall

PARENT, CHILD = "CA1", "CA2"


class Control:
    """Answers what it is told to, in the place of the platform."""

    def __init__(self, **calls: dict[str, Any]) -> None:
        self.calls = calls

    def get(self, path: str) -> dict[str, Any]:
        return self.calls[path.removeprefix("/calls/")]


def call(*timeline: dict[str, Any], **facts: Any) -> dict[str, Any]:
    verbs = [e["data"] for e in timeline if e["kind"] == "call.verb"]
    ordinary = {"status": "in-progress", "children": [], "verbs": verbs, "digits": ""}
    return {**ordinary, "timeline": list(timeline), **facts}


def event(kind: str, second: float, **data: Any) -> dict[str, Any]:
    return {"kind": kind, "world_time": f"2026-03-04T05:06:{second:09.6f}Z", "data": data}


def verb(second: float, name: str, text: str | None = None, *within: str) -> dict[str, Any]:
    inner = [{"verb": "Say", "text": each} for each in within]
    return event("call.verb", second, verb=name, text=text, within=inner)


def request(second: float, path: str, **data: Any) -> dict[str, Any]:
    url = f"https://api.example.com{path}"
    return event("webhook.delivered", second, method="POST", url=url, **data)


def watched(control: Control, capsys: pytest.CaptureFixture[str]) -> WatchedCall:
    shown = WatchedCall(control, "A call", PARENT, quiet=False)  # type: ignore[arg-type]
    capsys.readouterr()
    return shown


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.strip() for line in capsys.readouterr().out.splitlines()]


def test_what_happens_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    begun = [
        event("call.ringing", 1),
        request(1.1, "/voice", status=200),
        event("call.in-progress", 1.2),
        verb(1.2, "Gather", None, "Press one."),
    ]
    control = Control(CA1=call(*begun))
    shown = watched(control, capsys)
    shown.look()
    assert lines(capsys) == [
        "0.0  caller  ringing",
        "0.1  caller  POST /voice: 200",
        "0.2  caller  in-progress",
        "0.2  caller  Gather “Press one.”",
    ]
    assert not shown.is_over
    more = [event("call.digits", 4.5, digits="1"), verb(4.5, "Dial", "+14155550150")]
    control.calls[PARENT] = call(*begun, *more, status="completed", children=[CHILD])
    control.calls[CHILD] = call(event("call.busy", 5), status="busy")
    shown.look()
    assert lines(capsys) == [
        "3.5  caller  pressed 1",
        "3.5  caller  Dial +14155550150",
        "4.0  Ann     busy",
    ]
    assert shown.is_over


def test_a_request_that_is_noted_late_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    control = Control(CA1=call(event("call.ringing", 1), verb(2, "Say", "Hello")))
    shown = watched(control, capsys)
    shown.look()
    late = [event("call.ringing", 1), request(1.5, "/voice"), verb(2, "Say", "Hello")]
    control.calls[PARENT] = call(*late)
    capsys.readouterr()
    shown.look()
    assert lines(capsys) == ["0.5  caller  POST /voice: no answer"]


def test_what_an_app_wrote_stays_in_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    shown = watched(Control(CA1=call(verb(1, "Say", "One\nTwo\x1b[2J"))), capsys)
    shown.look()
    assert lines(capsys) == ["0.0  caller  Say “One\\nTwo\\x1b[2J”"]


def test_nothing_is_shown_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    control = Control(CA1=call(event("call.ringing", 1), status="completed"))
    shown = WatchedCall(control, "A call", PARENT, quiet=True)  # type: ignore[arg-type]
    shown.look()
    shown.end()
    assert capsys.readouterr().out == ""
