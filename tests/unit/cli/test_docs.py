from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from trunkline.cli.app import app

DOCS = (Path(__file__).parents[3] / "docs" / "cli.md").read_text()
SECTIONS = {part.split("\n")[0]: part for part in DOCS.split("\n## ")[1:]}
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
EVERYWHERE = {"--data", "--json", "--world", "--help", "-h"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented_with_an_example(name: str) -> None:
    assert f"$ trunkline {name}" in SECTIONS[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_documented_in_its_section(name: str) -> None:
    command = COMMANDS[name]
    for each in (command, *getattr(command, "commands", {}).values()):
        for parameter in each.params:
            for option in (*parameter.opts, *parameter.secondary_opts):
                if option.startswith("-") and option not in EVERYWHERE:
                    assert f"`{option}" in SECTIONS[name], (name, option)


def test_no_option_is_documented_that_does_not_exist() -> None:
    known = {"--default", *EVERYWHERE}
    for command in COMMANDS.values():
        for each in (command, *getattr(command, "commands", {}).values()):
            for parameter in each.params:
                known |= {*parameter.opts, *parameter.secondary_opts}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", DOCS)) <= known
