"""Every callback arrives, in order, and every message from a phone is answered once, whatever is
killed, and whenever."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.crash.app_log import INBOUND, STATUS
from tests.crash.conftest import Setting, teach
from tests.crash.processes import cpu_seconds, is_running
from tests.crash.webhook_ledger import WebhookLedger, all_messages, read_log
from tests.crash.webhook_load import WebhookLoad
from tests.support.platform import ROOT, World
from tests.support.waiting import eventually

MOST_ANSWERS = 250  # that clients and phones see in a round before the kill
CREATES, TEXTS, BOTH = 1.0, 0.0, 0.5  # which part of the load is messages with callbacks
# Seconds until nothing is on its way any more. The platform looks at all that waits once a minute
# in any case: what it needs that for, it has lost track of.
SETTLED = 25.0
OUTAGE = 1.0  # seconds for which the CPU time of a platform without a database is measured
IDLE = 0.3  # of a core: what it may use at most meanwhile
AWAY = "trunkline.store.errors.StoreUnavailable"
WAITING_WRITERS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
BUSY = """
SELECT EXISTS (SELECT FROM deliveries_due)
    OR EXISTS (SELECT FROM dispatch WHERE step <> 'in_doubt')
"""


@dataclass
class AppSetting:
    """A platform with a recipient and an app that nobody kills."""

    platform: Setting
    app: str  # where the app is
    log: Path  # what it was asked

    async def start(self, load: WebhookLoad) -> World:
        """The first start."""
        world = await self.platform.start()
        await teach(world)
        await load.connect_number(world)
        return world

    async def check(self, world: World, load: WebhookLoad) -> WebhookLedger:
        """Wait until nothing is on its way any more, compare the books, and stop."""
        connection = await asyncpg.connect(self.platform.platform.database_url())
        try:
            await eventually(lambda: _is_quiet(connection), SETTLED)
        finally:
            await connection.close()
        ledger = await self.platform.settled()
        ledger.check(load.accepted)
        books = await WebhookLedger.read(self.platform.platform.database_url(), self.log)
        books.check(world, load, await asyncio.to_thread(all_messages, world))
        self.check_own_log()
        assert await asyncio.to_thread(self.platform.platform.stop) == 0
        return books

    def check_own_log(self) -> None:
        """The platform saw no defect of its own: at most that its database was away."""
        lines = (self.platform.platform.data / "logs" / "trunkline.log").read_text().splitlines()
        records = [json.loads(line) for line in lines if line.startswith("{")]
        defects = [
            record
            for record in records
            if record["level"] in ("error", "critical")
            and record["logger"].startswith("trunkline")
            and record.get("error") != AWAY
        ]
        assert defects == []


async def _is_quiet(connection: Any) -> bool:
    return not await connection.fetchval(BUSY)


@pytest.fixture
def apps(setting: Setting) -> Iterator[AppSetting]:
    """An app of this test's own; the platform is to be started."""
    log = setting.log.with_name("app.log")
    app = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.app_log", str(log)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert app.stdout is not None
        yield AppSetting(setting, app.stdout.readline().strip(), log)
    finally:
        app.terminate()
        app.communicate()


async def test_everything_killed_at_once_again_and_again(apps: AppSetting) -> None:
    moments = random.Random(7)
    load = WebhookLoad(seed=7, app=apps.app)
    world = await apps.start(load)
    for load.creates in (CREATES, TEXTS, BOTH) * 2:
        async with load.on(world):
            await load.answers(moments.randint(1, MOST_ANSWERS))
            await asyncio.to_thread(apps.platform.platform.kill)
        world = await apps.platform.start()
    books = await apps.check(world, load)
    assert len(load.written) > 100
    assert len(load.texts) > 100
    assert books.repeated, "no kill came between a request and the end of it"


async def test_the_main_process_killed_alone_again_and_again(apps: AppSetting) -> None:
    books = await kill_a_part(apps, "main")
    assert books.repeated, "no kill came between a request and the end of it"


