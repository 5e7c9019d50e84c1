"""A bulk send over which the command, the platform, or both are killed: each row once."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.platform import RunningPlatform
from tests.support.waiting import eventually

ROWS = 2_000
SAME = 7  # each so many rows are the same
RECIPIENTS = 97  # of the others: each is asked about, so that few make the test quick
Sent = Counter[tuple[str, str]]


class Sending:
    """A file of rows, and the commands that send it."""

    def __init__(self, folder: Path, platform: RunningPlatform) -> None:
        self.file = folder / "rows.csv"
        self.journal = folder / "rows.csv.trunkline"
        self.platform = platform
        rows = [
            ("+14155550111", "the same text")
            if number % SAME == 0
            else (f"+1415556{number % RECIPIENTS:04d}", f'Hello, "{number}"')
            for number in range(ROWS)
        ]
        self.wanted: Sent = Counter(rows)
        lines = ['"{}","{}"\n'.format(to, body.replace('"', '""')) for to, body in rows]
        self.file.write_text("to,body\n" + "".join(lines))
        self.command: subprocess.Popen[str] | None = None

    def start(self, *options: str) -> subprocess.Popen[str]:
        self.command = subprocess.Popen(
            [sys.executable, "-m", "trunkline", "messages", "bulk", str(self.file), "--json",
             "--data", str(self.platform.data), *options],
            env=self.platform.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        return self.command

    async def end(self) -> dict[str, Any]:
        """Wait for the command; its report."""
        assert self.command is not None
        out, err = await asyncio.to_thread(self.command.communicate, timeout=60)
        assert self.command.returncode == 0, (out, err)
        return dict(json.loads(out))

    def kill(self) -> None:
        assert self.command is not None
        self.command.kill()
        self.command.communicate()

    async def kill_before_it_hears_answers(self) -> int:
        """Hold the command still until the platform has answered all that it asked, and kill it;
        how many messages it did not hear of."""
        assert self.command is not None
        os.kill(self.command.pid, signal.SIGSTOP)
        seen = -1

        def is_quiet() -> bool:
            nonlocal seen
            before, seen = seen, self.arrived().total()
            return before == seen

        await eventually(lambda: asyncio.to_thread(is_quiet))
        told = self._sent()
        self.kill()
        return seen - told

    async def until_sent(self, count: int) -> None:
        """Wait until the journal has so many more messages."""
        wanted = self._sent() + count
        await eventually(lambda: self._sent() >= wanted)

    def _sent(self) -> int:
        return self.journal.read_bytes().count(b"\nS ") if self.journal.exists() else 0

    def arrived(self) -> Sent:
        """What the platform has, as Twilio's API lists it."""
        found: Sent = Counter()
        api = ("messages", "export", "--format", "jsonl")
        for line in self.platform.cli(*api).splitlines():
            message = json.loads(line)
            found[message["to"], message["body"]] += 1
        return found


@pytest.fixture
def sendings(short_tmp: Path) -> Iterator[list[Sending]]:
    """Two, each with a platform of its own."""
    made: list[Sending] = []
    for name in ("one", "two"):
        folder = short_tmp / f"bulk-{name}"
        folder.mkdir()
        made.append(Sending(folder, RunningPlatform(folder / "data")))
    try:
        yield made
    finally:
        for each in made:
            if each.command is not None and each.command.poll() is None:
                each.kill()
            each.platform.clear_away()


async def test_whatever_is_killed_each_row_is_sent_once(sendings: list[Sending]) -> None:
    # At the same time, as both mostly wait: for a platform, and for what may still be committed.
    await asyncio.gather(
        the_command_is_killed_with_the_platform_and_then_alone(sendings[0]),
        the_platform_is_killed_while_the_command_goes_on(sendings[1]),
    )


async def the_command_is_killed_with_the_platform_and_then_alone(sending: Sending) -> None:
    moments = random.Random(4)
    await asyncio.to_thread(sending.platform.start)
    sending.start()
    await sending.until_sent(moments.randint(1, 300))
    await asyncio.to_thread(sending.platform.kill)
    sending.kill()
    await asyncio.to_thread(sending.platform.start)
    sending.start("--resume")
    await sending.until_sent(300)
    found = await sending.kill_before_it_hears_answers()
    sending.start("--resume")
    report = await sending.end()
    assert sending.arrived() == sending.wanted
    assert (report["sent"], report["complete"]) == (ROWS, True)
    assert report["found"] >= found > 0


async def the_platform_is_killed_while_the_command_goes_on(sending: Sending) -> None:
    moments = random.Random(5)
    await asyncio.to_thread(sending.platform.start)
    sending.start()
    await sending.until_sent(moments.randint(100, 500))
    main = sending.platform.main_pid
    assert main is not None
    os.kill(main, signal.SIGKILL)  # it is started again by itself
    await sending.until_sent(moments.randint(100, 500))
    await asyncio.to_thread(sending.platform.kill)
    await asyncio.to_thread(sending.platform.start)  # on another port
    report = await sending.end()
    assert sending.arrived() == sending.wanted
    assert (report["sent"], report["complete"]) == (ROWS, True)
    assert report["asked_about"] > 0, "no kill hit a request"
