from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from trunkline.cli.bulk.source import open_source
from trunkline.cli.failure import Failure


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    found = []
    for text in ("to,body\n+1,a\n", "to,body\n+1,b\n", "to,body\n+1,a"):
        path.write_text(text)
        source = open_source(path)
        os.close(source.descriptor)
        found.append((source.digest, source.size, source.lines))
    assert len({digest for digest, _, _ in found}) == 3
    assert [rest for _, *rest in found] == [[13, 2], [13, 2], [12, 2]]


def test_a_file_that_changes_is_noticed_and_one_that_vanishes_is_not_missed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("to,body\n")
    source = open_source(path)
    source.check()
    path.rename(tmp_path / "elsewhere.csv")
    source.check()
    with (tmp_path / "elsewhere.csv").open("a") as file:
        file.write("+1,a\n")
    with pytest.raises(Failure, match="was changed while it was being sent"):
        source.check()
    os.close(source.descriptor)


def test_two_may_not_send_one_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("to,body\n")
    first = open_source(path)
    with pytest.raises(Failure, match="Another bulk send is at work"):
        open_source(path)
    os.close(first.descriptor)
    os.close(open_source(path).descriptor)


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"cannot be read: No such file or directory\."):
        open_source(tmp_path / "none.csv")
    with pytest.raises(Failure, match="is a folder"):
        open_source(tmp_path)
    reading, writing = os.pipe()
    source = open_source(Path(f"/dev/fd/{reading}"))
    assert source.is_pipe
    source.check()
    for descriptor in (reading, writing, source.descriptor):
        os.close(descriptor)


def test_standard_input_that_is_closed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "__stdin__", None)
    with pytest.raises(Failure, match=r"^Standard input is closed: name a CSV file\.$"):
        open_source(None)
