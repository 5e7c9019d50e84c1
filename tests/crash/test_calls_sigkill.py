"""Every call that was accepted ends, once, and is told of to its end, whatever is killed, and
whenever; and what was recorded until then is kept."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.crash.call_app import SHORT
from tests.crash.call_ledger import LEFT, CallLedger, defects
from tests.crash.call_load import CALLS_PER_SECOND, TONE, TONE_SECONDS, CallLoad
from tests.crash.conftest import Setting
from tests.crash.processes import is_running
from tests.support.audio import Sound
from tests.support.listening import recording
from tests.support.platform import ROOT, World, descendants
from tests.support.waiting import eventually

LEASE = 1.5  # seconds; a third of it passes between two heartbeats
SLACK = 1.0  # seconds that a beat may be late on a busy machine, rounding included
LATE = 3.0  # seconds by which a heartbeat may be late on a busy machine
UNWRITTEN = 1.0  # seconds of a recording that wait to be written
CALLS = 40  # that clients make in a round
OUTAGE = 0.8  # seconds without a database
LISTENED = 8  # recordings of a test

MEDIA, SPEECH = "trunkline.voice.media.process", "trunkline.voice.speech.worker"

# How many ring, wait, go on at both ends of a Dial and at a number, and in how many ways calls are
# recorded for a while.
STATES = """
SELECT count(*) FILTER (WHERE status = 'ringing' AND direction = 'outbound-api') AS ringing,
    count(*) FILTER (WHERE status = 'queued' AND direction = 'outbound-api') AS waiting,
    count(*) FILTER (WHERE status = 'in-progress' AND direction = 'outbound-dial') AS dialled,
    count(*) FILTER (WHERE status = 'in-progress' AND direction = 'inbound') AS inbound,
    (SELECT count(DISTINCT source) FROM recordings
     WHERE status = 'in-progress' AND created_at < now() - interval '1.6 seconds') AS sources
FROM calls
"""
SOURCES = 3  # Record, Dial, and `Record=true`
GOING_ON = "SELECT count(*) FROM calls WHERE status = 'in-progress' AND answered_at < $1"


@dataclass
class CallSetting:
    """A platform, and an app that nobody kills."""

    setting: Setting
    load: CallLoad
    log: Path  # what the app was asked
    world: World | None = None
    kills: list[datetime] = field(default_factory=list)  # when all calls were cut off
    outages: list[datetime] = field(default_factory=list)  # when the database was

    async def start(self) -> World:
        """Start the platform."""
        is_first = self.world is None
        self.world = await self.setting.start()
        if is_first:
            await self.load.prepare(self.world)
        return self.world

    @contextlib.asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        """Calls of every kind, in every state, for the length of an `async with` block."""
        assert self.world is not None
        self.load.most = len(self.load.accepted) + CALLS
        async with self.load.on(self.world), self.database() as connection:

            async def all_states() -> bool:
                seen = await connection.fetchrow(STATES)
                return all(seen.values()) and seen["sources"] == SOURCES

            await eventually(all_states)
            yield

    @contextlib.asynccontextmanager
    async def database(self) -> AsyncIterator[Any]:
        """A connection, which may be cut."""
        connection = await asyncpg.connect(self.setting.platform.database_url())
        await connection.set_type_codec(
            "jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
        )
        try:
            yield connection
        finally:
            connection.terminate()

    async def settled(self) -> CallLedger:
        """Let all calls end, read the books, and stop."""
        assert self.world is not None
        async with self.database() as connection:

            async def nothing_left() -> bool:
                assert self.world is not None
                await self.load.wind_up(self.world)
                return await connection.fetchval(LEFT) == 0

            await eventually(nothing_left, 40.0)
            ledger = await CallLedger.read(connection, self.log)
        ledger.check(self.world, self.load)
        return ledger

    async def listen(self, sids: list[str]) -> dict[str, Sound]:
        """The audio of recordings."""
        assert self.world is not None
        return {sid: await asyncio.to_thread(recording, self.world, sid) for sid in sids}

    async def stop(self) -> list[dict[str, Any]]:
        """An orderly stop; the defects that the platform saw of its own in all its runs."""
        assert await asyncio.to_thread(self.setting.platform.stop) == 0
        log = self.setting.platform.data / "logs" / "trunkline.log"
        return defects(await asyncio.to_thread(log.read_text))

    def processes(self, *modules: str) -> list[int]:
        """Those of the platform that run one of these modules."""
        assert self.setting.platform.process is not None
        found = []
        for pid in descendants(self.setting.platform.process.pid):
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if any(module.encode() in words for module in modules):
                    found.append(pid)
        return found


@pytest.fixture
def calls(setting: Setting, request: pytest.FixtureRequest) -> Iterator[CallSetting]:
    """An app of this test's own; the platform is to be started."""
    setting.platform.environment["TRUNKLINE_LEASE_SECONDS"] = str(LEASE)
    log = setting.log.with_name("app.log")
    app = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.call_app", str(log)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert app.stdout is not None
        load = CallLoad(seed=len(request.node.name), app=app.stdout.readline().strip())
        yield CallSetting(setting, load, log)
    finally:
        app.terminate()
        app.communicate()


