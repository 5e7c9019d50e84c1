"""`trunkline messages bulk` as a user meets it: signals, pipes, terminals, broken rows."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from twilio.rest import Client

from tests.support.platform import ROOT, World
from tests.support.waiting import eventually

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("TRUNKLINE_")}


class Bulk:
    """A file, and the commands that send it to a world."""

    def __init__(self, folder: Path, data: Path, world: World) -> None:
        self.file = folder / "rows.csv"
        self.journal = folder / "rows.csv.trunkline"
        self.place = ["--data", str(data), "--world", world.name]
        self.started: list[subprocess.Popen[str]] = []

    def write(self, count: int) -> None:
        rows = "".join(f"+1415556{number:04d},text {number}\n" for number in range(count))
        self.file.write_text(f"to,body\n{rows}")

    def start(
        self, *options: str, file: str | None = None, **streams: Any
    ) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "trunkline", "messages", "bulk", file or str(self.file)]
        process = subprocess.Popen(
            [*command, *options, *self.place],
            cwd=ROOT,
            env=CLEAN,
            text=True,
            **{
                "stdin": subprocess.DEVNULL,
                "stdout": subprocess.PIPE,
                "stderr": subprocess.PIPE,
                **streams,
            },
        )
        self.started.append(process)
        return process

    def run(self, *options: str) -> tuple[int, str, str]:
        return ended(self.start(*options))

    async def until_sent(self, count: int) -> None:
        """Wait until the journal has so many messages."""
        await eventually(
            lambda: self.journal.exists() and self.journal.read_bytes().count(b"\nS ") >= count
        )


def ended(process: subprocess.Popen[str], text: str | None = None) -> tuple[int, str, str]:
    """Wait for a command: its exit code, output and error output."""
    out, err = process.communicate(text, timeout=60)
    return process.returncode, out, err


@pytest.fixture
def bulk(tmp_path: Path, short_tmp: Path, platform: World) -> Iterator[Bulk]:
    made = Bulk(tmp_path, short_tmp / "acceptance data", platform)
    yield made
    for process in made.started:
        if process.poll() is None:
            process.kill()
            process.communicate()


def bodies(client: Client) -> Counter[str]:
    return Counter(message.body for message in client.messages.list(page_size=1000))


def texts(count: int) -> Counter[str]:
    return Counter(f"text {number}" for number in range(count))


async def test_ctrl_c_says_what_was_sent_and_resume_sends_the_rest(
    bulk: Bulk, client: Client
) -> None:
    bulk.write(400)
    process = bulk.start("--rate", "200/s")
    await bulk.until_sent(20)
    process.send_signal(signal.SIGINT)
    code, out, err = await asyncio.to_thread(ended, process)
    assert code == 130
    sent = bodies(client).total()
    assert 20 <= sent < 400
    assert f"  sent  {sent}\n" in out
    assert "no answer" not in out
    told = err.splitlines()
    assert told[0].startswith("Stopping: answers on the way are waited for")
    place = f"--data '{bulk.place[1]}' --world {bulk.place[3]}"
    assert told[1] == (f"Stopped. Go on with: trunkline messages bulk {bulk.file} {place} --resume")
    code, out, err = await asyncio.to_thread(bulk.run, "--resume")
    assert (code, err) == (0, "")
    assert "asked about" not in out, "nothing was in doubt"
    assert bodies(client) == texts(400)


async def test_a_second_ctrl_c_ends_at_once(bulk: Bulk, client: Client) -> None:
    bulk.write(300)
    process = bulk.start("--rate", "200/s", "--at-once", "4")
    await bulk.until_sent(10)
    process.send_signal(signal.SIGSTOP)  # both come before it can do anything
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGCONT)
    code, _, err = await asyncio.to_thread(ended, process)
    assert code == 130
    assert "--resume" in err
    code, _, _ = await asyncio.to_thread(bulk.run, "--resume")
    assert code == 0
    assert bodies(client) == texts(300)


async def test_two_commands_do_not_send_one_file(bulk: Bulk, client: Client) -> None:
    bulk.write(100)
    first = bulk.start("--rate", "1/s")
    await bulk.until_sent(1)
    for options in ((), ("--resume",), ("--journal", str(bulk.file) + ".other")):
        code, out, err = await asyncio.to_thread(bulk.run, *options)
        assert (code, out) == (1, "")
        assert err.startswith("Another bulk send is at work with ")
    first.send_signal(signal.SIGINT)
    await asyncio.to_thread(ended, first)
    assert (await asyncio.to_thread(bulk.run, "--resume"))[0] == 0
    assert bodies(client) == texts(100)


async def test_a_pipe_is_sent_as_it_comes_and_can_be_resumed(
    bulk: Bulk, client: Client, tmp_path: Path
) -> None:
    bulk.journal = tmp_path / "journal"
    options = ("--journal", str(bulk.journal))
    process = bulk.start(*options, file="-", stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write("to,body\n+14155560000,text 0\n")
    process.stdin.flush()
    await bulk.until_sent(1)  # and the pipe is open
    process.stdin.write("+14155560001,text 1\n")
    process.stdin.flush()
    await bulk.until_sent(2)
    process.send_signal(signal.SIGINT)
    assert await asyncio.to_thread(process.wait, 60) == 130  # with the pipe open
    process.communicate()
    again = "to,body\n" + "".join(f"+1415556000{n},text {n}\n" for n in range(5))
    another = bulk.start(*options, "--resume", file="-", stdin=subprocess.PIPE)
    code, _, err = await asyncio.to_thread(ended, another, again.replace("text 1", "text x"))
    assert code == 1
    assert err.startswith("standard input is not what it was when its journal was begun")
    right = bulk.start(*options, "--resume", file="-", stdin=subprocess.PIPE)
    code, out, _ = await asyncio.to_thread(ended, right, again)
    assert code == 0
    assert "5 rows, 2 of them before" in out
    assert bodies(client) == texts(5)


def test_rows_that_fail_are_told_and_the_others_sent(
    bulk: Bulk, client: Client, platform: World, tmp_path: Path
) -> None:
    number = platform.numbers[0]
    platform.control("POST", "/phones/+14155550199/messages", {"to": number, "body": "STOP"})
    bulk.file.write_bytes(
        b"\xef\xbb\xbfTo,Body\r\n"
        b'+14155550123,"two\r\nlines"\r\n'
        b"+14155550199,stopped\r\n"
        b"\r\n"
        b"+14155550123,Gr\xfc\xdfe\r\n"
        b"nonsense,x\r\n"
        b"+14155550123\r\n"
        b'+14155550123,"never closed\r\n'
        b"(415) 555-0124,ok\r\n"
    )
    report = tmp_path / "failed.csv"
    code, out, err = bulk.run("--from", number, "--json", "--report", str(report))
    assert (code, err) == (1, "")
    found = json.loads(out)
    assert {(each["line"], each["code"]) for each in found["failures"]} == {
        (4, 21610), (6, None), (7, 21211), (8, None), (9, None)
    }  # fmt: skip
    assert (found["rows"], found["sent"], found["broken"]) == (7, 2, 3)
    assert len(report.read_text().splitlines()) == 6
    sent = {(m.to, m.body) for m in client.messages.list() if m.direction == "outbound-api"}
    assert sent == {("+14155550123", "two\r\nlines"), ("+14155550124", "ok")}


async def test_a_terminal_shows_a_bar_and_a_pipe_does_not(bulk: Bulk, client: Client) -> None:
    bulk.write(60)
    ours, theirs = pty.openpty()
    process = bulk.start("--rate", "100/s", stderr=theirs)
    os.close(theirs)
    shown = b""

    def read() -> bytes:
        nonlocal shown
        try:
            while data := os.read(ours, 1000):
                shown += data
        except OSError:  # the other side is closed
            pass
        return shown

    await asyncio.to_thread(read)
    os.close(ours)
    code, out, _ = await asyncio.to_thread(ended, process)
    assert code == 0
    assert "━".encode() in shown
    assert b" sent; " in shown
    assert "\x1b" not in out
    assert bodies(client) == texts(60)


async def test_a_file_that_vanishes_is_sent_to_its_end(bulk: Bulk, client: Client) -> None:
    bulk.write(2000)
    process = bulk.start("--rate", "1000/s")
    await bulk.until_sent(10)
    bulk.file.unlink()
    assert (await asyncio.to_thread(ended, process))[0] == 0
    assert bodies(client) == texts(2000)


async def test_without_its_journal_it_goes_no_further(bulk: Bulk, client: Client) -> None:
    bulk.write(3000)
    process = bulk.start("--rate", "1000/s")
    await bulk.until_sent(10)
    bulk.journal.unlink()
    code, _, err = await asyncio.to_thread(ended, process)
    assert code == 1
    assert "cannot be written: somebody took it away." in err
    assert bodies(client).total() < 3000
