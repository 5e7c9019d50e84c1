"""The program of `exec --proxy` (and of `--up`) has a process of ours above it, and does not feel
it: signals, a terminal, exit codes."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.executing import Exec
from tests.support.platform import World

PROXY = ["--proxy"]
# Says each signal that it gets, and ends with the last of them.
COUNT = """
import signal
awaited = {signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGUSR1, signal.SIGTERM}
signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
print("ready", flush=True)
number = 0
while number != signal.SIGTERM:
    number = signal.sigwait(awaited)
    print(signal.Signals(number).name, flush=True)
raise SystemExit(9)
"""


@pytest.fixture
def exec_(platform: World, short_tmp: Path) -> Exec:
    return Exec(short_tmp / "acceptance data", platform.name)


@pytest.fixture
def counting(exec_: Exec) -> Iterator[subprocess.Popen[str]]:
    """A program without a terminal, in a session of its own, that is ready."""
    started = exec_.start(sys.executable, "-c", COUNT, options=PROXY, start_new_session=True)
    assert started.stdout is not None
    try:
        assert started.stdout.readline() == "ready\n"
        yield started
    finally:
        started.kill()  # the program is told to end by the system
        started.communicate()


def test_exit_codes_are_those_of_a_shell(exec_: Exec) -> None:
    assert exec_("sh", "-c", "exit 7", options=PROXY).code == 7
    assert exec_("sh", "-c", "kill -KILL $$", options=PROXY).code == 128 + signal.SIGKILL


@pytest.mark.parametrize("group", [False, True])
def test_a_signal_reaches_the_program_once(counting: subprocess.Popen[str], group: bool) -> None:
    assert counting.stdout is not None
    send = os.killpg if group else os.kill
    for name in ("SIGINT", "SIGUSR1", "SIGHUP", "SIGQUIT", "SIGINT"):
        send(counting.pid, getattr(signal, name))
        assert counting.stdout.readline() == f"{name}\n"
    send(counting.pid, signal.SIGTERM)
    out, err = counting.communicate(timeout=60)
    assert (out, err, counting.returncode) == ("SIGTERM\n", "", 9)


def read_until(terminal: int, shown: bytes, name: bytes) -> bytes:
    """All that a terminal shows, once the name is there once more than in `shown`."""
    seen = shown
    while seen.count(name) == shown.count(name) or not seen.endswith(b"\n"):
        seen += os.read(terminal, 100)
    return seen


def test_what_is_typed_reaches_the_program_once(exec_: Exec) -> None:
    controlling, terminal = pty.openpty()

    def take_terminal() -> None:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    try:
        started = exec_.start(
            sys.executable, "-c", COUNT, options=PROXY,
            stdin=terminal, stdout=terminal, stderr=terminal, preexec_fn=take_terminal,
        )  # fmt: skip
        shown = read_until(controlling, b"", b"ready")
        for key, name in ((b"\x03", b"SIGINT"), (b"\x1c", b"SIGQUIT"), (b"\x03", b"SIGINT")):
            os.write(controlling, key)
            shown = read_until(controlling, shown, name)
        started.terminate()
        shown = read_until(controlling, shown, b"SIGTERM")
        assert started.wait(timeout=60) == 9
        assert [shown.count(name) for name in (b"SIGINT", b"SIGQUIT", b"SIGTERM")] == [2, 1, 1]
    finally:
        os.close(controlling)
        os.close(terminal)


def test_it_stops_and_goes_on_with_the_program(counting: subprocess.Popen[str]) -> None:
    os.kill(counting.pid, signal.SIGTSTP)
    _, status = os.waitpid(counting.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    os.kill(counting.pid, signal.SIGUSR1)
    os.kill(counting.pid, signal.SIGCONT)
    assert counting.stdout is not None
    assert counting.stdout.readline() == "SIGUSR1\n"
    counting.terminate()
    counting.communicate(timeout=60)
    assert counting.returncode == 9


def test_nohup_stays_nohup(exec_: Exec) -> None:
    script = "import signal; print(signal.getsignal(signal.SIGHUP).name)"
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert exec_.output(sys.executable, "-c", script, options=PROXY) == "SIG_IGN"
    finally:
        signal.signal(signal.SIGHUP, before)


def test_input_and_open_files_are_the_programs(exec_: Exec) -> None:
    reading, writing = os.pipe()
    try:
        script = f"import os; print(input()); os.write({writing}, b'kept')"
        done = exec_(sys.executable, "-c", script, options=PROXY, input="typed", pass_fds=[writing])
        os.close(writing)
        assert (done.out, done.err, os.read(reading, 100)) == ("typed\n", "", b"kept")
    finally:
        os.close(reading)


def test_a_script_without_a_first_line_is_read_by_a_shell(exec_: Exec, tmp_path: Path) -> None:
    script = tmp_path / "a script"
    script.write_text('echo "$0: $1"; exit 3\n')
    script.chmod(0o700)
    done = exec_(str(script), "x", options=PROXY)
    assert (done.code, done.out) == (3, f"{script}: x\n")


def test_a_script_whose_interpreter_does_not_exist(exec_: Exec, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/no/such/program\n")
    script.chmod(0o700)
    for options in ([], PROXY):
        done = exec_(str(script), options=options)
        assert (done.code, done.err) == (
            126,
            f"{script} cannot be run: its interpreter does not exist.\n",
        )


def test_no_folder_is_left(exec_: Exec, tmp_path: Path) -> None:
    script = 'ls "$TMPDIR"; stat -c %a "$TMPDIR"/*; cat "$SSL_CERT_FILE" | tail -1'
    shown = exec_.output(
        "sh", "-c", script, options=PROXY, environment={"TMPDIR": str(tmp_path)}
    ).splitlines()
    assert len(shown) == 3
    assert shown[0].startswith("trunkline-proxy-")
    assert shown[1:] == ["700", "-----END CERTIFICATE-----"]
    assert list(tmp_path.iterdir()) == []
