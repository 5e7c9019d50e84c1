"""Processes of test runs that share platforms. The platforms only pretend to be such: see
tests/unit/server/supervisors.py."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trunkline.server import temporary
from trunkline.server.known_process import KnownProcess
from trunkline.server.temporary import PlatformNotStarted
from trunkline.testing import shared_platform as module
from trunkline.testing.shared_platform import Shared, shared_platform

ROOT = Path(__file__).parents[3]
ONE_SENTENCE = r"^[A-Z][^\n]*\.$"
# Joins a run, tells of its platform, and does what it reads until there is no more.
WORKER = """
import json, sys
from trunkline.server import temporary
from trunkline.testing.shared_platform import shared_platform

temporary.SUPERVISOR = "tests.unit.server.supervisors"
shared = shared_platform(sys.argv[1], int(sys.argv[2]))
print(json.dumps([shared.base_url, shared.control_token, str(shared.data)]), flush=True)
for _ in sys.stdin:
    shared.stop()
    print("stopped", flush=True)
"""


@pytest.fixture(autouse=True)
def tell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Where supervisors tell of themselves; what still runs in the end is ended."""
    folder = tmp_path / "told"
    folder.mkdir()
    monkeypatch.setattr(temporary, "SUPERVISOR", "tests.unit.server.supervisors")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "src")]))
    monkeypatch.setenv("TELL", str(folder))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    yield folder
    for process in supervisors(folder):
        process.stop(20)


def supervisors(tell: Path) -> list[KnownProcess]:
    """Those that were started and still run."""
    found = (KnownProcess.running(int(file.stem)) for file in tell.glob("*.json"))
    return [process for process in found if process is not None]


def started(tell: Path) -> int:
    return len(list(tell.glob("*.json")))


