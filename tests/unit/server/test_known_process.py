from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from trunkline.server.known_process import KnownProcess

WAITS = "import signal, sys; {}; print('ready', flush=True); sys.stdin.read(); signal.pause()"


class Child:
    """A process that runs until it is stopped."""

    def __init__(self, before: str = "pass") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WAITS.format(before)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout is not None
        self.process.stdout.readline()
        found = KnownProcess.running(self.process.pid)
        assert found is not None
        self.known = found

    def end(self) -> int:
        self.process.kill()
        self.process.communicate()
        return self.process.returncode


@pytest.fixture
def child() -> Iterator[Child]:
    made = Child()
    yield made
    made.end()


@pytest.fixture(params=["with descriptors", "without"])
def _by_either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without":
        monkeypatch.delattr(os, "pidfd_open", raising=False)


def test_its_text_names_the_same_process(child: Child) -> None:
    assert KnownProcess.read(str(child.known)) == child.known
    assert KnownProcess.read("12") == KnownProcess(pid=12)
    assert str(KnownProcess(pid=12)) == "12"


@pytest.mark.parametrize("text", ["", "x", "0", "-1", "1@", "1@x", "@5", "1 2"])
def test_a_text_that_names_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no process id"):
        KnownProcess.read(text)


def test_it_runs_until_it_has_ended_even_if_nobody_noticed(child: Child) -> None:
    assert child.known.runs
    child.process.kill()
    os.waitid(os.P_PID, child.process.pid, os.WEXITED | os.WNOWAIT)  # a zombie from here on
    assert not child.known.runs
    assert KnownProcess.running(child.process.pid) is None
    child.end()
    assert not child.known.runs


def test_a_later_process_with_its_pid_is_another(child: Child) -> None:
    assert child.known.started is not None
    assert not replace(child.known, started=child.known.started - 1).runs
    assert replace(child.known, started=None).runs


@pytest.mark.usefixtures("_by_either_way")
def test_it_is_asked_to_stop(child: Child) -> None:
    child.known.stop(20)
    assert child.process.wait() == -signal.SIGTERM


@pytest.mark.usefixtures("_by_either_way")
def test_one_that_does_not_stop_is_killed() -> None:
    stubborn = Child("signal.signal(signal.SIGTERM, signal.SIG_IGN)")
    stubborn.known.stop(0.05)
    assert stubborn.process.wait() == -signal.SIGKILL
    stubborn.end()


@pytest.mark.usefixtures("_by_either_way")
def test_another_process_with_its_pid_is_left_alone(child: Child) -> None:
    assert child.known.started is not None
    replace(child.known, started=child.known.started - 1).stop(20)
    assert child.known.runs
    child.process.send_signal(signal.SIGINT)
    child.process.communicate()
    assert child.process.returncode == -signal.SIGINT  # nothing else had been sent before
