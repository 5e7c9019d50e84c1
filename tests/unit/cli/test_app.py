from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.support import Shell
from trunkline.cli.app import app

GROUPS = {"phone": ["+14155550123"], "clock": [], "worlds": [], "webhooks": []}
COMMANDS = [
    *([c.name] for c in app.registered_commands),
    *([g.name] for g in app.registered_groups),
    *(
        [g.name, *GROUPS[str(g.name)], c.name or c.callback.__name__]
        for g in app.registered_groups
        for c in g.typer_instance.registered_commands
    ),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: " ".join(map(str, words)))
def test_every_command_has_help_and_json(tmp_path: Path, command: list[str]) -> None:
    shell = Shell(tmp_path, (*command, "--help"))
    assert shell.code == 0
    assert "--json" in shell.out
    assert "--data" in shell.out


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("up", "--port", "x"), ("up", "--port", "65536"), ("why",), ("tail", "--x")],
)
def test_a_slip_of_the_keyboard_is_code_2_without_a_traceback(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    shell = Shell(tmp_path, arguments)
    assert shell.code == 2
    assert "Traceback" not in shell.err
    assert shell.out == ""
