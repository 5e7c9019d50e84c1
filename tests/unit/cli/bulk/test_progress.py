from __future__ import annotations

import asyncio
import sys
from collections import Counter

import pytest

from trunkline.cli.bulk import progress
from trunkline.cli.bulk.journal import State
from trunkline.cli.bulk.progress import Progress, counts


def test_what_there_is_none_of_is_not_counted() -> None:
    assert counts(State(sent=1234)) == "1,234 sent"
    state = State(sent=1, refused=Counter({21211: 2, 21610: 1}), broken=4, in_doubt=5)
    assert counts(state) == "1 sent, 3 refused, 4 broken, 5 in doubt"


async def lines(
    state: State, capsys: pytest.CaptureFixture[str], total: int | None, waits: str | None = None
) -> str:
    """What is written until something is."""
    made = Progress(state, total=lambda: total, waits_for=lambda: waits)
    written = ""
    with made.shown():
        while not written:
            await asyncio.sleep(0)
            written = capsys.readouterr().err
    return written.splitlines()[0]


async def test_elsewhere_than_on_a_terminal_it_is_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.0)
    state = State(sent=500)
    assert await lines(state, capsys, 2000) == "500 of 2,000 rows (25%): 500 sent; 0 rows/s"
    assert await lines(state, capsys, None) == "500 rows: 500 sent; 0 rows/s"
    away = "the platform is away (refused)"
    assert await lines(state, capsys, 500, away) == f"500 of 500 rows (100%): 500 sent; {away}"


async def test_on_a_terminal_it_is_a_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "BAR_SECONDS", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    made = Progress(State(sent=500), total=lambda: 2000, waits_for=lambda: None)
    written = ""
    with made.shown():
        while "25%" not in written:
            await asyncio.sleep(0)
            written += capsys.readouterr().err
    assert "500 sent" in written
    assert "━" in written
