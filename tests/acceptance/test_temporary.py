"""Platforms for a while: real ones, whatever ends them."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import asyncpg
import pytest

from tests.support.inside import database_url
from tests.support.platform import descendants
from trunkline.server.runtime_file import read_runtime
from trunkline.server.temporary import PlatformNotStarted, TemporaryPlatform

# Starts a platform, tells of it, and waits to be killed.
OWNER = """
import json, sys
from trunkline.server.temporary import TemporaryPlatform

platform = TemporaryPlatform()
platform.start()
print(json.dumps([platform.supervisor.pid, str(platform.data)]), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made; nothing else is there."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


@pytest.fixture
def owner(place: Path) -> Iterator[subprocess.Popen[str]]:
    """A process with a platform of its own."""
    made = subprocess.Popen(
        [sys.executable, "-c", OWNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(place)},
    )
    yield made
    made.kill()
    made.communicate()


def control(platform: TemporaryPlatform, path: str, body: Any = None) -> Any:
    """Ask the control API."""
    request = Request(
        f"{platform.credentials['base_url']}/trunkline/v1{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {platform.credentials['control_token']}",
            "Content-Type": "application/json",
        },
    )
    with urlopen(request, timeout=60) as answer:
        return json.load(answer)


def end(pids: list[int]) -> None:
    """Wait until these have ended."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        ended, _, _ = select.select([descriptor], [], [], 30)
        os.close(descriptor)
        assert ended, f"{pid} goes on"


def durability(platform: TemporaryPlatform) -> list[str]:
    """Whether its PostgreSQL waits for the disk."""

    async def ask() -> list[str]:
        connection = await asyncpg.connect(database_url(platform.data))
        try:
            names = ("fsync", "full_page_writes", "synchronous_commit")
            return [await connection.fetchval(f"SHOW {name}") for name in names]
        finally:
            await connection.close()

    return asyncio.run(ask())


def test_it_is_a_whole_platform_and_leaves_nothing(place: Path) -> None:
    with TemporaryPlatform() as platform:
        family = [platform.supervisor.pid, *descendants(platform.supervisor.pid)]
        assert len(family) > 4
        made = control(platform, "/worlds", {"name": "mine"})
        assert made["credentials"]["account_sid"] != platform.credentials["account_sid"]
        assert made["credentials"] == control(platform, "/credentials?world=mine")
        assert len(made["credentials"]["numbers"]) == 4
        assert [path.name for path in place.iterdir()] == [platform.data.name]
        socket_folder = Path((platform.data / "postgres.socket").read_text().strip())
        assert durability(platform) == ["off", "off", "off"]
    end(family)
    assert list(place.iterdir()) == []
    assert not socket_folder.exists()


@pytest.mark.usefixtures("place")
def test_two_share_no_secret_and_no_id() -> None:
    """Though both begin as copies of one cluster."""
    with TemporaryPlatform() as one, TemporaryPlatform() as other:
        names = ("base_url", "account_sid", "auth_token", "test_auth_token", "api_key")
        for name in (*names, "api_secret", "control_token"):
            assert one.credentials[name] != other.credentials[name]
        for kept in ("node_id", "secret.key"):
            assert (one.data / kept).read_bytes() != (other.data / kept).read_bytes()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_its_owner(
    owner: subprocess.Popen[str], place: Path, number: signal.Signals
) -> None:
    assert owner.stdout is not None
    supervisor, data = json.loads(owner.stdout.readline())
    family = [supervisor, *descendants(supervisor)]
    assert Path(data).exists()
    owner.send_signal(number)
    end(family)
    assert list(place.iterdir()) == []


def test_nothing_outlives_an_owner_that_was_killed_before_the_platform_was_there(
    owner: subprocess.Popen[str], place: Path
) -> None:
    # As soon as there is a supervisor to leave behind.
    while not (started := descendants(owner.pid)):
        pass
    owner.kill()
    end(started)
    left = list(place.iterdir())
    # One that was not so far as to know whom it is to end with cannot clear away.
    assert [path for path in left if any(path.iterdir())] == []


def test_one_whose_starter_ended_before_it_was_ready_ends_itself(tmp_path: Path) -> None:
    """Though the process that it is to end with goes on: nobody knows where it is."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "trunkline.server.up", "--json"],
        env={
            **os.environ,
            "TRUNKLINE_DATA": str(tmp_path / "data"),
            "TRUNKLINE_PORT": "0",
            "TRUNKLINE_STOP_WITH": str(os.getpid()),
            "TRUNKLINE_TEMPORARY": "1",
        },
        stdout=writing,
    )
    os.close(writing)
    os.close(reading)
    assert process.wait(60) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_killed_supervisor_leaves_nothing_when_its_owner_stops(place: Path) -> None:
    with TemporaryPlatform() as platform:
        family = descendants(platform.supervisor.pid)
        socket_folder = Path((platform.data / "postgres.socket").read_text().strip())
        os.kill(platform.supervisor.pid, signal.SIGKILL)
        end(family)
        assert socket_folder.exists()
    assert list(place.iterdir()) == []
    assert not socket_folder.exists()


def test_a_folder_to_keep_is_kept_and_waits_for_the_disk(place: Path, tmp_path: Path) -> None:
    with TemporaryPlatform(tmp_path / "kept") as platform:
        first = platform.credentials
        assert durability(platform) == ["on", "on", "on"]
        assert read_runtime(platform.data) is not None
    with TemporaryPlatform(tmp_path / "kept") as platform:
        assert platform.credentials | {"base_url": ""} == first | {"base_url": ""}
    assert list(place.iterdir()) == []


def test_a_folder_with_something_in_it_is_never_taken_for_a_temporary_one(
    tmp_path: Path,
) -> None:
    (tmp_path / "letters.txt").write_text("of somebody")
    done = subprocess.run(
        [sys.executable, "-m", "trunkline", "up", "--port", "0", "--data", str(tmp_path)],
        env={**os.environ, "TRUNKLINE_TEMPORARY": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr == (
        f"The data folder {tmp_path} is not empty, so no temporary platform may have it.\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_a_setting_that_does_not_work_is_told_and_nothing_is_left(place: Path) -> None:
    with pytest.raises(PlatformNotStarted) as refused:
        TemporaryPlatform(environment={"TRUNKLINE_LOG_LEVEL": "loud"}).start()
    assert str(refused.value).startswith("TRUNKLINE_LOG_LEVEL cannot be used: ")
    assert "\n" not in str(refused.value)
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("trouble", ["no home", "not a folder", "changed"])
def test_it_starts_without_a_template(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    cache = tmp_path / "cache"
    if trouble == "no home":
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
        monkeypatch.setenv("HOME", "/nonexistent/home")
        if os.geteuid() == 0:
            monkeypatch.setenv("HOME", "/proc/home")  # where not even root can make a folder
    elif trouble == "not a folder":
        cache.touch()
        monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    else:
        monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
        with TemporaryPlatform():
            pass
        [template] = (cache / "trunkline").iterdir()
        with template.open("r+b") as file:
            file.truncate(template.stat().st_size // 2)
    with TemporaryPlatform() as platform:
        assert len(platform.credentials["numbers"]) == 4
    assert list(place.iterdir()) == []
