from __future__ import annotations

import pytest

from tests.unit.cli.support import Control
from tests.unit.cli.test_credentials import CREDENTIALS

WORLD = {
    "name": "test-1",
    "now": "2026-03-04T05:06:07Z",
    "clock_movable": True,
    "limits": "off",
    "created_at": "2026-03-04T05:06:07Z",
}


LISTED = [
    "  world   its time (UTC)           clock    limits",
    "  test-1  2026-03-04 05:06:07.000  movable  off",
]


@pytest.mark.parametrize("words", [("world",), ("world", "list")])
def test_worlds_are_listed(control: Control, words: tuple[str, ...]) -> None:
    control.on("GET", "/worlds", {"worlds": [WORLD]})
    assert control.run(*words).out.splitlines() == LISTED
    assert control.run(*words, "--json").json() == {"worlds": [WORLD]}


def test_a_new_world_comes_with_credentials(control: Control) -> None:
    made = {"world": WORLD, "credentials": CREDENTIALS}
    control.on("POST", "/worlds", made, 201)
    assert "Auth token" in control.run("world", "create", "test-1").out
    assert control.asked[-1][3] == {"name": "test-1"}
    assert control.run("world", "create", "test-1", "--json").json() == made


@pytest.mark.parametrize(
    "words", [("test-1",), ("--world", "test-1"), ("test-1", "--world=test-1")]
)
def test_a_world_is_shown_with_its_clock_and_credentials(
    control: Control, words: tuple[str, ...]
) -> None:
    control.on("GET", "/worlds", {"worlds": [WORLD | {"name": "default"}, WORLD]})
    control.on("GET", "/credentials", CREDENTIALS)
    lines = control.run("world", "show", *words).out.splitlines()
    assert lines[:4] == [
        "test-1",
        "  Time (UTC)        2026-03-04 05:06:07.000, movable",
        "  Limits            off",
        "  Made              2026-03-04 05:06:07.000",
    ]
    assert f"  Account SID       {CREDENTIALS['account_sid']}" in lines
    asked = [query for _, path, query, _ in control.asked if path.endswith("/credentials")]
    assert asked == [{"world": "test-1"}]
    shown = control.run("world", "show", *words, "--json").json()
    assert shown == {"world": WORLD, "credentials": CREDENTIALS}


@pytest.mark.parametrize("words", [("test-1",), ("--world", "test-1")])
def test_reset_says_what_it_emptied(control: Control, words: tuple[str, ...]) -> None:
    control.on("POST", "/reset", WORLD)
    told = "World test-1 is empty, and its clock shows real time.\n"
    assert control.run("world", "reset", *words).out == told
    assert control.asked[-1][:3] == ("POST", "/trunkline/v1/reset", {"world": "test-1"})
    assert control.run("world", "reset", "--json").json() == WORLD


def test_two_worlds_are_not_emptied_by_one_command(control: Control) -> None:
    shell = control.run("world", "reset", "a", "--world", "b")
    assert (shell.code, shell.err) == (1, "Name one world: a, or --world b.\n")
    assert control.asked == []
