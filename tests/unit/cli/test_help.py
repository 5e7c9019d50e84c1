from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.support import Shell


def test_a_command_says_what_it_does_how_it_is_typed_and_shows_examples(tmp_path: Path) -> None:
    assert (
        Shell(tmp_path, ("phone", "+14155550123", "send", "--help")).out
        == """\
Usage: trunkline phone NUMBER send [OPTIONS] TO [TEXT...]

Send a message from the phone to one of the platform's numbers.

The SID of the inbound message is printed. Media are files, or URLs that are fetched: ten of them,
and 5 MB together, at most.

Arguments
  TO    One of the platform's numbers.
  TEXT  The text; words are joined by spaces.

Options
  --media FILE|URL  Media to send with it; may be given ten times.
  --data DIR        Data folder; else TRUNKLINE_DATA, else ~/.local/share/trunkline.
  --world NAME      World to act on; else TRUNKLINE_WORLD, else default.
  --json            Print JSON, for programs.
  -h, --help        Show this message and exit.

Examples
  $ trunkline phone +14155550123 send +12065550100 "Hi there"
  $ trunkline phone +14155550123 send +12065550100 Look --media cat.jpg
"""
    )


@pytest.mark.parametrize("words", [("--help",), ("numbers", "import", "-h"), ("tail", "-h")])
@pytest.mark.parametrize("columns", [40, 80, 200])
def test_it_fits_the_terminal(tmp_path: Path, words: tuple[str, ...], columns: int) -> None:
    shell = Shell(tmp_path, words, columns=columns)
    typed = shell.out.partition("Examples")[2]
    told = shell.out.removesuffix(typed)
    assert max(map(len, told.splitlines())) <= min(columns, 100)


def test_a_default_and_what_can_be_switched_off_are_told(tmp_path: Path) -> None:
    assert "(default: 20)" in Shell(tmp_path, ("phone", "+14155550123", "inbox", "-h")).out
    assert "--no-receipt / --receipt" in Shell(tmp_path, ("phone", "+14155550123", "set", "-h")).out


def test_a_group_lists_its_subcommands(tmp_path: Path) -> None:
    out = Shell(tmp_path, ("world", "--help")).out
    assert out.startswith("Usage: trunkline world [OPTIONS] [COMMAND] ...\n")
    assert "\n  reset   Empty a world: messages, opt-outs, settings of phones, clock.\n" in out


def test_without_a_command_the_help_is_shown_as_an_error(tmp_path: Path) -> None:
    shell = Shell(tmp_path, ())
    assert (shell.code, shell.out) == (2, "")
    assert shell.err.rstrip() == Shell(tmp_path, ("--help",)).out.rstrip()
