from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from trunkline.cli import other_platforms
from trunkline.cli.checkup.processes import check_others, check_port, holder


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that this process listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_a_port_that_is_taken_is_told_with_who_has_it(taken: int) -> None:
    (found,) = check_port("127.0.0.1", taken)
    assert found.level == "warn"
    assert f"Port {taken} on 127.0.0.1 is taken by " in found.told
    if Path("/proc/net/tcp").exists():
        assert f"process {os.getpid()} (" in found.told


def test_a_port_that_nobody_has_is_free() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert [f.level for f in check_port("127.0.0.1", port)] == ["ok"]
    assert [f.told for f in check_port("127.0.0.1", 0)] == ["any is free"]
    assert holder(1) is None


def test_a_host_that_is_none_is_not_said_to_be_taken() -> None:
    (found,) = check_port("x" * 64, 8080)  # longer than a label can be: nobody is asked
    assert found.level == "bad"
    assert found.told.startswith("There is no host xxx")


def running(proc: Path, pid: int, data: str, *, command: str = "trunkline.server.up") -> None:
    folder = proc / str(pid)
    folder.mkdir()
    words = ["python", "-P", "-m", command, ""]
    (folder / "cmdline").write_text("\0".join(words))
    (folder / "environ").write_text(f"A=b\0TRUNKLINE_DATA={data}\0")


def test_platforms_elsewhere_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(other_platforms, "PROC", tmp_path)
    assert [f.level for f in check_others(Path("/a"), runs=False)] == ["ok"]
    running(tmp_path, 12, "/a")
    running(tmp_path, 13, "/b")
    running(tmp_path, 14, "/c", command="something.else")
    (found,) = check_others(Path("/a"), runs=False)
    assert (found.level, "/b (process 13)" in found.told) == ("warn", True)
    assert "/c" not in found.told
    assert [f.level for f in check_others(Path("/a"), runs=True)] == ["ok"]
