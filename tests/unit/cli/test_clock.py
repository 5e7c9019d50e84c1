from __future__ import annotations

import pytest

from tests.unit.cli.support import Control


@pytest.mark.parametrize(
    ("ahead", "note"), [(0.0, "real time"), (5400.2, "1h30m ahead"), (-60.0, "1m behind")]
)
def test_the_clock_shows_world_time(control: Control, ahead: float, note: str) -> None:
    state = {"world": "default", "now": "2026-03-04T05:06:07.5Z", "ahead_seconds": ahead}
    control.on("GET", "/clock", state)
    assert control.run("clock").out == f"2026-03-04 05:06:07.500 UTC  {note}\n"
    assert control.run("clock", "--json").json() == state


@pytest.mark.parametrize(
    ("ran", "told"),
    [
        (0, "nothing was due"),
        (1, "work at 1 moment was done"),
        (3, "work at 3 moments was done"),
    ],
)
def test_a_move_tells_what_it_did(control: Control, ran: int, told: str) -> None:
    control.on("POST", "/clock/advance", {"now": "2026-03-04T06:06:07Z", "ran": ran})
    assert control.run("clock", "advance", "1h").out == f"2026-03-04 06:06:07.000 UTC  {told}\n"
    assert control.asked[-1][3] == {"by": "1h"}
