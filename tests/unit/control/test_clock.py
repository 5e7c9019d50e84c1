from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.control.support import Client, FakePlatform, make_world, refusal


async def test_the_clock_shows_world_time(client: Client) -> None:
    assert (await client.get("/clock")).json() == {
        "world": "default",
        "now": "2026-03-04T05:06:07Z",
        "ahead_seconds": 0.0,
        "movable": True,
    }


@pytest.mark.parametrize("by", ["1h", 3600, 3600.0, "3600", "60m"])
async def test_the_clock_moves_by_what_is_asked(
    client: Client, fake: FakePlatform, by: str | float
) -> None:
    answer = await client.call("POST", "/clock/advance", {"by": by})
    assert answer.json() == {"now": "2026-03-04T06:06:07Z", "ran": 2}
    assert fake.moves == [("default", timedelta(hours=1))]


async def test_the_clock_of_the_world_that_is_named_moves(
    client: Client, fake: FakePlatform
) -> None:
    fake.worlds.kept["other"] = make_world("other", "1")
    await client.call("POST", "/clock/advance?world=other", {"by": 1})
    assert fake.moves == [("other", timedelta(seconds=1))]


@pytest.mark.parametrize(
    "asked", [{}, {"by": "tomorrow"}, {"by": -1}, {"by": None}, {"by": 1e300}, {"by": "9999999w"}]
)
async def test_a_bad_move_is_refused(
    client: Client, fake: FakePlatform, asked: dict[str, Any]
) -> None:
    assert refusal(await client.call("POST", "/clock/advance", asked)) == (
        422,
        "invalid_parameter",
    )
    assert fake.moves == []


async def test_a_clock_does_not_reach_the_end_of_dates(client: Client, fake: FakePlatform) -> None:
    clock = fake.worlds.kept["default"].clock
    clock.hold(clock.now().replace(year=8998))
    answer = await client.call("POST", "/clock/advance", {"by": "3650d"})
    assert refusal(answer) == (422, "invalid_parameter")


async def test_a_clock_that_follows_real_time_is_not_moved(
    client: Client, fake: FakePlatform
) -> None:
    fake.worlds.kept["default"] = make_world("default", "0", movable=False)
    answer = await client.call("POST", "/clock/advance", {"by": "1h"})
    assert refusal(answer) == (409, "clock_not_movable")
