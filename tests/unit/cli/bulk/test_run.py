from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.support import Shell
from tests.unit.cli.twilio_stand_in import ACCOUNT, NUMBER, REFUSED, Twilio, refusal

SID = "SM" + "0" * 32


class Bulk:
    """A folder with a file, and `trunkline messages bulk` on it."""

    def __init__(self, folder: Path, twilio: Twilio) -> None:
        self.twilio = twilio
        self.file = folder / "rows.csv"
        self.journal = folder / "rows.csv.trunkline"

    def run(self, *options: str) -> Shell:
        return self.twilio.run("messages", "bulk", str(self.file), *options)

    def write(self, text: str | bytes) -> None:
        self.file.write_bytes(text.encode() if isinstance(text, str) else text)

    @property
    def sent(self) -> list[tuple[str, str]]:
        return sorted((m["to"], m["body"]) for m in self.twilio.messages)

    def forms(self) -> list[dict[str, Any]]:
        return [form for method, _, form in self.twilio.asked if method == "POST"]


@pytest.fixture
def bulk(tmp_path: Path, twilio: Twilio) -> Bulk:
    return Bulk(tmp_path, twilio)


def test_each_row_is_a_message(bulk: Bulk) -> None:
    bulk.write('to,body\n+1,a\n+2,"b, c"\n')
    shell = bulk.run()
    assert (shell.code, shell.err) == (0, "")
    assert bulk.sent == [("+1", "a"), ("+2", "b, c")]
    lines = shell.out.splitlines()
    assert lines[0].startswith(f"{bulk.file}: 2 rows; in ")
    assert lines[1:] == ["  sent  2"]
    assert {form["From"][0] for form in bulk.forms()} == {NUMBER}


def test_what_was_not_sent_is_told_by_line_and_the_rest_is_sent(bulk: Bulk, tmp_path: Path) -> None:
    bulk.write(f'to,body\n+1,a\n+2\n{REFUSED},x\n+3,"b\nc"\n+4,=1+1,x\n')
    report = tmp_path / "failed.csv"
    shell = bulk.run("--report", str(report))
    assert shell.code == 1
    assert bulk.sent == [("+1", "a"), ("+3", "b\nc")]
    assert shell.out.splitlines()[1:] == [
        "  sent     2",
        f"  refused  1 by 21211: Invalid 'To' Phone Number: {REFUSED}",
        "  broken   2",
        "",
        "  line  outcome  reason",
        "  3     broken   it has 1 cell, and the header has 2",
        "  7     broken   it has 3 cells, and the header has 2",
        f"  4     refused  21211: Invalid 'To' Phone Number: {REFUSED}",
        "",
        f"All of these are in {report}.",
    ]
    with report.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["line", "outcome", "code", "reason"],
        ["3", "broken", "", "it has 1 cell, and the header has 2"],
        ["7", "broken", "", "it has 3 cells, and the header has 2"],
        ["4", "refused", "21211", f"Invalid 'To' Phone Number: {REFUSED}"],
    ]


@pytest.mark.parametrize("place", ["rows.csv", "../x/rows.csv.trunkline", ".", "none/f.csv"])
def test_a_report_takes_the_place_of_nothing_and_has_one_before_a_row_is_sent(
    bulk: Bulk, tmp_path: Path, place: str
) -> None:
    bulk.write("to,body\n+1,a\n")
    (tmp_path.parent / "x").symlink_to(tmp_path)
    shell = bulk.run("--report", str(tmp_path / place))
    (tmp_path.parent / "x").unlink()
    assert (shell.code, shell.out) == (1, "")
    assert shell.err.endswith(": name another by --report PATH.\n") or shell.err.endswith(
        ": name another place by --report PATH.\n"
    )
    assert (bulk.sent, bulk.journal.exists()) == ([], False)
    assert bulk.file.read_text() == "to,body\n+1,a\n"


def test_a_report_that_cannot_be_written_hides_nothing_and_can_be_had_later(
    bulk: Bulk, tmp_path: Path
) -> None:
    bulk.write(f"to,body\n+1,a\n{REFUSED},x\n")
    report = tmp_path / "failed.csv"
    in_the_way = tmp_path / "failed.csv.partial"
    in_the_way.mkdir()
    shell = bulk.run("--report", str(report))
    assert (shell.code, shell.out.splitlines()[1]) == (1, "  sent     1")
    assert str(report) not in shell.out
    assert shell.err.startswith(f"The report {report} cannot be written: ")
    in_the_way.rmdir()
    assert bulk.run("--report", str(report), "--resume").code == 1
    assert report.read_text().splitlines()[1].startswith("3,refused,")
    assert len(bulk.sent) == 1


def test_a_messaging_service_chooses_the_sender_unless_one_is_said(bulk: Bulk) -> None:
    bulk.write("to,body\n+1,a\n")
    service = "MessagingServiceSid=MG" + "0" * 32
    assert bulk.run("--set", service).code == 0
    bulk.journal.unlink()
    assert bulk.run("--set", service, "--from", "+8").code == 0
    assert [form.get("From") for form in bulk.forms()] == [None, ["+8"]]


