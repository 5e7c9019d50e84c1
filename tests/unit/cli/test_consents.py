from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.support import Control
from trunkline.cli.import_consents import COLUMNS, OTHER_NAMES
from trunkline.messaging.consents import read_row

CONSENT: dict[str, Any] = {
    "sender": "+14155550100",
    "recipient": "+15558675309",
    "status": "blocked",
    "method": "keyword",
    "keyword": "STOP",
    "source": "opt-out-message",
    "ip": None,
    "user_agent": None,
    "consented_at": None,
    "changed_at": "2026-11-21T08:31:06.123456Z",
}
DONE = {"imported": 1, "unchanged": 0, "num_refused": 0, "refused": []}


def test_consents_are_listed_page_by_page(control: Control) -> None:
    pages = [
        {"consents": [CONSENT] * 1000, "next": "+1/+2"},
        {"consents": [CONSENT | {"source": None}], "next": None},
    ]
    control.on("GET", "/consents", lambda _: (200, pages[len(control.asked) % 2 - 1]))
    shell = control.run("consents", "list", "--limit", "5000", "--status", "blocked")
    lines = shell.out.splitlines()
    assert lines[1] == (
        "  +14155550100  +15558675309  blocked  keyword STOP  opt-out-message"
        "  2026-11-21 08:31:06.123"
    )
    assert len(lines) == 1002
    assert [asked[2].get("after") for asked in control.asked] == [None, "+1/+2"]
    assert control.asked[0][2]["status"] == "blocked"


def test_more_than_is_shown_is_told(control: Control) -> None:
    control.on("GET", "/consents", {"consents": [CONSENT], "next": "+1/+2"})
    assert "There are more" in control.run("consents", "list", "--limit", "1").out
    control.on("GET", "/consents", {"consents": [], "next": None})
    assert control.run("consents").out == "There is no such consent.\n"
    assert control.run("consents", "--json").json() == {"consents": []}


@pytest.mark.parametrize(("word", "status"), [("block", "blocked"), ("allow", "allowed")])
def test_somebody_is_blocked_and_allowed(control: Control, word: str, status: str) -> None:
    answer = {"changed": True, "consent": CONSENT | {"status": status}}
    control.on("PUT", "/consents", answer)
    options = ("--sender", "+14155550100", "--source", "website", "--at", "2026-01-02T03:04:05Z")
    shell = control.run("consents", word, "+15558675309", *options)
    assert shell.out == f"+15558675309 is {status} for +14155550100.\n"
    assert control.asked[-1][3] == {
        "sender": "+14155550100",
        "recipient": "+15558675309",
        "status": status,
        "source": "website",
        "consented_at": "2026-01-02T03:04:05Z",
    }
    control.on("PUT", "/consents", answer | {"changed": False})
    assert f"is already {status}" in control.run("consents", word, "+1", "--sender", "X").out


def sent(control: Control) -> list[Any]:
    return [row for asked in control.asked if asked[3] for row in asked[3]["rows"]]


def test_a_file_is_imported_in_pieces(control: Control, tmp_path: Path) -> None:
    control.on(
        "POST",
        "/consents/import",
        lambda asked: (200, DONE | {"imported": len(asked["rows"])}),
    )
    file = tmp_path / "list.csv"
    rows = "".join(f"+1415,+1555{n},opt-out\n" for n in range(2500))
    file.write_text("\ufeffFrom;Contact ID;Status\n" + rows.replace(",", ";"))
    shell = control.run("consents", "import", str(file))
    assert (shell.code, shell.out) == (0, "2,500 imported, 0 known already, 0 refused\n")
    assert [len(asked[3]["rows"]) for asked in control.asked] == [1000, 1000, 500]
    assert sent(control)[2499] == {
        "sender": "+1415", "recipient": "+15552499", "status": "opt-out", "line": 2501,
    }  # fmt: skip
    assert control.run("consents", "import", str(file), "--json").json()["imported"] == 2500


