"""Nothing accepted is lost and nothing is sent twice, whatever is killed, and whenever."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Callable
from datetime import datetime

import asyncpg

from tests.crash.conftest import DEADLINE, Setting, teach
from tests.crash.ledger import Ledger
from tests.crash.load import Load
from tests.crash.processes import is_running
from tests.support.platform import RunningPlatform, World
from tests.support.waiting import eventually

ROUNDS = 20
MOST_ANSWERS = 300  # that clients see in a round before the kill


async def test_everything_killed_at_once_twenty_times(setting: Setting) -> None:
    moments = random.Random(20)
    load = Load(seed=20)
    world = await setting.start()
    await teach(world)
    for _ in range(ROUNDS):
        async with load.on(world):
            await load.answers(moments.randint(1, MOST_ANSWERS))
            await asyncio.to_thread(setting.platform.kill)
        world = await setting.start()

    ledger = await setting.settled()
    ledger.check(load.accepted)
    # The clients were busy and the kills hit, or this test has shown nothing.
    assert len(load.accepted) > 20 * ROUNDS
    assert ledger.in_doubt, "no kill came between a claim and its answer"
    assert len(ledger.log) > ROUNDS
    await check_what_users_see(world, load, ledger)
    told = await asyncio.to_thread(setting.platform.cli, "why", f"SM{min(ledger.in_doubt)}")
    assert "sending" in told
    assert "in doubt" in told
    assert "it may have been sent" in told

    before = sorted(ledger.log)
    await asyncio.to_thread(world.control, "POST", "/clock/advance", {"by": DEADLINE + 1})
    after = await setting.settled()
    assert after.in_doubt == set()
    after.check(load.accepted, doubts_have_ended=True)
    for id in ledger.in_doubt:
        ended = after.messages[id]
        assert (ended["status"], ended["error_code"]) == ("undelivered", 30008)
    assert sorted(after.log) == before, "what was in doubt is never sent again"
    assert await asyncio.to_thread(setting.platform.stop) == 0


async def test_the_main_process_killed_alone_comes_back_by_itself(setting: Setting) -> None:
    def kill_main(platform: RunningPlatform) -> int | None:
        pid = platform.main_pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        return pid

    load, _ = await kill_a_part(setting, kill_main, rounds=4)
    assert load.others, "no client noticed: then nothing was killed under load"


async def test_postgresql_killed_alone_comes_back_by_itself(setting: Setting) -> None:
    def kill_postgres(platform: RunningPlatform) -> int | None:
        pid = platform.postgres_pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        return pid

    load, ledger = await kill_a_part(setting, kill_postgres, rounds=4)
    told = {answer for answer in load.others if answer[0].isdigit()}
    assert told == {"503/20503"}, load.others
    # Whoever handed a message over lives on and hears the answer: there is nothing to doubt.
    assert ledger.in_doubt == set()


async def test_the_supervisor_killed_alone_takes_all_of_it_along(setting: Setting) -> None:
    load = Load(seed=3)
    world = await setting.start()
    await teach(world)
    process = setting.platform.process
    assert process is not None
    parts = [setting.platform.main_pid, setting.platform.postgres_pid]
    async with load.on(world):
        await load.answers(MOST_ANSWERS)
        os.kill(process.pid, signal.SIGKILL)
        # Its database goes at the same moment: answers of carriers cannot be written down.
        try:
            await eventually(lambda: not any(pid and is_running(pid) for pid in parts))
        finally:
            for pid in parts:
                if pid is not None and is_running(pid):
                    os.kill(pid, signal.SIGKILL)
    await asyncio.to_thread(process.communicate)
    await setting.start()
    ledger = await setting.settled()
    ledger.check(load.accepted)
    assert await asyncio.to_thread(setting.platform.stop) == 0


async def test_an_orderly_stop_under_load_loses_nothing_and_leaves_no_doubt(
    setting: Setting,
) -> None:
    load = Load(seed=4)
    world = await setting.start()
    await teach(world)
    async with load.on(world):
        await load.answers(MOST_ANSWERS)
        assert await asyncio.to_thread(setting.platform.stop) == 0
    await setting.start()
    ledger = await setting.settled()
    ledger.check(load.accepted)
    assert ledger.in_doubt == set()
    assert await asyncio.to_thread(setting.platform.stop) == 0


async def test_a_clock_that_was_being_moved_when_all_was_killed_does_not_go_back(
    setting: Setting,
) -> None:
    load = Load(seed=5)
    world = await setting.start()
    await asyncio.to_thread(world.control, "PUT", "/phones/default", {"deliver_after": "1h"})
    async with load.on(world):
        await load.answers(MOST_ANSWERS)
    connection = await asyncpg.connect(setting.platform.database_url())
    advancing = asyncio.create_task(
        asyncio.to_thread(world.control, "POST", "/clock/advance", {"by": "2h"})
    )
    delivered = "SELECT max(handset_at) FROM messages"
    latest = await eventually(lambda: connection.fetchval(delivered))
    await asyncio.to_thread(setting.platform.kill)
    connection.terminate()
    assert isinstance(*await asyncio.gather(advancing, return_exceptions=True), OSError)

    world = await setting.start()
    clock = await asyncio.to_thread(world.control, "GET", "/clock")
    assert datetime.fromisoformat(clock["now"]) >= latest, "what has happened is in the future"
    await setting.settled()
    messages = await asyncio.to_thread(list_messages, world)
    assert load.accepted.items() <= messages.items()
    assert await asyncio.to_thread(setting.platform.stop) == 0


async def kill_a_part(
    setting: Setting, kill: Callable[[RunningPlatform], int | None], *, rounds: int
) -> tuple[Load, Ledger]:
    """Load without a pause while a part of the platform is killed again and again."""
    moments = random.Random(rounds)
    load = Load(seed=rounds)
    world = await setting.start()
    await teach(world)
    async with load.on(world):
        for _ in range(rounds):
            await load.answers(moments.randint(1, MOST_ANSWERS))
            killed = await eventually(lambda: kill(setting.platform))
            await eventually(lambda killed=killed: not is_running(killed))
        await load.answers(MOST_ANSWERS)
    ledger = await setting.settled()
    ledger.check(load.accepted)
    assert load.slowest < 10, "a client was left hanging"
    assert len(load.accepted) > 20 * rounds
    await check_what_users_see(world, load, ledger)
    assert await asyncio.to_thread(setting.platform.stop) == 0
    return load, ledger


async def check_what_users_see(world: World, load: Load, ledger: Ledger) -> None:
    """The API lists every accepted message with its text, and `why` tells of doubts."""
    shown = await asyncio.to_thread(list_messages, world)
    assert load.accepted.items() <= shown.items()
    for id in sorted(ledger.in_doubt)[:5]:
        path = f"/messages/SM{id}/explanation"
        explanation = await asyncio.to_thread(world.control, "GET", path)
        assert explanation["status"] == "sending"
        assert explanation["waiting_for"] == "in_doubt"
        assert "stopped after the claim" in explanation["in_doubt"]
        assert explanation["attempts"] == 1
        assert explanation["timeline"][-1]["kind"] == "message.in_doubt"


def list_messages(world: World) -> dict[str, str]:
    """Every message of the account, as the API pages through them: SID to body."""
    shown: dict[str, str] = {}
    path = f"/2010-04-01/Accounts/{world.account_sid}/Messages.json?PageSize=1000"
    while path:
        page = world.get(path)
        shown |= {message["sid"]: message["body"] for message in page["messages"]}
        path = page["next_page_uri"]
    return shown
