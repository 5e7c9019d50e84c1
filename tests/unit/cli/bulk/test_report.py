from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.bulk.honest_platform import HEADER
from trunkline.cli.bulk import journal
from trunkline.cli.bulk.journal_file import Journal
from trunkline.cli.bulk.report import (
    MOST_IN_JSON,
    MOST_SHOWN,
    Told,
    as_json,
    print_report,
    write_failures,
)
from trunkline.cli.failure import Failure

SID = "SM" + "0" * 32


def told(written: Path | None = None, before: int = 0) -> Told:
    return Told(name="rows.csv", seconds=2.0, before=before, asked=0, found=0, written=written)


def made(broken: int) -> Journal:
    found = Journal.begin(None, HEADER)
    found.append(journal.begun(1, broken + 2), journal.sent(1, SID))
    for number in range(2, broken + 2):
        found.append(journal.broken(number, number + 1, "it is bad"))
    return found


def test_a_few_failures_are_shown_and_the_others_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = made(MOST_SHOWN + 5)
    print_report(found, told(before=6))
    found.close()
    out = capsys.readouterr().out.splitlines()
    assert out[:4] == [
        "rows.csv: 16 rows, 6 of them before; in 2.0 s, 5 rows/s",
        "  sent       1",
        "  broken     15",
        "  no answer  1",
    ]
    assert sum("it is bad" in line for line in out) == MOST_SHOWN
    assert out[-1] == "… and 5 more: --report FILE writes all of them."


def test_what_strangers_wrote_is_shown_harmlessly(capsys: pytest.CaptureFixture[str]) -> None:
    found = Journal.begin(None, HEADER)
    found.append(journal.begun(1, 1), journal.refused(1, 2, 21211, "No: \x1b[31m\nred"))
    print_report(found, told())
    found.close()
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert r"1 by 21211: No: \x1b[31m\nred" in out


def test_the_report_for_programs_does_not_grow_without_end() -> None:
    found = made(MOST_IN_JSON + 10)
    report = as_json(found, told())
    found.close()
    assert (report["broken"], len(report["failures"])) == (MOST_IN_JSON + 10, MOST_IN_JSON)


def test_the_file_of_failures_has_all_of_them_or_is_not_there(tmp_path: Path) -> None:
    found = made(30)
    path = tmp_path / "failed.csv"
    write_failures(found, path)
    assert len(path.read_text().splitlines()) == 31
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(Failure, match=r"cannot be written: No such file or directory\."):
        write_failures(found, tmp_path / "none" / "failed.csv")
    found.close()