async def test_calls_when_everything_is_killed_again_and_again(calls: CallSetting) -> None:
    await calls.start()
    for _ in range(3):
        async with calls.busy():
            calls.kills.append(datetime.now(UTC))
            await asyncio.to_thread(calls.setting.platform.kill)
        await calls.start()
    ledger = await calls.settled()
    check_durations(ledger, calls.kills)
    check_queue(ledger, calls)
    await check_recordings(ledger, calls)
    assert await calls.stop() == []


async def test_calls_when_the_main_process_is_killed_again_and_again(calls: CallSetting) -> None:
    await calls.start()
    platform = calls.setting.platform
    for _ in range(2):
        async with calls.busy():
            main = await eventually(lambda: platform.main_pid)
            media = calls.processes(MEDIA, SPEECH)
            assert media
            calls.kills.append(datetime.now(UTC))
            os.kill(main, signal.SIGKILL)
            await eventually(lambda pids=(main, *media): not any(map(is_running, pids)))
            await eventually(lambda: platform.main_pid)
            await eventually(serves(calls))
    ledger = await calls.settled()
    check_durations(ledger, calls.kills)
    check_queue(ledger, calls)
    await check_recordings(ledger, calls)
    assert await calls.stop() == []


async def test_a_media_process_killed_ends_its_calls_and_no_other(calls: CallSetting) -> None:
    await calls.start()
    async with calls.busy():
        (media,) = calls.processes(MEDIA)
        calls.kills.append(datetime.now(UTC))
        os.kill(media, signal.SIGKILL)
        async with calls.database() as connection:
            await eventually(partial(nobody, connection, calls.kills[-1]))
        # Whoever waits is dialled all the same, in another process.
        await eventually(lambda: set(calls.processes(MEDIA)) - {media})
    ledger = await calls.settled()
    assert ledger.cut_off == set()
    lost = check_durations(ledger, calls.kills)
    assert lost == ledger.alerted & lost, "nobody is told why they ended"
    check_queue(ledger, calls)
    await check_recordings(ledger, calls)
    assert [record["event"] for record in await calls.stop()] == ["media process lost"]


async def test_postgresql_killed_alone_ends_no_call_that_goes_on(calls: CallSetting) -> None:
    await calls.start()
    platform = calls.setting.platform
    supervisor = platform.process
    assert supervisor is not None
    for _ in range(2):
        async with calls.busy():
            postgres = await eventually(lambda: platform.postgres_pid)
            os.kill(supervisor.pid, signal.SIGSTOP)  # so that nobody starts it again
            calls.outages.append(datetime.now(UTC))
            os.kill(postgres, signal.SIGKILL)
            await asyncio.sleep(OUTAGE)  # calls go on without it for this length of time
            os.kill(supervisor.pid, signal.SIGCONT)
            await eventually(lambda killed=postgres: not is_running(killed))
            await eventually(lambda: platform.postgres_pid)
            await eventually(serves(calls))
    ledger = await calls.settled()
    assert ledger.cut_off == set()
    check_survivors(ledger, calls)
    await check_recordings(ledger, calls)
    assert await calls.stop() == []


async def test_an_orderly_stop_ends_what_goes_on_and_keeps_what_waits(calls: CallSetting) -> None:
    await calls.start()
    async with calls.busy():
        calls.kills.append(datetime.now(UTC))
        processes = calls.processes(MEDIA, SPEECH)
        assert await asyncio.to_thread(calls.setting.platform.stop) == 0
        assert not any(map(is_running, processes))
    await calls.start()
    ledger = await calls.settled()
    assert ledger.cut_off == set()
    check_queue(ledger, calls)
    await check_recordings(ledger, calls)
    assert await calls.stop() == []


async def test_the_supervisor_killed_alone_leaves_no_process_behind(calls: CallSetting) -> None:
    await calls.start()
    process = calls.setting.platform.process
    assert process is not None
    async with calls.busy():
        everything = descendants(process.pid)
        assert calls.processes(MEDIA)
        calls.kills.append(datetime.now(UTC))
        os.kill(process.pid, signal.SIGKILL)
        try:
            await eventually(lambda: not any(map(is_running, everything)))
        finally:
            for pid in filter(is_running, everything):
                os.kill(pid, signal.SIGKILL)
    await asyncio.to_thread(process.communicate)
    await calls.start()
    ledger = await calls.settled()
    check_durations(ledger, calls.kills)
    check_queue(ledger, calls)
    await check_recordings(ledger, calls)
    assert await calls.stop() == []