async def test_postgresql_killed_alone_again_and_again(apps: AppSetting) -> None:
    books = await kill_a_part(apps, "postgres")
    assert books.repeated == 0, "who makes requests lives on, and knows what was answered"


async def kill_a_part(apps: AppSetting, part: str) -> WebhookLedger:
    """Load of each kind while a part of the platform is killed."""
    moments = random.Random(part)
    load = WebhookLoad(seed=8, app=apps.app)
    world = await apps.start(load)
    for load.creates in (CREATES, TEXTS, BOTH):
        async with load.on(world):
            await load.answers(moments.randint(1, MOST_ANSWERS))
            killed = await eventually(lambda: _part(apps, part))
            os.kill(killed, signal.SIGKILL)
            await eventually(lambda killed=killed: not is_running(killed))
            await load.answers(MOST_ANSWERS)  # it comes back by itself, under this load
    books = await apps.check(world, load)
    assert load.others, "no client noticed: then nothing was killed under load"
    assert load.slowest < 10, "a client was left hanging"
    return books


async def test_postgresql_killed_when_it_has_committed_and_not_yet_said_so(
    apps: AppSetting,
) -> None:
    load = WebhookLoad(seed=10, app=apps.app)
    world = await apps.start(load)
    async with load.on(world):
        for _ in range(2):
            await load.answers(MOST_ANSWERS)
            postgres = await eventually(lambda: _part(apps, "postgres"))
            await keep_commits_to_itself(apps.platform.platform.database_url())
            os.kill(postgres, signal.SIGKILL)
            await eventually(lambda killed=postgres: not is_running(killed))
        await load.answers(MOST_ANSWERS)
    known = len(load.accepted)
    books = await apps.check(world, load)
    shown = {asked.form["MessageSid"] for asked in books.asked if asked.path in (STATUS, INBOUND)}
    assert len(shown) > known
    assert books.repeated == 0


async def keep_commits_to_itself(url: str) -> None:
    """Let the database commit, and wait with its answers for a standby that is not there; return
    when both writers of the platform wait for one. It forgets this when it starts again."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        await connection.execute("SELECT pg_reload_conf()")
        await eventually(lambda: _has_waiting_writers(connection))
        await connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
    finally:
        connection.terminate()


async def _has_waiting_writers(connection: Any) -> bool:
    return await connection.fetchval(WAITING_WRITERS) >= 2


async def test_while_the_database_is_away_the_platform_waits_quietly(apps: AppSetting) -> None:
    load = WebhookLoad(seed=9, app=apps.app)
    world = await apps.start(load)
    supervisor = apps.platform.platform.process
    assert supervisor is not None
    main, postgres = await eventually(lambda: _part(apps, "main")), _part(apps, "postgres")
    assert postgres is not None
    async with load.on(world):
        await load.answers(MOST_ANSWERS)
        os.kill(supervisor.pid, signal.SIGSTOP)  # so that nobody starts the database again
        os.kill(postgres, signal.SIGKILL)
        await eventually(lambda: load.others)
    await eventually(lambda: all(asked.answered for asked in read_log(apps.log)))
    used = cpu_seconds(main)
    await asyncio.sleep(OUTAGE)  # a length of time is what is measured here
    used = cpu_seconds(main) - used
    assert used < IDLE * OUTAGE, "it is busy with nothing"
    tokens = [asked.token for asked in read_log(apps.log)]
    assert len(tokens) == len(set(tokens)), "it asks apps again, and cannot keep what they say"
    os.kill(supervisor.pid, signal.SIGCONT)
    async with load.on(world):
        await load.answers(MOST_ANSWERS)
    books = await apps.check(world, load)
    assert books.repeated == 0


def _part(apps: AppSetting, name: str) -> int | None:
    platform = apps.platform.platform
    return platform.main_pid if name == "main" else platform.postgres_pid
