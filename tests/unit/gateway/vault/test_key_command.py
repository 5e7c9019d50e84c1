"""A command that prints the master keys."""

from __future__ import annotations

import base64
import os
import select
import shlex
import sys
from pathlib import Path

import pytest

from trunkline.gateway.vault import VaultError
from trunkline.gateway.vault.key_command import KeyCommand

KEY = bytes(range(32))
ENTRY = f"1:{base64.b64encode(KEY).decode()}"
SECRET = "hvs.the-token-of-the-key-service"


def command(program: str) -> KeyCommand:
    """A command that runs Python, given a secret."""
    words = [sys.executable, "-c", program, SECRET]
    return KeyCommand(shlex.join(words), seconds=30)


def refused(key_command: KeyCommand) -> str:
    with pytest.raises(VaultError) as caught:
        key_command.read()
    error = caught.value
    assert SECRET not in f"{error!r}{error.__cause__!r}{key_command!r}"
    assert ENTRY[2:20] not in repr(error)
    return str(error)


def test_what_it_prints_is_read() -> None:
    assert command(f"print({ENTRY!r})").read() == {1: KEY}


def test_no_shell_reads_it(tmp_path: Path) -> None:
    made = tmp_path / "made"
    line = f"echo '{ENTRY}' ; touch {made} $(touch {made}) `touch {made}` > {made} | tee {made}"
    with pytest.raises(VaultError, match="at place 2"):
        KeyCommand(line).read()
    assert not made.exists()


def test_it_has_no_input() -> None:
    assert command(f"import sys; sys.stdin.read(); print({ENTRY!r})").read() == {1: KEY}


def test_a_failure_is_told_by_its_status_alone() -> None:
    program = f"import sys; print({ENTRY!r}); print(sys.argv[1], file=sys.stderr); sys.exit(3)"
    assert refused(command(program)) == "The master key command failed with status 3."


def test_what_it_prints_is_not_quoted() -> None:
    told = refused(command("import sys; print(sys.argv[1])"))
    assert told.startswith("The output of the master key command has no master key at place 1")


def test_one_that_takes_too_long_is_ended_with_what_it_started(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    started = f"import time; pipe = open({str(pipe)!r}, 'w', buffering=1); time.sleep(600)"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {started!r}])"
    slow = KeyCommand(shlex.join([sys.executable, "-c", program, SECRET]), seconds=2)
    try:
        assert refused(slow) == "The master key command took longer than 2 s."
        # The end of the pipe comes when the last of those that write to it is gone.
        assert select.select([reader], [], [], 30)[0]
        assert os.read(reader, 1) == b""
    finally:
        os.close(reader)


def test_one_that_prints_without_end_is_ended() -> None:
    told = refused(command("while True: print('x' * 100000)"))
    assert told == "The output of the master key command is larger than 65536 bytes."


def test_a_program_that_is_not_there_is_told() -> None:
    told = refused(KeyCommand(f"/no/such/program {SECRET}"))
    assert told == "The master key command cannot be run: No such file or directory."


@pytest.mark.parametrize("line", ["", "  ", "'", 'echo "1:'])
def test_what_is_no_command_is_told(line: str) -> None:
    with pytest.raises(VaultError, match="is not a command"):
        KeyCommand(line)


def test_a_nul_character_is_told() -> None:
    told = refused(KeyCommand(f"echo {SECRET}\0"))
    assert told == "The master key command cannot be run: it has a NUL character."


def test_no_descriptor_is_left_open() -> None:
    before = len(os.listdir("/proc/self/fd"))
    command(f"print({ENTRY!r})").read()
    refused(command("1/0"))
    assert len(os.listdir("/proc/self/fd")) == before