async def nobody(connection: Any, moment: datetime) -> bool:
    """Whether no call goes on any more that was answered before."""
    return await connection.fetchval(GOING_ON, moment) == 0


def serves(calls: CallSetting) -> Callable[[], Awaitable[bool]]:
    """Whether the API answers."""

    async def look() -> bool:
        assert calls.world is not None
        path = f"/2010-04-01/Accounts/{calls.world.account_sid}/Calls.json?PageSize=1"
        with contextlib.suppress(OSError):
            return bool(await asyncio.to_thread(calls.world.get, path))
        return False

    return look


def check_durations(ledger: CallLedger, kills: list[datetime]) -> set[str]:
    """Who was answered, and not over, when everything was killed, lasted until the last heartbeat
    before, and nobody longer; their SIDs."""
    seen: set[str] = set()
    for sid, row in ledger.calls.items():
        answered, over = ledger.entered(sid, "in-progress"), ledger.entered(sid, "completed")
        if answered is None or over is None:
            continue
        kill = next((kill for kill in kills if answered < kill < over), None)
        if kill is None:
            continue
        seen.add(sid)
        lasted = (kill - answered).total_seconds()
        assert lasted - LEASE / 3 - LATE < row["duration"] < lasted + SLACK, (sid, lasted, row)
        assert row["ended_at"] < kill + timedelta(seconds=SLACK), (sid, row)
    assert len(seen) > 5 * len(kills), "too few calls were answered for this to show anything"
    return seen


def check_survivors(ledger: CallLedger, calls: CallSetting) -> None:
    """Who was in a call that ends when somebody ends it, was so after the outage, too."""
    survived = 0
    for sid, kind in calls.load.accepted.items():
        answered, over = ledger.entered(sid, "in-progress"), ledger.entered(sid, "completed")
        if kind == SHORT or answered is None:
            continue
        assert over is not None
        for outage in calls.outages:
            if answered < outage - timedelta(seconds=SLACK):
                assert over > outage + timedelta(seconds=OUTAGE), (sid, kind, ledger.walk(sid))
                survived += 1
    assert survived > 3 * len(calls.outages), "too few calls for this to show anything"


def check_queue(ledger: CallLedger, calls: CallSetting) -> None:
    """Who waited at a kill is dialled after it, and by the API's own end of the wait."""
    waited = 0
    for sid in calls.load.accepted:
        created, begun = ledger.events[sid][0]["real_time"], ledger.entered(sid, "initiated")
        if any(created < kill and (begun is None or kill < begun) for kill in calls.kills):
            waited += 1
            assert begun is not None, (sid, ledger.walk(sid))
            assert sid not in ledger.cut_off or any(begun < kill for kill in calls.kills)
    assert waited > CALLS_PER_SECOND / 4, "too few calls waited for this to show anything"


async def check_recordings(ledger: CallLedger, calls: CallSetting) -> None:
    """What was recorded can be heard; of what was killed, but for what was not written yet."""
    facts: dict[str, tuple[float, float, int]] = {}  # seconds, those that may be missing, told
    killed = 0
    for sid, row in ledger.recordings.items():
        begun, over = (ledger.events[sid][i]["real_time"] for i in (0, 1))
        kill = next((kill for kill in calls.kills if begun < kill < over), None)
        lasted = ((kill or over) - begun).total_seconds()
        missing = SLACK if kill is None else SLACK + UNWRITTEN
        killed += kill is not None
        if row["status"] == "absent":
            # Ordered while the platform stopped, it never began.
            is_late = kill is None and any(kill < begun for kill in calls.kills)
            assert is_late or lasted < missing, (sid, lasted, row)
        else:
            facts[sid] = (lasted, missing, row["duration"])
    assert killed >= 3 * len(calls.kills), "too few were recorded for this to show anything"
    assert len(facts) > 3
    chosen = sorted(facts, key=lambda sid: facts[sid][0])[-LISTENED:]
    for sid, sound in (await calls.listen(chosen)).items():
        lasted, missing, told = facts[sid]
        assert lasted - missing < sound.seconds < lasted + SLACK, (sid, lasted, sound)
        assert abs(told - max(sound.seconds, 1)) <= 0.5, (sid, told, sound)
        heard = sum(tone.seconds for tone in sound.tones if tone.is_at(TONE))
        assert heard > 0.8 * min(sound.seconds, TONE_SECONDS) - 0.2, (sid, sound)
