"""`trunkline up` and the commands beside it, typed as a user types them."""

from __future__ import annotations

import base64
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.support.platform import descendants

PHONE = "+14155550123"
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("TRUNKLINE_")}


class Up:
    """A `trunkline up` on a folder, and what is typed in other terminals."""

    def __init__(self, data: Path, *options: str, **environment: str) -> None:
        self.data = data
        self.process = subprocess.Popen(
            [sys.executable, "-m", "trunkline", "up", "--data", str(data), *options],
            env=CLEAN | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        self.family: list[int] = []

    def ready(self) -> dict[str, Any]:
        """Wait for the line of JSON; the credentials."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.end())
        self.family = descendants(self.process.pid)
        return dict(json.loads(line))

    def end(self, number: int | None = None) -> tuple[int, str, str]:
        """Send a signal, if any, and wait: exit code, output and error output."""
        if number is not None:
            self.process.send_signal(number)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err

    def pid_of(self, word: str) -> int:
        """The process of the platform whose command has this word."""
        return next(pid for pid in descendants(self.process.pid) if word in command_of(pid))

    def type(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command on the same folder."""
        return subprocess.run(
            [sys.executable, "-m", "trunkline", *arguments],
            env=CLEAN | {"TRUNKLINE_DATA": str(self.data)},
            capture_output=True,
            text=True,
            timeout=60,
        )


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """Starts platforms that do not outlive the test."""
    started: list[Up] = []

    def start(*options: str, data: Path = tmp_path / "data folder", **environment: str) -> Up:
        started.append(Up(data, *options, **environment))
        return started[-1]

    yield start
    for platform in started:
        if platform.process.poll() is None:
            platform.end(signal.SIGTERM)


@pytest.fixture
def running(up: Callable[..., Up]) -> tuple[Up, dict[str, Any]]:
    """A platform that serves on a free port, and its credentials."""
    platform = up("--port", "0", "--json")
    return platform, platform.ready()


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def eventually(found: Callable[[], Any], seconds: float = 30) -> Any:
    """What `found` returns as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return value


def alive(pids: list[int]) -> list[int]:
    """Those that still run: a zombie has no command."""
    return [pid for pid in pids if command_of(pid)]


def health(credentials: dict[str, Any]) -> int:
    try:
        with urlopen(f"{credentials['base_url']}/trunkline/v1/health", timeout=30) as answer:
            return int(answer.status)
    except HTTPError as error:
        error.close()
        return error.code


def send(credentials: dict[str, Any], body: str) -> str:
    """Send a message with plain HTTP; its SID."""
    account, token = credentials["account_sid"], credentials["auth_token"]
    form = {"To": PHONE, "From": credentials["numbers"][0], "Body": body}
    request = Request(
        f"{credentials['base_url']}/2010-04-01/Accounts/{account}/Messages.json",
        data=urlencode(form).encode(),
        headers={
            "Authorization": "Basic " + base64.b64encode(f"{account}:{token}".encode()).decode()
        },
    )
    with urlopen(request, timeout=60) as answer:
        return str(json.load(answer)["sid"])


def test_the_program_in_the_banner_sends_a_message(up: Callable[..., Up]) -> None:
    platform = up("--port", "0")
    assert platform.process.stdout is not None
    lines: list[str] = []
    while not lines or "Ctrl-C" not in lines[-1]:
        lines.append(platform.process.stdout.readline())
        assert lines[-1], platform.end()
    first = next(n for n, line in enumerate(lines) if line.startswith("from twilio"))
    program = "".join(lines[first : first + 4])
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    sid = ran.stdout.strip()
    assert sid.startswith("SM")

    inbox = json.loads(platform.type("phone", PHONE, "inbox", "--json").stdout)
    assert [(entry["sid"], entry["body"]) for entry in inbox["messages"]] == [(sid, "Hello")]
    assert f"{sid}  delivered" in platform.type("why", sid).stdout

    family = descendants(platform.process.pid)
    sockets = Path((platform.data / "postgres.socket").read_text().strip())
    assert sockets.exists()
    code, _, err = platform.end(signal.SIGINT)
    assert (code, err) == (0, "")
    assert alive(family) == []
    assert not sockets.exists()
    assert not (platform.data / "runtime.json").exists()
    assert platform.type("credentials").stderr.startswith("No Trunkline runs on")


def test_a_later_start_keeps_everything(up: Callable[..., Up]) -> None:
    first = up("--port", "0", "--json")
    before = first.ready()
    sid = send(before, "kept")
    assert first.end(signal.SIGTERM) == (0, "", "")
    second = up("--port", "0", "--json")
    after = second.ready()
    assert after | {"base_url": ""} == before | {"base_url": ""}
    assert json.loads(second.type("credentials", "--json").stdout) == after
    assert json.loads(second.type("why", sid, "--json").stdout)["status"] == "delivered"


def test_a_second_start_on_the_folder_is_told_of_the_first(
    up: Callable[..., Up], running: tuple[Up, dict[str, Any]]
) -> None:
    platform, credentials = running
    code, out, err = up("--port", "0").end()
    assert (code, out) == (1, "")
    assert err == (
        f"Trunkline runs on {platform.data} already: process {platform.process.pid}, "
        f"{credentials['base_url']}. Stop it, or choose another folder with --data.\n"
    )
    assert health(credentials) == 200


def test_a_port_that_is_taken_is_told_in_one_sentence(up: Callable[..., Up]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, out, err = up("--port", str(port)).end()
    assert (code, out) == (1, "")
    assert err.startswith(f"Port {port} on 127.0.0.1 is taken by another program: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        (
            {"TRUNKLINE_DATABASE_URL": "postgresql://127.0.0.1:1/none"},
            "The database cannot be reached: ",
        ),
        ({"TRUNKLINE_PORT": "http"}, "TRUNKLINE_PORT is 'http', and a port is a number"),
    ],
)
def test_a_setting_that_does_not_work_is_told_in_one_sentence(
    up: Callable[..., Up], environment: dict[str, str], sentence: str
) -> None:
    code, out, err = up(**{"TRUNKLINE_PORT": "0"} | environment).end()
    assert (code, out) == (1, "")
    assert err.startswith(sentence)
    assert err.count("\n") == 1


def test_a_folder_that_cannot_be_made_is_told_in_one_sentence(
    up: Callable[..., Up], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    code, out, err = up("--port", "0", data=tmp_path / "file" / "data").end()
    assert (code, out) == (1, "")
    assert err.startswith(f"The data folder {tmp_path / 'file' / 'data'} cannot be created")
    assert err.count("\n") == 1


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_has_everything(
    up: Callable[..., Up], running: tuple[Up, dict[str, Any]]
) -> None:
    platform, credentials = running
    sid = send(credentials, "before")
    platform.end(signal.SIGKILL)
    again = up("--port", "0", "--json")
    assert again.ready()["auth_token"] == credentials["auth_token"]
    assert alive(platform.family) == []
    assert json.loads(again.type("why", sid, "--json").stdout)["status"] == "delivered"
    assert again.end(signal.SIGTERM) == (0, "", "")


def test_requests_wait_while_a_killed_main_process_is_started_again(
    running: tuple[Up, dict[str, Any]],
) -> None:
    platform, credentials = running
    for _ in range(2):
        os.kill(platform.pid_of("main_process"), signal.SIGKILL)
        assert send(credentials, "during").startswith("SM")
    _, _, err = platform.end(signal.SIGTERM)
    assert err == "The main process was killed by SIGKILL and is started again.\n" * 2


def test_a_killed_postgresql_is_started_again(running: tuple[Up, dict[str, Any]]) -> None:
    platform, credentials = running

    def sent() -> str | None:
        try:
            return send(credentials, "after")
        except HTTPError as error:
            if error.code != 503:
                raise
            error.close()
            return None

    former = platform.pid_of("postgres")
    os.kill(former, signal.SIGKILL)
    eventually(lambda: not alive([former]))
    eventually(lambda: health(credentials) == 200)
    assert eventually(sent).startswith("SM")
    code, _, err = platform.end(signal.SIGTERM)
    assert (code, err) == (0, "PostgreSQL was killed by SIGKILL and is started again.\n")


def test_a_second_ctrl_c_hurries(running: tuple[Up, dict[str, Any]]) -> None:
    platform, _ = running
    os.kill(platform.pid_of("main_process"), signal.SIGSTOP)  # it will not stop by itself
    platform.process.send_signal(signal.SIGINT)
    eventually(lambda: not (platform.data / "runtime.json").exists())
    began = time.monotonic()
    code, _, err = platform.end(signal.SIGINT)
    assert (code, err) == (0, "")
    assert time.monotonic() - began < 5
    assert alive(platform.family) == []


def test_a_start_can_be_interrupted(up: Callable[..., Up]) -> None:
    platform = up("--port", "0")
    eventually(lambda: (platform.data / "postgres" / "PG_VERSION").exists())
    family = descendants(platform.process.pid)
    assert platform.end(signal.SIGINT) == (0, "", "")
    assert alive(family) == []


def test_tail_shows_events_live_and_ends_with_the_platform(
    running: tuple[Up, dict[str, Any]],
) -> None:
    platform, credentials = running
    tail = subprocess.Popen(
        [sys.executable, "-m", "trunkline", "tail", "--json", "--kind", "message.delivered"],
        env=CLEAN | {"TRUNKLINE_DATA": str(platform.data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert tail.stdout is not None
    sids: list[str] = []

    def heard() -> bool:
        # Again and again, because the stream may not be open yet.
        sids.append(send(credentials, "hear me"))
        return bool(select.select([tail.stdout], [], [], 0)[0])

    eventually(heard)
    assert json.loads(tail.stdout.readline())["subject"] in sids
    assert platform.end(signal.SIGTERM)[0] == 0
    _, err = tail.communicate(timeout=30)
    assert (tail.returncode, err) == (0, "The platform stopped.\n")
