from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.unit.cli.support import Control
from trunkline.cli.tail import meaning, read_events

SID = "SM" + "0" * 32
EVENT = {
    "kind": "message.undelivered",
    "subject": SID,
    "seq": 4,
    "account": "AC" + "0" * 32,
    "data": {"error_code": 30003, "reason": "a\x1bb"},
    "world_time": "2026-03-04T05:06:07Z",
    "real_time": "2026-03-04T05:06:07Z",
    "from": "+12065550100",
    "to": "+14155550123",
}
STREAM = (
    b": connected\n\n"
    + f"id: {SID}:4\nevent: message.undelivered\ndata: {json.dumps(EVENT)}\n\n".encode()
    + b': waiting\n\nevent: lost\ndata: {"lost":7}\n\n'
)


def test_people_see_a_line_an_event(control: Control) -> None:
    control.on("GET", "/events", STREAM)
    shell = control.run("tail", "--subject", SID, "--kind", "message.", "--account", "AC1")
    assert shell.out.splitlines() == [
        f"2026-03-04 05:06:07.000  message.undelivered   {SID}  +12065550100 → +14155550123  "
        "error_code=30003 (Unreachable destination handset)  reason=a\\x1bb",
        "(7 events were too fast for this terminal)",
    ]
    assert shell.err == "The platform stopped.\n"
    asked = {"subject": SID, "kind": "message.", "account": "AC1", "parties": "true"}
    assert control.asked[-1][2] == asked


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ((), {}),
        (("--from", "+12065550100", "--to", "+1"), {"from": "+12065550100", "to": "+1"}),
        (("--number", "+12065550100"), {"number": "+12065550100"}),
        (("--status", "sent,failed"), {"status": "sent,failed"}),
        (("--errors",), {"errors": "true"}),
        (("--webhooks",), {"webhooks": "true"}),
        (("--no-webhooks",), {"webhooks": "false"}),
    ],
)
def test_the_platform_picks_out_what_is_wanted(
    control: Control, options: tuple[str, ...], asked: dict[str, str]
) -> None:
    control.on("GET", "/events", STREAM)
    assert control.run("tail", *options).code == 0
    assert control.asked[-1][2] == asked | {"parties": "true"}


@pytest.mark.parametrize(
    ("code", "title"),
    [
        (30003, "Unreachable destination handset"),
        (11205, "HTTP connection failure"),
        (12100, "Document parse failure"),
        (99999, "Unknown error"),
    ],
)
def test_a_code_is_told_with_what_it_means(code: int, title: str) -> None:
    assert meaning(code) == title


def test_programs_get_a_json_document_a_line(control: Control) -> None:
    control.on("GET", "/events", STREAM)
    lines = control.run("tail", "--json").out.splitlines()
    assert [json.loads(line) for line in lines] == [EVENT, {"kind": "lost", "lost": 7}]


def test_a_stream_that_breaks_off_within_an_event_ends_before_it() -> None:
    lines = STREAM.splitlines(keepends=True)[:-3]
    assert [name for name, _ in read_events(lines)] == ["message.undelivered"]


def test_a_reader_that_has_seen_enough_ends_it_quietly(control: Control) -> None:
    control.on("GET", "/events", STREAM * 2000)
    tail = subprocess.Popen(
        [sys.executable, "-m", "trunkline", "tail", "--data", str(control.data)],
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert tail.stdout is not None
    assert b"message.undelivered" in tail.stdout.readline()
    tail.stdout.close()
    assert tail.stderr is not None
    with tail.stderr as stream:
        assert stream.read() == b""
    assert tail.wait() == 1
