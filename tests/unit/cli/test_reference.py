from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trunkline.cli.commands import LazyCommands
from trunkline.cli.help_text import Block, read_help
from trunkline.cli.reference import reference

COMMITTED = Path(__file__).parents[3] / "docs" / "cli.md"


def every_command() -> Iterator[tuple[str, Any]]:
    for name, command in LazyCommands().items():
        yield name, command
        for below, each in getattr(command, "commands", {}).items():
            yield f"{name} {below}", each


EVERY = dict(every_command())


def test_the_committed_page_is_what_the_commands_say() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == reference(), "run `make docs`"


@pytest.mark.parametrize("path", EVERY)
def test_every_command_has_a_section_with_its_options(path: str) -> None:
    section = re.split(r"\n##+ ", reference().split(f"# {path}\n")[1])[0]
    assert f"trunkline {path.split()[0]}" in section
    for parameter in EVERY[path].params:
        for option in (*parameter.opts, *parameter.secondary_opts):
            if option.startswith("--") and option not in ("--data", "--world", "--json"):
                assert f"{option}" in section, option


@pytest.mark.parametrize("path", [path for path in EVERY if path != "phone show"])
def test_every_command_shows_how_it_is_typed(path: str) -> None:
    _, parts = read_help(EVERY[path].help)
    own = path in ("numbers list", "world list")  # as their groups
    assert own or any(isinstance(part, Block) and part.is_example for part in parts)


def test_what_is_told_once_is_not_in_the_tables() -> None:
    page = reference()
    assert "| `--data DIR` | all |" in page
    assert page.count("| `--data DIR`") == page.count("| `--json`") == 1
    assert "--install-completion" not in page