def wait_for_end(process: KnownProcess) -> None:
    """Wait for a process that nobody here has to reap."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return
    ended, _, _ = select.select([descriptor], [], [], 20)
    os.close(descriptor)
    assert ended


class Worker:
    """A process of a run, which ends with the process `owner`."""

    def __init__(self, run: str = "run", owner: int | None = None, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER, run, str(os.getpid() if owner is None else owner)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )

    def shared(self) -> Any:
        """The platform that it has, once it has one."""
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def end(self, number: int | None = None) -> None:
        if number is not None:
            self.process.send_signal(number)
        _, err = self.process.communicate(timeout=60)
        assert number is not None or (self.process.returncode, err) == (0, "")


@pytest.fixture
def workers() -> Iterator[list[Worker]]:
    made: list[Worker] = []
    yield made
    for worker in made:
        if worker.process.poll() is None:
            worker.end(signal.SIGKILL)


def test_one_platform_serves_all_processes_of_a_run(tell: Path, workers: list[Worker]) -> None:
    workers += [Worker() for _ in range(4)]
    known = [worker.shared() for worker in workers]
    assert all(each == known[0] for each in known)
    assert started(tell) == 1
    mine = shared_platform("run", os.getpid())
    assert [mine.base_url, mine.control_token, str(mine.data)] == known[0]
    assert "tlc_" not in repr(mine)


def test_it_lives_on_without_the_process_that_started_it(tell: Path, workers: list[Worker]) -> None:
    workers.append(Worker())
    known = workers[0].shared()
    workers[0].end()
    assert len(supervisors(tell)) == 1
    assert shared_platform("run", os.getpid()).base_url == known[0]


def test_two_runs_have_two(tell: Path, workers: list[Worker]) -> None:
    workers += [Worker("one"), Worker("other")]
    one, other = (worker.shared() for worker in workers)
    assert one != other
    assert len(supervisors(tell)) == 2


def test_whoever_ends_the_run_ends_its_platform(tell: Path, workers: list[Worker]) -> None:
    workers += [Worker(), Worker()]
    data = {worker.shared()[2] for worker in workers}
    joined = shared_platform("run", os.getpid())
    (Path(joined.data) / "left").touch()
    joined.stop()
    assert supervisors(tell) == []
    assert data == {str(joined.data)}
    assert not joined.data.exists()
    joined.stop()  # again is no error
    for worker in workers:
        assert worker.process.stdin is not None
        worker.process.stdin.write("stop\n")  # nor is it for others
        worker.end()


def test_one_that_has_ended_is_replaced(tell: Path, workers: list[Worker]) -> None:
    workers.append(Worker())
    former = workers[0].shared()
    [supervisor] = supervisors(tell)
    os.kill(supervisor.pid, signal.SIGKILL)
    wait_for_end(supervisor)
    workers.append(Worker())
    assert workers[1].shared() != former
    assert started(tell) == 2


def test_a_process_that_dies_while_it_starts_one_is_replaced(
    tell: Path, workers: list[Worker]
) -> None:
    os.mkfifo(tell / "gate")
    workers.append(Worker(PRETEND="slow"))
    gate = os.open(tell / "gate", os.O_WRONLY)  # until the supervisor reads
    workers.append(Worker())  # waits, or comes later: it is the same
    workers[0].end(signal.SIGKILL)
    known = workers[1].shared()
    orphan = next(p for p in supervisors(tell) if known[0] != f"http://127.0.0.1:{p.pid}")
    os.close(gate)  # it goes on, and finds nobody who hears of it
    wait_for_end(orphan)
    assert [f"http://127.0.0.1:{process.pid}" for process in supervisors(tell)] == [known[0]]


def test_what_a_former_run_of_this_name_left_is_not_used(tell: Path, workers: list[Worker]) -> None:
    owner = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    try:
        workers.append(Worker(owner=owner.pid))
        former = workers[0].shared()  # it does not end with its owner: it pretends
    finally:
        owner.communicate()
    assert len(supervisors(tell)) == 1
    assert shared_platform("run", os.getpid()).base_url != former[0]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"base_url": "http://127.0.0.1:1"}'])
def test_a_note_that_cannot_be_read_is_not_believed(tell: Path, content: str) -> None:
    first = shared_platform("run", os.getpid())
    [note] = notes(tell)
    note.write_text(content)
    assert shared_platform("run", os.getpid()) != first
    assert started(tell) == 2


def test_what_is_kept_is_for_this_user_alone(tell: Path) -> None:
    shared_platform("run", os.getpid())
    [note] = notes(tell)
    assert note.parent.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in note.parent.iterdir()] == [0o600] * 2
    assert "tlc_" in note.read_text()  # which is why


def test_what_an_old_run_left_goes(tell: Path) -> None:
    shared_platform("old", os.getpid())
    [note] = notes(tell)
    for path in note.parent.iterdir():
        os.utime(path, (0, 0))
    shared_platform("new", os.getpid())
    assert not note.exists()
    assert len(list(note.parent.iterdir())) == 2


def notes(tell: Path) -> list[Path]:
    return list(tell.parent.glob("trunkline-runs-*/*.json"))


@pytest.mark.parametrize("trouble", ["open", "file", "link", "foreign"])
def test_a_folder_of_others_is_not_used(
    tell: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    user = 12345 if trouble == "foreign" else os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: user)
    folder = tell.parent / f"trunkline-runs-{user}"
    if trouble == "file":
        folder.touch()
    elif trouble == "link":
        folder.symlink_to(tell)
    else:
        folder.mkdir(mode=0o700)
        folder.chmod(0o777 if trouble == "open" else 0o700)
    with pytest.raises(PlatformNotStarted, match=ONE_SENTENCE) as refused:
        shared_platform("run", os.getpid())
    assert "is not this user's alone" in str(refused.value)
    assert started(tell) == 0


def test_a_place_that_cannot_be_written_is_told(
    tell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tell / "nowhere"))
    with pytest.raises(PlatformNotStarted, match=ONE_SENTENCE) as refused:
        shared_platform("run", os.getpid())
    assert "No such file or directory" in str(refused.value)


def test_an_owner_that_has_ended_is_told(tell: Path) -> None:
    owner = subprocess.Popen(["true"])
    owner.wait()
    with pytest.raises(PlatformNotStarted, match=f"^Process {owner.pid}, .* has ended already"):
        shared_platform("run", owner.pid)
    assert started(tell) == 0


def test_a_note_that_cannot_be_left_leaves_no_platform(
    tell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.json, "dump", full)
    with pytest.raises(PlatformNotStarted, match=r"No space left on device\.$"):
        shared_platform("run", os.getpid())
    assert started(tell) == 1
    assert supervisors(tell) == []


def test_why_it_did_not_start_is_told_to_each(tell: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRETEND", "refuses")
    for _ in range(2):
        with pytest.raises(PlatformNotStarted, match=r"^The data folder is on the moon\.$"):
            shared_platform("run", os.getpid())
    assert started(tell) == 2


def test_its_value_can_be_compared(tell: Path) -> None:
    first = shared_platform("run", os.getpid())
    assert isinstance(first, Shared)
    assert shared_platform("run", os.getpid()) == first
    assert started(tell) == 1
