from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.support import Control

SID = "CA" + "0" * 32
PHONE = "+14155550123"
SCRIPT = f"/phones/{PHONE}/script"
AT = "2026-03-04T05:06:07.891234Z"


def call(**changed: Any) -> dict[str, Any]:
    return {
        "sid": SID,
        "status": "completed",
        "from": "+12065550100",
        "to": PHONE,
        "direction": "outbound-api",
        "duration": 12,
        "created_at": AT,
        **changed,
    }


def explained(**changed: Any) -> dict[str, Any]:
    say = {"verb": "Say", "text": "Press\none.", "attributes": {}, "within": []}
    return call(
        parent_sid=None,
        forwarded_from=None,
        answered_at=AT,
        error_code=None,
        error_message=None,
        digits="1",
        children=[],
        document={"url": "https://app.example/voice"},
        verbs=[{"verb": "Gather", "text": None, "attributes": {"num_digits": 1}, "within": [say]}],
        timeline=[
            {"kind": "call.queued", "data": {}, "world_time": AT},
            {"kind": "call.verb", "data": {"verb": "Say"}, "world_time": AT},
            {"kind": "webhook.delivered", "data": {"status": 200}, "world_time": AT},
        ],
        **changed,
    )


def script(text: str, *, own: bool = True, number: str = PHONE) -> dict[str, Any]:
    doings = {"script": text, "steps": []}
    return {"number": number, "own": doings if own else None, "effective": doings}


# --- trunkline phone … on-call --------------------------------------------------------------


def test_a_script_is_set(control: Control) -> None:
    control.on("PUT", SCRIPT, script("answer; hear; press 1"))
    shell = control.run("phone", PHONE, "on-call", "answer; hear;", "press 1")
    assert shell.out == f"{PHONE}\n  when called  answer; hear; press 1\n"
    assert control.asked[-1][3] == {"script": "answer; hear; press 1"}


def test_a_script_is_shown_and_forgotten(control: Control) -> None:
    control.on("GET", SCRIPT, script("answer", own=False))
    control.on("DELETE", SCRIPT, script("ring"))
    assert "answer (as every phone)" in control.run("phone", PHONE, "on-call").out
    assert control.run("phone", PHONE, "on-call", "--clear", "--json").json() == script("ring")
    control.on("PUT", "/phones/default/script", script("ring", number="default"))
    shell = control.run("phone", "--default", "on-call", "ring")
    assert shell.out == "every phone without a script\n  when called  ring\n"


def test_files_are_sent_along(control: Control, tmp_path: Path) -> None:
    control.on("PUT", SCRIPT, script("…"))
    path = tmp_path / "my file.wav"
    path.write_bytes(b"wave")
    text = f'answer; play "{path}"'
    assert control.run("phone", PHONE, "on-call", text).code == 0
    assert control.asked[-1][3] == {"script": text, "audio": {str(path): "d2F2ZQ=="}}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["prss 1"], "Step 1, 'prss 1': there is no step 'prss'; do you mean press?\n"),
        (["play /no/such.wav"], "'/no/such.wav' cannot be read: No such file or directory.\n"),
        (["ring", "--clear"], "Give a script, or --clear.\n"),
    ],
)
def test_scripts_that_are_none(control: Control, words: list[str], sentence: str) -> None:
    shell = control.run("phone", PHONE, "on-call", *words)
    assert (shell.code, shell.err) == (1, sentence)
    assert control.asked == []


# --- trunkline phone … call -----------------------------------------------------------------


def test_a_phone_calls(control: Control) -> None:
    control.on("POST", f"/phones/{PHONE}/calls", {"sid": SID})
    shell = control.run("phone", PHONE, "call", "+1 206 555 0100", "hear; press 1")
    assert shell.out == f"{SID}\n"
    assert control.asked[-1][3] == {"to": "+12065550100", "script": "hear; press 1"}


def test_the_end_of_a_call_is_waited_for(control: Control) -> None:
    control.on("POST", "/phones/client:alice/calls", {"sid": SID})
    statuses = iter(["in-progress", "completed"])
    control.on("GET", f"/calls/{SID}", lambda _: explained(status=next(statuses)))
    shell = control.run("phone", "client:alice", "call", "+12065550100", "--wait")
    assert shell.out == f"{SID} completed\n"


def test_all_phones_cannot_call(control: Control) -> None:
    assert control.run("phone", "--default", "call", "+12065550100").code == 1


# --- trunkline calls ------------------------------------------------------------------------


def test_calls_are_listed(control: Control) -> None:
    control.on("GET", "/calls", {"calls": [call(), call(duration=None, status="ringing")]})
    lines = control.run("calls").out.splitlines()
    assert lines[0].split() == ["made", "(UTC)", "status", "from", "to", "seconds", "SID"]
    assert lines[1].split()[2:] == ["ringing", "+12065550100", PHONE, "—", SID]
    control.run("calls", "list", "--number", PHONE, "--status", "busy", "--status", "failed")
    asked = {"number": PHONE, "status": "busy,failed", "limit": "20"}
    assert control.asked[-1][2] == asked
    control.on("GET", "/calls", {"calls": []})
    assert control.run("calls").out == "There are no calls yet.\n"
    assert control.run("calls", "list", "--number", PHONE).out == "There are no such calls.\n"


@pytest.mark.parametrize("words", [("calls", "show"), ("why",)])
def test_a_call_is_shown(control: Control, words: tuple[str, ...]) -> None:
    control.on("GET", f"/calls/{SID}", explained())
    out = control.run(*words, SID).out
    assert f"{SID}  completed" in out
    for part in ("lasted     12 s", "pressed    1", "document   https://app.example/voice"):
        assert part in out
    assert "Gather  num_digits=1" in out
    assert "  Say   Press\\none." in out  # within it, and no line of its own making
    assert "webhook.delivered  status=200" in out
    assert control.run(*words, SID, "--json").json() == explained()


def test_what_was_heard_is_saved(control: Control, tmp_path: Path) -> None:
    control.on("GET", f"/calls/{SID}/heard", b"RIFF")
    target = tmp_path / "a.wav"
    shell = control.run("calls", "hear", SID, str(target))
    assert (shell.out, target.read_bytes()) == (f"{target}\n", b"RIFF")
    assert control.run("calls", "hear", SID, str(target)).code == 1
    assert control.run("calls", "hear", SID, str(target), "--force").code == 0
    assert control.run("calls", "hear", SID, "-").out == "RIFF"
    shell = control.run("calls", "hear", SID, str(tmp_path / "none" / "a.wav"))
    assert "cannot be written: No such file or directory." in shell.err


def test_time_passes_until_calls_are_over(control: Control) -> None:
    control.on("POST", "/calls/run", {"now": AT, "reached": True, "status": "busy"})
    shell = control.run("calls", "run", SID, "--most", "5m")
    assert shell.out == "The time is 2026-03-04 05:06:07.891. The call is busy.\n"
    assert control.asked[-1][3] == {"until": "ended", "most": "5m", "call": SID}
    control.on("POST", "/calls/run", {"now": AT, "reached": False, "status": None})
    shell = control.run("calls", "run")
    assert (shell.code, shell.out.endswith("It is not over yet.\n")) == (1, True)
