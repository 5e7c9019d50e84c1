from __future__ import annotations

import os
from pathlib import Path

import pytest

from trunkline.cli.exec_programs import unreached

ENVIRONMENT = {"PATH": os.environ["PATH"]}

RUN = [
    "python app.py",
    "python3.13 -m app -I",
    "python -c 'pass' -S",
    "python -W ignore app.py -I",
    "python -Wignore -X dev app.py",
    "python -X importtime -u -B -",
    "python -Xfaulthandler=I app.py",  # the letters of a value are no options
    "python -sPB app.py",
    "python --check-hash-based-pycs always app.py",
    "pypy3 app.py",
    "node --no-warnings app.mjs",
    "npm test",
    "pytest -S",
    "http api.twilio.com",
    "make -I include",
    "env X=1 python app.py",
    "env -u HOME -C /tmp --chdir=/tmp X='a b' python app.py",
    "uv run python app.py",
    "uv run --with twilio python -I app.py",  # not certain
    "poetry run pytest",
    "sh -c 'python -I app.py && true'",  # not certain
    "sh -c \"python -c 'pass'\"",
    "sh -c 'PYTHONPATH=src:$PYTHONPATH python app.py'",
    "env python -m PYTHONPATH=x",
    "sh -c 'unfinished \"'",
    "sh script.sh",
    "timeout 5 python app.py",
    "env",
    "sh",
]
NOT_RUN = [
    ("python -I app.py", "leave out -I"),
    ("/usr/bin/python3.12 -uS app.py", "`python3.12 -S` does without its site module"),
    ("python3.11 -Ic pass", "leave out -I"),
    ("python -W ignore -bE app.py", "leave out -E"),
    ("python -X dev -Xutf8 -s -I -m app", "leave out -I"),
    ("pypy3 -I app.py", "leave out -I"),
    ("env X=1 Y=2 python -I app.py", "leave out -I"),
    ("env -S 'python -I' app.py", "leave out -I"),
    ("env -u HOME --chdir=/tmp python -I app.py", "leave out -I"),
    ("env -S'X=1 env -S python' -I app.py", "leave out -I"),
    ("uv run python -I app.py", "leave out -I"),
    ("uv run -- python -I app.py", "leave out -I"),
    ("poetry run python -E app.py", "leave out -E"),
    ("sh -c 'X=1 python -I app.py'", "leave out -I"),
    ("bash -lc 'exec python -I app.py'", "leave out -I"),
    ("timeout 5 nohup python -I app.py", "leave out -I"),
    ("curl https://api.twilio.com", "`curl` is neither Python nor Node.js"),
    ("deno run app.ts", "`trunkline exec --proxy`"),
    ("bun app.ts", "`trunkline exec --proxy`"),
    ("/opt/php8.3 app.php", "`php8.3` is neither"),
    ("ruby3.1 app.rb", "`ruby3.1` is neither"),
    ("sh -c 'curl -s https://api.twilio.com'", "`curl` is neither"),
    ("env PYTHONPATH=src python app.py", "`env` would take PYTHONPATH away"),
    ("sh -c 'NODE_OPTIONS=--no-warnings node app.js'", "take NODE_OPTIONS away"),
    ("env -u NODE_OPTIONS node app.js", "take NODE_OPTIONS away"),
    ("env -uNODE_OPTIONS node app.js", "take NODE_OPTIONS away"),
    ("env --unset=PYTHONPATH python app.py", "take PYTHONPATH away"),
    ("env -i python app.py", "leave out -i"),
    ("env - python app.py", "leave out -i"),
    ("sudo python app.py", "sudo trunkline exec"),
    ("docker compose up", "containers"),
]
ALSO_BEHIND_A_PROXY = ("env -i", "env - ", "sudo", "docker")


def words(command: str) -> list[str]:
    import shlex

    return shlex.split(command)


@pytest.mark.parametrize("command", RUN)
def test_what_the_redirect_reaches_or_may_reach_is_run(command: str) -> None:
    assert unreached(words(command), ENVIRONMENT) is None


@pytest.mark.parametrize(("command", "advice"), NOT_RUN)
def test_what_it_does_not_reach_is_told_in_one_sentence(command: str, advice: str) -> None:
    sentence = unreached(words(command), ENVIRONMENT)
    assert sentence is not None
    assert advice in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("command", [command for command, _ in NOT_RUN])
def test_behind_a_proxy_only_what_takes_the_variables_away_is_left(command: str) -> None:
    told = unreached(words(command), ENVIRONMENT, proxied=True)
    assert (told is not None) == command.startswith(ALSO_BEHIND_A_PROXY)


@pytest.mark.parametrize(
    ("first_line", "advice"),
    [
        ("#!/usr/bin/python3 -I", "leave out -I"),
        ("#!/usr/bin/python3 -Es", "leave out -E"),
        ("#! /usr/bin/env -S python3 -I", "leave out -I"),
        ("#!/usr/bin/env ruby", "`ruby` is neither"),
        ("#!/usr/bin/php8.2", "`php8.2` is neither"),
        ("#!/usr/bin/python3", None),
        ("#!/usr/bin/env python3", None),
        ("#!/bin/sh", None),
        ("#!", None),
        ("\x7fELF #!/usr/bin/python3 -I", None),
    ],
)
@pytest.mark.parametrize("before", [[], ["env", "X=1"], ["uv", "run"]], ids=" ".join)
def test_a_script_is_known_by_its_first_line(
    tmp_path: Path, first_line: str, advice: str | None, before: list[str]
) -> None:
    script = tmp_path / "a script"
    script.write_text(f"{first_line}\n")
    script.chmod(0o700)
    for name, path in [(str(script), ""), (script.name, str(tmp_path))]:
        told = unreached([*before, name], {"PATH": path})
        assert (told is None) if advice is None else (told is not None and advice in told)


def test_a_script_that_names_itself_ends(tmp_path: Path) -> None:
    script = tmp_path / "loop"
    script.write_text(f"#!{script}\n")
    script.chmod(0o700)
    other = tmp_path / "one"
    other.write_text(f"#!{tmp_path / 'two'}\n")
    other.chmod(0o700)
    (tmp_path / "two").write_text(f"#!{other}\n")
    (tmp_path / "two").chmod(0o700)
    assert unreached([str(script)], ENVIRONMENT) is None
    assert unreached([str(other)], ENVIRONMENT) is None


@pytest.mark.parametrize(
    "content",
    [
        b"\x7fELF" + bytes(3960) + b"\x04\0\0\0\x53\0\0\0\x04\0\0\0Go\0\0a-build-id",
        b"\xcf\xfa\xed\xfe" + bytes(4092) + b'\xff Go build ID: "a-build-id"',
    ],
)
def test_a_program_that_the_go_compiler_made(tmp_path: Path, content: bytes) -> None:
    program = tmp_path / "server"
    program.write_bytes(content)
    program.chmod(0o700)
    told = unreached([str(program)], ENVIRONMENT)
    assert told is not None
    assert "`server` is neither Python nor Node.js" in told
    assert unreached([str(program)], ENVIRONMENT, proxied=True) is None
    program.write_bytes(content.replace(b"Go", b"C "))
    assert unreached([str(program)], ENVIRONMENT) is None
