from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import node
from trunkline.redirect.environment import (
    NODE_PRELOAD,
    PYTHON_FOLDER,
    CannotRedirect,
    redirected_environment,
)

ROUTES = "twilio.com=http://127.0.0.1:8080"
CREDENTIALS: dict[str, Any] = {
    "account_sid": "ACworld",
    "auth_token": "tokenworld",
    "api_key": "SKworld",
    "api_secret": "secretworld",
    "test_account_sid": "ACtest",
    "test_auth_token": "tokentest",
    "numbers": ["+12065550100", "+14155550100"],
}


def made(base: dict[str, str], **changes: Any) -> dict[str, str]:
    return redirected_environment(base, ROUTES, {**CREDENTIALS, **changes})


def test_an_empty_environment_gets_what_it_takes_and_nothing_else() -> None:
    assert made({}) == {
        "TRUNKLINE_REDIRECT": ROUTES,
        "PYTHONPATH": str(PYTHON_FOLDER),
        "NODE_OPTIONS": f'--require="{NODE_PRELOAD}"',
        "TWILIO_ACCOUNT_SID": "ACworld",
        "TWILIO_AUTH_TOKEN": "tokenworld",
        "TWILIO_PHONE_NUMBER": "+12065550100",
    }


def test_everything_else_stays_and_the_base_is_not_changed() -> None:
    base = {"HOME": "/home/you", "TWILIO_REGION": "ie1", "TWILIO_AUTH_TOKEN": "real"}
    found = made(base)
    assert (found["HOME"], found["TWILIO_REGION"]) == ("/home/you", "ie1")
    assert found["TWILIO_AUTH_TOKEN"] == "tokenworld"
    assert base == {"HOME": "/home/you", "TWILIO_REGION": "ie1", "TWILIO_AUTH_TOKEN": "real"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "{0}"),
        ("/lib", "{0}:/lib"),
        ("/lib:", "{0}:/lib:"),  # the current folder, as the user has it
        (":/lib", "{0}::/lib"),
        ("{0}:/lib", "{0}:/lib"),
        ("/lib:{0}", "{0}:/lib"),
    ],
)
def test_pythonpath_begins_with_ours_and_means_what_it_meant(before: str, after: str) -> None:
    ours = str(PYTHON_FOLDER)
    found = made({"PYTHONPATH": before.format(ours)})
    assert found["PYTHONPATH"] == after.format(ours)


def test_an_empty_pythonpath_does_not_become_the_current_folder(tmp_path: Path) -> None:
    script = "import sys; print([each for each in sys.path[1:] if each in ('', sys.argv[1])])"
    environment = {**made({**os.environ, "PYTHONPATH": ""})}
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[]"


def test_a_folder_that_pythonpath_cannot_name_is_told() -> None:
    with pytest.raises(CannotRedirect, match="PYTHONPATH cannot name /a:b"):
        redirected_environment({}, ROUTES, CREDENTIALS, python=Path("/a:b/python"))


@pytest.mark.parametrize("folder", ["plain", "with spaces", 'a "quoted" one', "back\\slash", "'"])
@pytest.mark.parametrize("existing", ["", "--no-warnings", "--no-warnings --no-deprecation"])
def test_node_loads_the_preload_from_any_path(tmp_path: Path, folder: str, existing: str) -> None:
    preload = tmp_path / folder / "redirect.cjs"
    preload.parent.mkdir()
    preload.write_text("globalThis.loaded = (globalThis.loaded || 0) + 1;")
    once = redirected_environment(
        {"PATH": os.environ["PATH"], "NODE_OPTIONS": existing}, ROUTES, CREDENTIALS, node=preload
    )
    again = redirected_environment(once, ROUTES, CREDENTIALS, node=preload)
    done = subprocess.run(
        [node.node_binary(), "-e", "console.log(globalThis.loaded, process.env.NODE_OPTIONS)"],
        env=again,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert done.stdout.startswith(f"1 {existing}")


def test_within_itself_it_adds_nothing_twice_and_the_inner_one_counts() -> None:
    outer = made({"PYTHONPATH": "/lib", "NODE_OPTIONS": "--no-warnings"})
    inner = redirected_environment(
        outer, "twilio.com=http://127.0.0.1:9", {**CREDENTIALS, "account_sid": "ACinner"}
    )
    changed = {name for name in inner if inner[name] != outer.get(name)}
    assert changed == {"TRUNKLINE_REDIRECT", "TWILIO_ACCOUNT_SID"}


def test_keys_that_were_set_become_those_of_the_world() -> None:
    found = made(
        {
            "TWILIO_API_KEY": "SKreal",
            "TWILIO_API_SECRET": "real",
            "TWILIO_API_KEY_SECRET": "real",
            "TWILIO_TEST_AUTH_TOKEN": "real",
        }
    )
    assert found["TWILIO_API_KEY"] == "SKworld"
    assert found["TWILIO_API_SECRET"] == found["TWILIO_API_KEY_SECRET"] == "secretworld"
    assert found["TWILIO_TEST_AUTH_TOKEN"] == "tokentest"
    assert not {"TWILIO_API_KEY_SID", "TWILIO_TEST_ACCOUNT_SID"} & set(found)


def test_a_world_without_a_key_or_a_number_leaves_no_real_one_behind() -> None:
    found = made(
        {"TWILIO_API_KEY": "SKreal", "TWILIO_API_SECRET": "real", "TWILIO_PHONE_NUMBER": "+1"},
        api_key=None,
        api_secret=None,
        numbers=[],
    )
    assert not {"TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_PHONE_NUMBER"} & set(found)
