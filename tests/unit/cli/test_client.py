from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.unit.cli.support import Control, Shell
from trunkline.server.runtime_file import Runtime, write_runtime

COMMANDS = [
    ("credentials",),
    ("phone", "+14155550123", "inbox"),
    ("phone", "+14155550123", "send", "+14155550100", "Hi"),
    ("phone", "--default", "set", "--fail", "30003"),
    ("tail",),
    ("clock",),
    ("clock", "advance", "1h"),
    ("why", "SM" + "0" * 32),
    ("world",),
    ("world", "create", "x"),
    ("world", "show"),
    ("world", "reset", "x"),
]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("as_json", [False, True])
def test_without_a_platform_every_command_says_so(
    tmp_path: Path, command: tuple[str, ...], as_json: bool
) -> None:
    shell = Shell(tmp_path, (*command, "--json") if as_json else command)
    assert shell.code == 1
    assert shell.out == ""
    assert shell.err == (
        f"No Trunkline runs on {tmp_path}: start one with `trunkline up --data {tmp_path}`.\n"
    )


def test_a_file_that_a_killed_platform_left_is_not_believed(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    write_runtime(tmp_path, Runtime(base_url=address, control_token="t", pid=1, started_at=""))
    assert Shell(tmp_path, ("credentials",)).err.startswith(f"No Trunkline runs on {tmp_path}: ")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_refusal_is_told_in_its_own_words(control: Control, command: tuple[str, ...]) -> None:
    shell = control.run(*command)
    assert (shell.code, shell.out, shell.err) == (1, "", "There is nothing.\n")


def test_a_strange_server_in_the_platforms_place_is_recognised(control: Control) -> None:
    control.on("GET", "/clock", b"<html>")
    assert "is not the platform that ran on" in control.run("clock").err
    control.on("GET", "/clock", b"<html>", 500)
    assert "is not the platform that ran on" in control.run("clock").err


def test_options_may_stand_before_and_after_a_subcommand(control: Control, tmp_path: Path) -> None:
    control.on("GET", "/clock", {"now": "2026-03-04T05:06:07Z"})
    control.on("POST", "/clock/advance", {"now": "2026-03-04T05:06:07Z", "ran": 0})
    elsewhere = tmp_path / "elsewhere"
    data = str(tmp_path)
    for arguments in (
        ("clock", "--json", "--data", data, "--world", "w", "advance", "1h"),
        ("clock", "advance", "1h", "--json", "--data", data, "--world", "w"),
        ("clock", "--data", str(elsewhere), "advance", "1h", "--data", data, "--world=w", "--json"),
    ):
        assert Shell(elsewhere, arguments).json()["ran"] == 0
        assert control.asked[-1] == (
            "POST",
            "/trunkline/v1/clock/advance",
            {"world": "w"},
            {"by": "1h"},
        )


def test_a_command_starts_quickly_and_loads_nothing_of_the_platform() -> None:
    program = (
        "import sys; from trunkline.cli.app import app; import trunkline.cli.client\n"
        "heavy = {'sqlalchemy', 'asyncpg', 'starlette', 'uvicorn', 'asyncio', 'rich', 'twilio'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=dict(os.environ)
    )
    assert done.stdout == "[]\n"
    assert time.perf_counter() - began < 5  # 0.2 s on a quiet machine


def test_a_file_is_no_data_folder(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.write_text("")
    told = f"{file} is a file and no data folder: name a folder with --data.\n"
    assert Shell(file, ("clock",)).err == told


def test_another_platform_at_the_address_is_told_from_the_one_that_ran(control: Control) -> None:
    address = control.base_url
    write_runtime(
        control.data,
        Runtime(base_url=address, control_token="tlc_old", pid=1, started_at=""),
    )
    control.on("GET", "/clock", {"now": "2026-03-04T05:06:07Z"})
    assert control.run("clock").err == (
        f"Another Trunkline answers at {address} than the one that ran on {control.data}: "
        f"start that one again.\n"
    )


def test_a_runtime_file_of_another_version_is_no_platform(tmp_path: Path) -> None:
    (tmp_path / "runtime.json").write_text('{"port": 8080}')
    assert Shell(tmp_path, ("clock",)).err.startswith(f"No Trunkline runs on {tmp_path}: ")
