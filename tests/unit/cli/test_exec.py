"""What `trunkline exec` says where it runs nothing; what it runs is an acceptance test."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.unit.cli.support import Control, Shell
from trunkline.cli import client
from trunkline.cli import exec as exec_command
from trunkline.cli.exec import environment_for
from trunkline.redirect.hosts import REDIRECTED

CREDENTIALS = {
    "account_sid": "AC1",
    "auth_token": "token",
    "numbers": ["+12065550100"],
    "api_key": None,
    "api_secret": None,
}


@pytest.fixture
def control(control: Control) -> Control:
    control.on("GET", "/credentials", CREDENTIALS)
    control.on("GET", "/worlds", {"worlds": []})
    return control


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the process would have become: program, words, environment."""
    seen: list[Any] = []

    def execve(*what: Any) -> NoReturn:
        seen.append(what)
        raise SystemExit(0)

    monkeypatch.setattr(os, "execve", execve)
    monkeypatch.setattr(exec_command.signal, "signal", lambda *_: None)
    return seen


@pytest.mark.parametrize("arguments", [[], ["--"], ["--proxy"], [""]])
def test_without_a_program_it_says_how_to_name_one(control: Control, arguments: list[str]) -> None:
    shell = control.run("exec", *arguments)
    assert shell.code == 2
    assert shell.err == "Say what to run: trunkline exec -- CMD ARGS…\n"


def test_an_option_that_it_does_not_know_is_not_a_program(control: Control) -> None:
    shell = control.run("exec", "--prxoy", "curl")
    assert (shell.code, shell.err.startswith("exec has no option --prxoy: ")) == (2, True)
    assert control.asked == []


@pytest.mark.parametrize(
    ("name", "code", "sentence"),
    [
        ("no-such-program", 127, "There is no command no-such-program: see that its folder"),
        ("./nothing", 127, "There is no command ./nothing"),
        ("X=1", 127, "set a variable by `env X=1 CMD`"),
        ("{0}", 126, "{0} is a folder: name a program."),
        ("{0}/plain", 126, "{0}/plain may not be run: make it executable with `chmod +x`."),
        ("plain", 126, "{0}/plain may not be run"),
    ],
)
@pytest.mark.parametrize("option", [[], ["--proxy"], ["--up"]])
def test_what_cannot_be_run_has_the_exit_code_of_a_shell(
    control: Control,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    code: int,
    sentence: str,
    option: list[str],
) -> None:
    (tmp_path / "plain").touch(mode=0o600)
    monkeypatch.setenv("PATH", f"/nowhere:{tmp_path}")
    shell = control.run("exec", *option, "--", name.format(tmp_path))
    assert shell.code == code
    assert sentence.format(tmp_path) in shell.err
    assert shell.err.count("\n") == 1
    assert control.asked == []


def test_a_program_that_is_not_reached_is_not_run(control: Control, became: list[Any]) -> None:
    shell = control.run("exec", "--", "env", "-i", "sh")
    assert (shell.code, shell.err.count("\n")) == (2, 1)
    assert "leave out -i" in shell.err
    assert control.asked == became == []


def test_options_behind_the_program_are_its_own(control: Control, became: list[Any]) -> None:
    words = ["sh", "--proxy", "--data", "x", "-h", "--", "--up"]
    assert control.run("exec", *words).code == 0
    assert control.run("exec", "--", *words).code == 0
    assert [each[1] for each in became] == [words, words]


def test_it_is_redirected_to_the_world_that_is_named(control: Control, became: list[Any]) -> None:
    assert control.run("exec", "--world", "ci-1", "sh").code == 0
    [(program, _, environment)] = became
    assert os.path.isabs(program)
    assert control.asked == [("GET", "/trunkline/v1/credentials", {"world": "ci-1"}, None)]
    assert environment["TRUNKLINE_REDIRECT"].split() == [
        f"{pattern}={control.base_url}" for pattern in REDIRECTED
    ]
    assert environment["TWILIO_ACCOUNT_SID"] == "AC1"
    assert environment["TRUNKLINE_DATA"] == str(control.data)
    assert environment["TRUNKLINE_WORLD"] == "ci-1"


def test_a_script_without_a_first_line_is_read_by_a_shell(
    control: Control, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "script"
    script.touch(mode=0o700)
    seen: list[Any] = []

    def execve(program: str, words: list[str], _: dict[str, str]) -> NoReturn:
        seen.append((program, words))
        if program == "/bin/sh":
            raise SystemExit(0)
        raise OSError(8, "Exec format error")

    monkeypatch.setattr(os, "execve", execve)
    monkeypatch.setattr(exec_command.signal, "signal", lambda *_: None)
    assert control.run("exec", str(script), "x").code == 0
    assert seen == [
        (str(script), [str(script), "x"]),
        ("/bin/sh", ["sh", str(script), "x"]),
    ]


@pytest.mark.parametrize("option", [[], ["--proxy"]])
def test_no_platform(tmp_path: Path, became: list[Any], option: list[str]) -> None:
    shell = Shell(tmp_path, ("exec", *option, "sh"))
    assert (shell.code, became) == (1, [])
    assert shell.err.startswith(f"No Trunkline runs on {tmp_path}: start one with `trunkline up")


@pytest.mark.parametrize("option", [[], ["--proxy"], ["--up"]])
def test_a_platform_of_another_user(
    control: Control, became: list[Any], monkeypatch: pytest.MonkeyPatch, option: list[str]
) -> None:
    def refuse(_: Path) -> NoReturn:
        raise PermissionError

    monkeypatch.setattr(client, "read_runtime", refuse)
    shell = control.run("exec", *option, "sh")
    assert (shell.code, became) == (1, [])
    assert "belongs to another user" in shell.err


def test_a_temporary_folder_that_cannot_be_made(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    shell = control.run("exec", "--proxy", "sh")
    assert shell.code == 1
    assert shell.err == (
        "No temporary folder can be made (Permission denied): set TMPDIR to one that may be "
        "written.\n"
    )


def test_a_proxy_of_another_kind_is_told(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    shell = control.run("exec", "--proxy", "sh")
    assert (shell.code, shell.err.count("\n")) == (1, 1)
    assert "ALL_PROXY names a proxy that is not http://HOST:PORT" in shell.err


def test_the_environment_of_this_process_stays_as_it_is(tmp_path: Path) -> None:
    before = dict(os.environ)
    made = environment_for(dict(CREDENTIALS), "http://127.0.0.1:1", tmp_path, None)
    assert "TRUNKLINE_WORLD" not in made or made["TRUNKLINE_WORLD"] == before["TRUNKLINE_WORLD"]
    assert dict(os.environ) == before
