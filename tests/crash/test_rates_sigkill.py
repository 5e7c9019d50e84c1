"""A sender never exceeds its rate, however often the platform is killed."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from tests.crash.conftest import Setting
from tests.crash.load import WIRE
from tests.support.platform import World
from tests.support.waiting import eventually

ROUNDS = 4
SEGMENTS = 10
TEXT = "x" * 153 * SEGMENTS
RATE = 0.5  # segments a second: a message takes 20 seconds, a start far less

SENT = """
SELECT real_time FROM message_events WHERE kind = 'message.sending' ORDER BY real_time
"""


@pytest.mark.parametrize("recipient", ["+14155550123", WIRE + "00900123"])
async def test_a_kill_gives_a_sender_no_credit(setting: Setting, recipient: str) -> None:
    world = await setting.start()
    await control(world, "PUT", "/limits", {"limits": "custom", "long_code": RATE})
    for _ in range(ROUNDS):
        await asyncio.to_thread(send, world, recipient)
        await control(world, "POST", "/clock/advance", {"by": 0})
        await eventually(lambda: sent(setting))
        await asyncio.to_thread(setting.platform.kill)
        world = await setting.start()
    await control(world, "POST", "/clock/advance", {"by": 0})
    moments = await sent(setting)
    span = moments[-1] - moments[0]
    assert len(moments) <= 1 + (span / timedelta(seconds=SEGMENTS / RATE)) + 0.1

    await control(world, "PUT", "/limits", {"limits": "off"})
    ledger = await setting.settled()
    assert len(ledger.messages) == ROUNDS
    assert {row["status"] for row in ledger.messages.values()} <= {"sent", "delivered", "sending"}


def send(world: World, recipient: str, text: str = TEXT) -> None:
    form = {"To": recipient, "From": world.numbers[0], "Body": text}
    world.post(f"/2010-04-01/Accounts/{world.account_sid}/Messages.json", form)


async def control(world: World, method: str, path: str, body: Any) -> None:
    await asyncio.to_thread(world.control, method, path, body)


async def sent(setting: Setting) -> list[datetime]:
    """When each message was claimed for its carrier, or delivered to its phone."""
    connection = await asyncpg.connect(setting.platform.database_url())
    try:
        return [row["real_time"] for row in await connection.fetch(SENT)]
    finally:
        await connection.close()