def test_the_report_for_programs(bulk: Bulk) -> None:
    bulk.write(f"to,body\n+1,a\n+2\n{REFUSED},x\n")
    shell = bulk.run("--json")
    assert (shell.code, shell.err) == (1, "")
    found = json.loads(shell.out)
    assert found.pop("seconds") >= 0
    assert found.pop("rows_per_second") >= 0
    sentence = f"Invalid 'To' Phone Number: {REFUSED}"
    assert found == {
        "file": str(bulk.file),
        "journal": str(bulk.journal),
        "complete": True,
        "stopped": None,
        "rows": 3,
        "rows_in_this_run": 3,
        "sent": 1,
        "refused": [{"code": 21211, "count": 1, "message": sentence}],
        "broken": 1,
        "in_doubt": 0,
        "without_answer": 0,
        "asked_about": 0,
        "found": 0,
        "failures": [
            {"line": 3, "outcome": "broken", "code": None,
             "reason": "it has 1 cell, and the header has 2"},
            {"line": 4, "outcome": "refused", "code": 21211, "reason": sentence},
        ],
    }  # fmt: skip


def test_a_template_options_and_columns_make_the_message(bulk: Bulk) -> None:
    bulk.write("to;name;media_url;from\n+1;Ann;http://a http://b;\n+2;Bo;;+9\n")
    shell = bulk.run(
        "--template", "Hi {name}!", "--from", "+8", "--set", "validity_period=60",
        "--delimiter", ";", "--rate", "1000/s", "--at-once", "1",
    )  # fmt: skip
    assert shell.code == 0, shell.err
    first, second = bulk.forms()
    assert first == {
        "To": ["+1"], "Body": ["Hi Ann!"], "MediaUrl": ["http://a", "http://b"], "From": ["+8"],
        "ValidityPeriod": ["60"],
    }  # fmt: skip
    assert second == {
        "To": ["+2"], "Body": ["Hi Bo!"], "From": ["+9"], "ValidityPeriod": ["60"]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("to,body\n+1,Grüße\n".encode("utf-16"), []),
        ("to,body\n+1,Grüße\n".encode("utf-8-sig"), []),
        ("to,body\r\n+1,Grüße\r\n".encode("latin-1"), ["--encoding", "latin-1"]),
    ],
)
def test_files_of_other_programs(bulk: Bulk, content: bytes, options: list[str]) -> None:
    bulk.write(content)
    assert bulk.run(*options).code == 0
    assert bulk.sent == [("+1", "Grüße")]


@pytest.mark.parametrize(
    ("content", "options", "told"),
    [
        (b"", [], "is empty: write a header, e.g. to,body."),
        (b"\xff\xfe", [], "is empty: write a header, e.g. to,body."),
        (b"+1,Hi\n", [], "The first line has no column 'to'"),
        ("to,body\n".encode("utf-16-le"), [], "looks like UTF-16 without its mark"),
        ("tö,body\n".encode("latin-1"), [], "its bytes are no text"),
        (b"to,body\n", ["--encoding", "x"], "'x' is no encoding"),
        (b"to,body\n", ["--delimiter", "ab"], "A delimiter is one character"),
        (b"to,body\n", ["--rate", "fast"], "'fast' is no rate"),
        (b"to,body\n", ["--set", "x=1"], "'x' is no parameter of a message."),
        (b"to,body\n", ["--set", "Body"], "'Body' has no value"),
        (b"to,body\n", ["--set", "Body=1", "--set", "body=2"], "Body is given twice."),
        (b"to,body\n", ["--resume"], "There is no journal"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_leaves_nothing(
    bulk: Bulk, content: bytes, options: list[str], told: str
) -> None:
    bulk.write(content)
    shell = bulk.run(*options)
    assert (shell.code, shell.out) == (1, "")
    assert told in shell.err
    assert len(shell.err.splitlines()) == 1
    assert not bulk.journal.exists()


def test_what_was_sent_is_not_sent_again_without_a_word(bulk: Bulk) -> None:
    bulk.write("to,body\n+1,a\n")
    bulk.run()
    shell = bulk.run()
    assert shell.code == 1
    assert "All rows have been sent already" in shell.err
    again = bulk.run("--resume")
    assert again.code == 0
    assert "1 row, 1 of them before" in again.out
    assert len(bulk.sent) == 1


def test_the_rest_is_sent_and_doubts_are_asked_about(bulk: Bulk) -> None:
    bulk.write("to,name\n" + "".join(f"+{n},n{n}\n" for n in range(1, 7)))
    bulk.run("--template", "Hi {name}")
    lines = bulk.journal.read_text().splitlines(keepends=True)
    kept = [line for line in lines if line[:2] not in ("E\n", "S ") or line.startswith("S 2 ")]
    bulk.journal.write_text("".join(kept))
    # Of those without an answer one did not arrive.
    bulk.twilio.messages = [m for m in bulk.twilio.messages if m["to"] != "+5"]
    shell = bulk.run("--resume")
    assert shell.code == 0, shell.err
    assert bulk.sent == [(f"+{n}", f"Hi n{n}") for n in range(1, 7)]
    assert "asked about  5, and the platform had 4" in shell.out


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda bulk: bulk.write("to,body\n+1,b\n"), "is not what it was when its journal was"),
        (lambda bulk: bulk.write("to,body\n+1,a\n+2,b\n"), "is not what it was when its journal"),
        (lambda bulk: _edit(bulk, ACCOUNT, "AC" + "1" * 32), "is of account AC1111"),
        (lambda bulk: _edit(bulk, '"from": "+12', '"from": "+13'), None),
    ],
)
def test_another_file_or_platform_is_not_gone_on_with(bulk: Bulk, change: Any, told: str) -> None:
    bulk.write("to,body\n+1,a\n")
    bulk.run()
    change(bulk)
    shell = bulk.run("--resume", "--from", NUMBER)
    assert shell.code == 1
    assert (told or "was begun with another --from") in shell.err
    assert len(bulk.sent) == 1


