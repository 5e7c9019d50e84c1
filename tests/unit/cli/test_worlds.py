from __future__ import annotations

from tests.unit.cli.support import Control
from tests.unit.cli.test_credentials import CREDENTIALS

WORLD = {
    "name": "test-1",
    "now": "2026-03-04T05:06:07Z",
    "clock_movable": True,
    "limits": "off",
    "created_at": "2026-03-04T05:06:07Z",
}


def test_worlds_are_listed(control: Control) -> None:
    control.on("GET", "/worlds", {"worlds": [WORLD]})
    assert control.run("worlds").out.splitlines() == [
        "  world   its time (UTC)           clock    limits",
        "  test-1  2026-03-04 05:06:07.000  movable  off",
    ]
    assert control.run("worlds", "--json").json() == {"worlds": [WORLD]}


def test_a_new_world_comes_with_credentials(control: Control) -> None:
    made = {"world": WORLD, "credentials": CREDENTIALS}
    control.on("POST", "/worlds", made, 201)
    assert "Auth token" in control.run("worlds", "create", "test-1").out
    assert control.asked[-1][3] == {"name": "test-1"}
    assert control.run("worlds", "create", "test-1", "--json").json() == made


def test_reset_says_what_it_emptied(control: Control) -> None:
    control.on("POST", "/reset", WORLD)
    told = "World test-1 is empty, and its clock shows real time.\n"
    assert control.run("reset", "--world", "test-1").out == told
    assert control.asked[-1][:3] == ("POST", "/trunkline/v1/reset", {"world": "test-1"})
    assert control.run("reset", "--json").json() == WORLD
