from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli.support import KNOWN, Control, Shell
from trunkline.cli.commands import COMMANDS, LazyCommands
from trunkline.cli.help_text import read_help

NEEDED = {"phone": ["+14155550123"]}  # before a subcommand
WITHOUT_JSON = {
    "exec",
    "completion",
    "alias",
}  # what they print is another program's, or for a shell
WITHOUT_DATA = {"completion", "alias"}
MADE = LazyCommands()


def every_command() -> Iterator[list[str]]:
    for name, command in MADE.items():
        yield [name]
        for below in getattr(command, "commands", {}):
            yield [name, *NEEDED.get(name, []), below]


@pytest.mark.parametrize("command", list(every_command()), ids=" ".join)
def test_every_command_has_help_and_json(tmp_path: Path, command: list[str]) -> None:
    shell = Shell(tmp_path, (*command, "--help"))
    assert shell.code == 0
    assert shell.out.startswith("Usage: ")
    assert ("--json" in shell.out) == (command[0] not in WITHOUT_JSON)
    assert ("--data" in shell.out) == (command[0] not in WITHOUT_DATA)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_says(name: str) -> None:
    assert COMMANDS[name].summary == read_help(MADE[name].help)[0]


def test_the_help_lists_every_command(tmp_path: Path) -> None:
    out = Shell(tmp_path, ("--help",)).out
    assert [name for name in COMMANDS if f"\n  {name} " not in out] == []


@pytest.mark.parametrize("arguments", [("--help",), ("clock", "--help"), ("clock",)])
def test_what_is_slow_to_load_is_not_loaded_for_help_or_a_plain_command(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    program = (
        "import atexit, sys\n"
        "slow = ('rich', 'pydantic', 'asyncio', 'sqlalchemy', 'trunkline.messaging')\n"
        "atexit.register(lambda: print([n for n in slow if n in sys.modules], file=sys.stderr))\n"
        "from trunkline.cli.main import main\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"TRUNKLINE_DATA": str(tmp_path)},
    )
    assert done.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("gibberish",), "No such command 'gibberish': see `trunkline --help`."),
        (("tial",), "No such command 'tial'. Did you mean 'tail'? See `trunkline --help`."),
        (
            ("up", "--port", "x"),
            "Invalid value for '--port': 'x' is no whole number: see `trunkline up --help`.",
        ),
        (
            ("up", "--port", "65536"),
            "Invalid value for '--port': 65536 is more than 65535: see `trunkline up --help`.",
        ),
        (("why",), "Missing argument 'SID': see `trunkline why --help`."),
        (("version", "x"), "Got unexpected extra argument(s) (x): see `trunkline version --help`."),
        (("tail", "--x"), "No such option: --x: see `trunkline tail --help`."),
    ],
)
def test_a_slip_of_the_keyboard_is_code_2_and_one_line(
    tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    shell = Shell(tmp_path, arguments)
    assert (shell.code, shell.out, shell.err) == (2, "", f"{told}\n")


@pytest.mark.parametrize(
    "words",
    [
        ("why", "\udcff"),
        ("phone", "+14155550123", "send", "+14155550100", "\udcff"),
        ("credentials", "--world", "\udcff"),
        ("numbers", "list", "--contains", "\udcff"),
    ],
)
def test_bytes_that_are_no_text_are_told_in_one_line(
    control: Control, words: tuple[str, ...]
) -> None:
    control.on("GET", "/credentials", KNOWN)
    shell = control.run(*words)
    assert (shell.code, shell.out) == (1, "")
    assert shell.err == "What was typed is not text in UTF-8.\n"


def test_a_refusal_that_echoes_a_long_text_is_one_line_of_bounded_length(control: Control) -> None:
    error = {"code": "invalid_parameter", "message": "No\x1b[31m\n" + "x" * 100_000}
    control.on("GET", "/clock", {"error": error}, 422)
    shell = control.run("clock")
    assert shell.err.startswith("No\\x1b[31m\\nxxx")
    assert len(shell.err) < 2100
    assert shell.err.count("\n") == 1