def _edit(bulk: Bulk, old: str, new: str) -> None:
    bulk.journal.write_text(bulk.journal.read_text().replace(old, new))


def test_a_journal_elsewhere(bulk: Bulk, tmp_path: Path) -> None:
    bulk.write("to,body\n+1,a\n")
    journal = tmp_path / "journal"
    assert bulk.run("--journal", str(journal)).code == 0
    assert not bulk.journal.exists()
    assert journal.exists()
    shell = bulk.run("--journal", str(tmp_path / "none" / "journal"))
    assert "There is no folder" in shell.err


def test_a_pipe_has_no_journal_of_its_own(bulk: Bulk, tmp_path: Path) -> None:
    def piped(*options: str) -> Shell:
        reading, writing = os.pipe()
        os.write(writing, b"to,body\n+1,a\n+2,b\n")
        os.close(writing)
        try:
            return bulk.twilio.run("messages", "bulk", f"/dev/fd/{reading}", *options)
        finally:
            os.close(reading)

    shell = piped()
    assert shell.code == 0
    assert shell.err == "Without --journal PATH nothing is kept to resume by.\n"
    assert "A pipe has no journal of its own" in piped("--resume").err
    journal = str(tmp_path / "journal")
    assert piped("--journal", journal).code == 0
    assert piped("--journal", journal, "--resume").code == 0
    assert len(bulk.sent) == 4


def test_a_platform_that_is_busy_is_waited_for(bulk: Bulk) -> None:
    bulk.write("to,body\n+1,a\n+2,b\n")
    bulk.twilio.instead.append(None)  # the list before the first row
    bulk.twilio.instead.extend([refusal(429, 20429, "Too Many Requests")] * 3)
    shell = bulk.run()
    assert (shell.code, bulk.sent) == (0, [("+1", "a"), ("+2", "b")])


def test_a_connection_that_breaks_is_asked_about(
    bulk: Bulk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trunkline.cli.bulk.settle_doubts.SETTLED_AFTER", 0.01)
    bulk.write("to,body\n+1,a\n+2,b\n")
    bulk.twilio.instead.extend([None, (), None, refusal(503, 20503, "Unavailable")])
    shell = bulk.run("--at-once", "1")
    assert (shell.code, bulk.sent) == (0, [("+1", "a"), ("+2", "b")])
    assert "asked about  1, and the platform had 0" in shell.out


def test_credentials_that_are_no_longer_good_end_it_with_what_to_do(bulk: Bulk) -> None:
    bulk.write("to,body\n+1,a\n+2,b\n")
    bulk.twilio.instead.extend([None, None, refusal(401, 20003, "Authenticate")])
    shell = bulk.run("--at-once", "1")
    assert shell.code == 1
    assert bulk.sent == [("+1", "a")]
    told = "The platform lets nobody in: Authenticate (error 20003)"
    assert shell.err == f"{told} Go on with: trunkline messages bulk {bulk.file} --resume\n"
    assert bulk.run("--resume").code == 0
    assert bulk.sent == [("+1", "a"), ("+2", "b")]


def test_a_file_that_changes_while_it_is_sent_ends_it(
    bulk: Bulk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bulk.write("to,body\n" + "".join(f"+{n},{'x' * 8000}\n" for n in range(500)))
    answer = bulk.twilio.answer

    def changing(*request: Any) -> Any:
        if len(bulk.twilio.messages) == 10:
            bulk.file.write_bytes(bulk.file.read_bytes() + b"+1,more\n")
        return answer(*request)

    monkeypatch.setattr(bulk.twilio, "answer", changing)
    shell = bulk.run("--at-once", "2")
    assert shell.code == 1
    assert "was changed while it was being sent" in shell.err
    assert len(bulk.sent) < 500
