"""What commands print to pipes that break, to narrow terminals, and in plain surroundings."""

from __future__ import annotations

import asyncio
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest
from twilio.rest import Client

from tests.support.app_server import CustomerApp
from tests.support.inside import database_url
from tests.support.platform import World
from tests.support.terminal import Typist, terminal

PHONE = "+14155550123"
OFFSET = "SELECT clock_offset_us FROM worlds WHERE name = $1"
COMMANDS = [
    ("--help",),
    ("credentials",),
    ("numbers",),
    ("numbers", "show", "+14155550100"),
    ("numbers", "--json"),
    ("phone", PHONE, "inbox"),
    ("phone", PHONE, "show"),
    ("messages", "list"),
    ("clock",),
    ("world",),
    ("world", "show"),
    ("webhooks", "list"),
    ("doctor",),
    ("completion", "bash"),
    ("version",),
]
ids = pytest.mark.parametrize("words", COMMANDS, ids=" ".join)


@pytest.fixture(autouse=True)
def something_to_show(platform: World, client: Client) -> None:
    callback = "http://127.0.0.1:9/"
    client.messages.create(
        to=PHONE, from_=platform.numbers[0], body="東京 👋 ä", status_callback=callback
    )
    platform.control("POST", "/clock/advance", {"by": 0})


@ids
def test_a_reader_that_goes_away_is_no_traceback(typing: Typist, words: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        typing.command(*words), env=typing.environment, stdout=write, stderr=subprocess.PIPE
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
def test_output_that_has_no_place_is_one_sentence(typing: Typist) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            typing.command("numbers"),
            env=typing.environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    told = "The output cannot be written: No space left on device.\n"
    assert (done.returncode, done.stderr) == (1, told)


def test_output_that_the_shell_closed_is_no_traceback(typing: Typist) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *typing.command("numbers")],
        env=typing.environment,
        stderr=subprocess.PIPE,
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("phone", PHONE, "chat", "--history", "0"), 0, ""),
        (("numbers", "release", "+14155550100"), 1, "nobody is there to be asked"),
        (("numbers", "import", "--csv", "-"), 1, "must name its columns"),
    ],
)
def test_input_that_the_shell_closed_is_empty(
    typing: Typist, words: tuple[str, ...], code: int, told: str
) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" <&-', "sh", *typing.command(*words)],
        env=typing.environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert (done.returncode, done.stderr.count("\n")) == (code, code)
    assert told in done.stderr


def test_a_line_that_is_no_text_is_refused_and_the_next_is_sent(typing: Typist) -> None:
    done = subprocess.run(
        typing.command("phone", PHONE, "chat", "--history", "0"),
        env=typing.environment | {"PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8:strict"},
        input=b"bad \xff\nnext\n",
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (1, b"What was typed is not text in UTF-8.\n")
    assert done.stdout.endswith(b"  next\n")


def test_a_message_that_is_far_too_long_is_refused_in_words(typing: Typist) -> None:
    done = subprocess.run(
        typing.command("phone", PHONE, "chat", "--history", "0"),
        env=typing.environment,
        input=b"x" * 10_000_000 + b"\n",
        capture_output=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(b"A body may have ")


@ids
def test_a_narrow_terminal_shows_all_of_it(typing: Typist, words: tuple[str, ...]) -> None:
    with terminal(typing.command(*words), typing.environment, columns=40) as narrow:
        assert narrow.ended() == 0
    assert "Traceback" not in narrow.said
    assert narrow.said.strip()


def test_a_table_fits_a_terminal_that_is_wide_enough_and_falls_apart_in_a_narrow_one(
    typing: Typist,
) -> None:
    with terminal(typing.command("numbers"), typing.environment, columns=100) as wide:
        assert wide.ended() == 0
    assert "  +14155550100  (415) 555-0100  local" in wide.said
    with terminal(typing.command("numbers"), typing.environment, columns=40) as narrow:
        assert narrow.ended() == 0
    assert "  number          +14155550100\n" in narrow.said
    assert max(map(len, narrow.said.splitlines())) <= 40


@ids
def test_plain_surroundings_are_enough(typing: Typist, words: tuple[str, ...]) -> None:
    done = typing(*words, LANG="C", LC_ALL="C", PYTHONIOENCODING="ascii", TERM="dumb")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()


def test_nothing_is_coloured_where_nobody_wants_it(typing: Typist) -> None:
    command = typing.command("webhooks", "list", "--limit", "1")
    with terminal(command, typing.environment, columns=200) as coloured:
        assert coloured.ended() == 0
    assert b"\x1b[31mfailed" in coloured.raw
    with terminal(command, {**typing.environment, "NO_COLOR": "1"}, columns=200) as plain:
        assert plain.ended() == 0
    assert b"\x1b[31m" not in plain.raw
    assert "failed" in plain.said


def is_moving(url: str, world: str) -> bool:
    """Whether the clock of a world is being moved, or was."""

    async def offset() -> int:
        connection = await asyncpg.connect(url)
        try:
            return int(await connection.fetchval(OFFSET, world))
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as pool:  # a thread without an event loop
        return pool.submit(asyncio.run, offset()).result() > 0


def test_ctrl_c_is_130_without_a_traceback(
    platform: World, client: Client, app: CustomerApp, typing: Typist, short_tmp: Path
) -> None:
    app.hold()
    client.messages.create(
        to=PHONE, from_=platform.numbers[0], body="x", status_callback=app.url("/slow")
    )
    with terminal(typing.command("clock", "advance", "1h"), typing.environment) as command:
        app.expect(1, "/slow")  # the world is not idle before it answers
        # The first thing that a move writes; the clock itself goes on when the world is idle.
        url = database_url(short_tmp / "acceptance data")
        while not is_moving(url, platform.name):
            pass
        assert command.ended(by="\x03") == 130
        assert command.said.replace("^C", "") == ""
    app.release()
