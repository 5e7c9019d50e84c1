from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trunkline.cli.export_messages import COLUMNS, export_messages, format_of

MESSAGE: dict[str, Any] = dict.fromkeys(COLUMNS) | {"body": "Hi"}


def test_ctrl_c_leaves_nothing_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "messages.csv"
    seen = []

    def interrupted() -> Iterator[dict[str, Any]]:
        yield MESSAGE
        seen.extend(each.name for each in tmp_path.iterdir())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_messages(interrupted(), path, form="csv", raw=False, force=False)
    assert len(seen) == 1
    assert seen[0].endswith(".partial"), "what is not complete says so by its name"
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().err == f"\nStopped: nothing was written to {path}.\n"


def test_a_row_is_written_as_it_comes(capsys: pytest.CaptureFixture[str]) -> None:
    def watched() -> Iterator[dict[str, Any]]:
        for _ in range(3):
            yield MESSAGE
            written.append(capsys.readouterr().out.count("Hi"))

    written: list[int] = []
    export_messages(watched(), None, form="jsonl", raw=False, force=False)
    assert written == [1, 1, 1]


@pytest.mark.parametrize(
    ("asked", "path", "form"),
    [
        (None, None, "csv"),
        (None, "a.csv", "csv"),
        (None, "a.txt", "csv"),
        (None, "a.jsonl", "jsonl"),
        (None, "a.json", "jsonl"),
        ("csv", "a.jsonl", "csv"),
        ("jsonl", None, "jsonl"),
    ],
)
def test_formats(asked: str | None, path: str | None, form: str) -> None:
    assert format_of(asked, None if path is None else Path(path)) == form
