"""Two nodes on one database: together they keep a sender to its rate, also when one dies."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.acceptance.conftest import read_credentials
from tests.crash.test_rates_sigkill import SENT, control, send
from tests.support.platform import RunningPlatform, World
from tests.support.waiting import eventually

RATE = 5.0  # messages of one segment a second
EACH = 12
SLACK = 0.5  # seconds: from the turn of a message to the time that is written down


@pytest.fixture
def nodes(short_tmp: Path) -> Iterator[tuple[RunningPlatform, RunningPlatform, Path]]:
    """Two platforms that are to be started; the second one uses the database of the first."""
    folder = short_tmp / "two-nodes"
    folder.mkdir()
    lease = {"TRUNKLINE_LEASE_SECONDS": "2"}
    first = RunningPlatform(folder / "first", environment=lease)
    second = RunningPlatform(folder / "second", environment=lease)
    try:
        yield first, second, folder
    finally:
        second.clear_away()
        first.clear_away()


async def test_two_nodes_keep_one_sender_to_its_rate(
    nodes: tuple[RunningPlatform, RunningPlatform, Path],
) -> None:
    first, second, folder = nodes
    one = await begin(first)
    url = first.database_url()
    (folder / "second").mkdir()
    shutil.copy(folder / "first" / "secret.key", folder / "second" / "secret.key")
    second.environment["TRUNKLINE_DATABASE_URL"] = url
    two = await begin(second)
    await control(one, "PUT", "/limits", {"limits": "custom", "long_code": RATE})
    await eventually(lambda: two.control("GET", "/limits")["limits"] == "custom")
    for _ in range(EACH):
        for world in (one, two):
            await asyncio.to_thread(send, world, "+14155550123", "x")
    await eventually(lambda: count(url, EACH), seconds=60)
    # What the one that sends leaves is taken over by the other, which keeps to the rate.
    await asyncio.to_thread(second.kill)
    moments = await eventually(lambda: count(url, 2 * EACH), seconds=60)
    for n, start in enumerate(moments):
        for number, end in enumerate(moments[n:], 1):
            window = (end - start) / timedelta(seconds=1)
            assert number <= RATE * (window + SLACK) + 1, (number, window)


async def begin(platform: RunningPlatform) -> World:
    runtime = await asyncio.to_thread(platform.start)
    return await asyncio.to_thread(
        read_credentials, runtime["base_url"], runtime["control_token"], "default"
    )


async def count(url: str, most: int) -> list[datetime]:
    """When messages went, once there are so many."""
    connection: Any = await asyncpg.connect(url)
    try:
        moments = [row["real_time"] for row in await connection.fetch(SENT)]
        return moments if len(moments) >= most else []
    finally:
        await connection.close()
