"""Messages of services and schedules: none lost, none sent twice, whatever is killed, and when."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.crash.conftest import Setting, teach
from tests.crash.load import Load
from tests.crash.test_sigkill_under_load import list_messages
from tests.support.platform import World
from tests.support.waiting import eventually

ROUNDS = 6
MOST_ANSWERS = 200
LEAST_AHEAD = 310  # seconds; the platform takes 300 and more


class ServiceLoad(Load):
    """Plain messages, messages of a service, and schedules, mixed."""

    service: str = ""

    def _form(self, world: World) -> dict[str, str]:
        form = super()._form(world)
        kind = self._random.random()
        if kind < 0.3:
            return form
        del form["From"]
        form["MessagingServiceSid"] = self.service
        if kind > 0.6:
            ahead = timedelta(seconds=LEAST_AHEAD + self._random.randrange(600))
            form |= {
                "ScheduleType": "fixed",
                "SendAt": f"{datetime.now(UTC) + ahead:%Y-%m-%dT%H:%M:%SZ}",
            }
        return form


def make_service(world: World) -> str:
    """A service with two numbers; its SID."""
    service = world.post("/messaging/v1/Services", {"FriendlyName": "crash"})
    numbers = world.get(f"/2010-04-01/Accounts/{world.account_sid}/IncomingPhoneNumbers.json")
    for number in numbers["incoming_phone_numbers"][:2]:
        path = f"/messaging/v1/Services/{service['sid']}/PhoneNumbers"
        world.post(path, {"PhoneNumberSid": number["sid"]})
    return str(service["sid"])


async def test_everything_killed_while_schedules_wait_and_while_they_fall_due(
    setting: Setting,
) -> None:
    moments = random.Random(5)
    load = ServiceLoad(seed=5)
    world = await setting.start()
    await teach(world)
    load.service = await asyncio.to_thread(make_service, world)
    for _ in range(ROUNDS):
        async with load.on(world):
            await load.answers(moments.randint(1, MOST_ANSWERS))
            await asyncio.to_thread(setting.platform.kill)
        world = await setting.start()

    async def waiting() -> int:
        shown = await asyncio.to_thread(statuses, world)
        return sum(status == "scheduled" for status in shown.values())

    scheduled = await waiting()
    assert scheduled > 2 * ROUNDS, "too few schedules wait for this test to show anything"
    # Some fall due, and all is killed in the middle of it; then the rest of them.
    advancing = asyncio.create_task(
        asyncio.to_thread(world.control, "POST", "/clock/advance", {"by": "20m"})
    )

    async def some_have_left() -> bool:
        return await waiting() < scheduled

    await eventually(some_have_left)
    await asyncio.to_thread(setting.platform.kill)
    await asyncio.gather(advancing, return_exceptions=True)
    world = await setting.start()
    await asyncio.to_thread(world.control, "POST", "/clock/advance", {"by": "20m"})

    ledger = await setting.settled()
    ledger.check(load.accepted)
    assert await waiting() == 0
    shown = await asyncio.to_thread(list_messages, world)
    assert load.accepted.items() <= shown.items()
    by_service = [row for row in ledger.messages.values() if row["direction"] == "outbound-api"]
    assert all(row["sender"] in world.numbers for row in by_service)
    assert await asyncio.to_thread(setting.platform.stop) == 0


def statuses(world: World) -> dict[str, Any]:
    """The status of every message of the account."""
    found: dict[str, Any] = {}
    path = f"/2010-04-01/Accounts/{world.account_sid}/Messages.json?PageSize=1000"
    while path:
        page = world.get(path)
        found |= {message["sid"]: message["status"] for message in page["messages"]}
        path = page["next_page_uri"]
    return found
