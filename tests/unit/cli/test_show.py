from __future__ import annotations

import pytest

from trunkline.cli import show

HEADS = ["number", "name", ""]
ROWS = [["+12065550100", "東京", "x"], ["+1", "a\u0301b", "delivered"]]


def test_a_pipe_gets_aligned_columns(capsys: pytest.CaptureFixture[str]) -> None:
    show.table(HEADS, ROWS, mark=2)
    assert capsys.readouterr().out.splitlines() == [
        "  number        name",
        "  +12065550100  東京  x",
        "  +1            a\u0301b    delivered",
    ]


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("abc", 3), ("東京", 4), ("a\u0301b", 2), ("👋", 2), ("ﾊﾛ", 2)]
)
def test_wide_characters_take_two_columns(text: str, width: int) -> None:
    assert show.width_of(text) == width


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\x1b[31mb", "a\\x1b[31mb"), ("a\nb", "a\\nb"), ("\u202ex", "\\u202ex"), ("é👋", "é👋")],
)
def test_nobody_moves_the_cursor(text: str, shown: str) -> None:
    assert show.plain(text) == shown


def test_what_joins_letters_and_emoji_stays_and_takes_no_place() -> None:
    family = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"
    assert show.plain(family) == family
    assert show.width_of(family) == 6


class Terminal:
    """What `show` asks of standard output."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(show, "is_terminal", lambda: True)
        monkeypatch.delenv("NO_COLOR", raising=False)


def test_a_status_has_its_colour_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert show.status("failed") == "failed"
    Terminal(monkeypatch)
    assert show.status("message.failed") == "\x1b[31mmessage.failed\x1b[0m"
    assert show.status("ok") == "\x1b[32mok\x1b[0m"
    assert show.status("warn") == "\x1b[33mwarn\x1b[0m"
    assert show.status("queued") == "queued"
    monkeypatch.setenv("NO_COLOR", "1")
    assert show.status("failed") == "failed"


def test_a_narrow_terminal_gets_a_row_below_the_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Terminal(monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "20")
    show.table(HEADS, ROWS)
    assert capsys.readouterr().out.splitlines()[:4] == [
        "  number  +12065550100",
        "  name    東京",
        "  ·       x",
        "",
    ]


def test_a_wide_terminal_gets_a_table_with_lines_broken_to_fit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Terminal(monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    show.table(["what", "[red]where"], [["a", "https://example.com/" + "x" * 100]])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 60
    assert "[red]where" in lines[0]  # no markup of anybody's
    assert len(lines) > 2