def test_what_cannot_be_read_is_told_by_the_platform_with_its_line(
    control: Control, tmp_path: Path
) -> None:
    refused = {"line": 4, "reason": "recipient is no number in E.164"}
    control.on("POST", "/consents/import", DONE | {"num_refused": 1, "refused": [refused]})
    file = tmp_path / "list.csv"
    file.write_bytes(
        b"sender,recipient,status,account_sid\n"
        b"a,b,c,d,e\n"
        b'a,"b\nc",d,AC1\n'
        b"\xff,b,c\n"
        b"'=1+1,b," + b"x" * 10_001 + b"\n"
    )
    shell = control.run("consents", "import", str(file))
    assert shell.code == 1
    assert shell.err == "line 4: recipient is no number in E.164.\n"
    broken, good, no_text, long = sent(control)
    assert broken == {"line": 2, "trouble": "5 values for 4 columns"}
    assert good == {"sender": "a", "recipient": "b\nc", "status": "d", "line": 3}
    assert (no_text["line"], "no text" in no_text["trouble"]) == (5, True)
    assert (long["line"], "longer" in long["trouble"]) == (6, True)


def test_json_and_json_lines(control: Control, tmp_path: Path) -> None:
    control.on("POST", "/consents/import", DONE)
    row = {"sender": "a", "recipient": "b", "status": "blocked"}
    lines = tmp_path / "list.jsonl"
    lines.write_text(f'{json.dumps(row)}\n\n[1]\n{{"a": "\\u0000"}}\n{{"a": "\\ud800"}}\n')
    control.run("consents", "import", str(lines))
    taken = sent(control)
    assert taken[0] == row | {"line": 1}
    assert [each["line"] for each in taken] == [1, 3, 4, 5]
    assert all("trouble" in each for each in taken[1:])
    whole = tmp_path / "list.json"
    whole.write_text(json.dumps({"consents": [row, row]}))
    control.asked.clear()
    control.run("consents", "import", str(whole), "--atomic")
    assert control.asked[0][3] == {
        "rows": [row | {"line": 1}, row | {"line": 2}],
        "atomic": True,
    }


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("a.csv", "", "is empty"),
        ("a.csv", "sender,recipient\n", "no column 'status'"),
        ("a.csv", "sender,recipient,status,secret\n", "a column 'secret'"),
        ("a.csv", "from,sender,recipient,status\n", "two columns 'sender'"),
        ("a.json", "{", "no list"),
        ("missing", None, "cannot be read"),
    ],
)
def test_files_that_are_no_list(
    control: Control, tmp_path: Path, name: str, text: str | None, what: str
) -> None:
    file = tmp_path / name
    if text is not None:
        file.write_text(text)
    shell = control.run("consents", "import", str(file))
    assert shell.code == 1
    assert what in shell.err
    assert control.asked == []


def test_an_export_is_written_whole(control: Control, tmp_path: Path) -> None:
    text = "sender,recipient\r\n+1,+2\r\n"
    control.on("GET", "/consents/export", text.encode())
    assert control.run("consents", "export", "--method", "import").out == text.replace("\r\n", "\n")
    assert control.asked[-1][2] == {"method": "import"}
    file = tmp_path / "out.csv"
    assert control.run("consents", "export", str(file)).out.startswith("1 consent is in ")
    assert file.read_bytes() == text.encode()
    again = control.run("consents", "export", str(file))
    assert (again.code, "--force" in again.err) == (1, True)
    control.on("GET", "/consents/export", {"error": {"code": "x", "message": "No."}}, 503)
    assert control.run("consents", "export", str(file), "--force").code == 1
    assert file.read_bytes() == text.encode()
    assert list(tmp_path.glob("*.partial")) == []


def test_an_export_as_json_lines_is_taken_by_an_import(control: Control, tmp_path: Path) -> None:
    control.on("GET", "/consents", {"consents": [CONSENT, CONSENT], "next": None})
    control.on("POST", "/consents/import", DONE)
    file = tmp_path / "out.jsonl"
    control.run("consents", "export", str(file), "--json")
    control.run("consents", "import", str(file))
    assert sent(control) == [CONSENT | {"line": 1}, CONSENT | {"line": 2}]


def test_the_columns_are_the_platforms() -> None:
    assert COLUMNS == read_row.COLUMNS
    assert OTHER_NAMES == read_row.OTHER_NAMES
