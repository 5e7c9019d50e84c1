"""Completion, asked for by a real bash."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from twilio.rest import Client

from tests.support.platform import World
from tests.support.terminal import Terminal, Typist, terminal

BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(BASH is None, reason="no bash here")


@pytest.fixture
def bash(typing: Typist, tmp_path: Path) -> Iterator[Terminal]:
    """A bash in which completion was installed as the help says."""
    program = tmp_path / "bin" / "trunkline"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {" ".join(typing.command())} "$@"\n')
    program.chmod(0o755)
    start = tmp_path / "bashrc"
    start.write_text('PS1="ready$ "\neval "$(trunkline completion bash)"\n')
    environment = {
        **typing.environment,
        "PATH": f"{program.parent}:{typing.environment['PATH']}",
        "HOME": str(tmp_path),
        "INPUTRC": "/dev/null",
    }
    command = [str(BASH), "--noprofile", "--rcfile", str(start), "-i"]
    with terminal(command, environment, columns=120) as shell:
        shell.until("ready$ ")
        yield shell


def test_commands_options_and_subcommands(bash: Terminal) -> None:
    bash.type("trunkline cred\t")
    bash.until("trunkline credentials ")
    bash.type("--js\t")
    bash.until("--json ")
    bash.type("\x15trunkline phone +14155550123 in\t")
    bash.until("+14155550123 inbox ")
    bash.type("--li\t")
    bash.until("--limit ")


def test_what_the_platform_knows(bash: Terminal, platform: World, client: Client) -> None:
    message = client.messages.create(to="+14155550123", from_=platform.numbers[0], body="Hi")
    bash.type("trunkline why \t")
    bash.until(f"trunkline why {message.sid} ")
    bash.type(f"\x15trunkline tail --world={platform.name[:-1]}\t\t")
    bash.until(platform.name)
    bash.type("\x15trunkline numbers show +1206\t")
    bash.until("show +12065550100 ")
    bash.type("\x15trunkline phone +1415555012\t")
    bash.until("phone +14155550123 ")


def test_files_are_the_shells(bash: Terminal, tmp_path: Path) -> None:
    (tmp_path / "numbers-to-import.csv").write_text("number\n")
    bash.type(f"trunkline numbers import --csv {tmp_path}/numb\t")
    bash.until("numbers-to-import.csv ")
