from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.store.embedded.support import alive, ask, eventually, family
from trunkline.store.embedded import EmbeddedPostgres
from trunkline.store.embedded.binaries import locate_binaries
from trunkline.store.embedded.child import Child
from trunkline.store.embedded.server_user import choose_server_user
from trunkline.store.embedded.socket_folder import SocketFolder


def pid_file_of(pid: int, cluster: Path) -> str:
    lines = (pid, cluster, 1790000000, 5432, "/tmp/trunkline-gone", "", "12345  678", "ready   ")
    return "".join(f"{line}\n" for line in lines)


def dead_pid() -> int:
    with subprocess.Popen(["true"]) as process:
        pass
    return process.pid


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda cluster: pid_file_of(dead_pid(), cluster), id="of a dead process"),
        pytest.param(lambda cluster: pid_file_of(1, cluster), id="of process 1"),
        pytest.param(lambda cluster: pid_file_of(os.getpid(), cluster), id="of ourselves"),
        pytest.param(lambda cluster: f"{dead_pid()}\n{cluster}", id="truncated"),
        pytest.param(lambda _: "", id="empty"),
        pytest.param(lambda _: "\udcff\udcfe no pid \x00", id="garbage"),
    ],
)
async def test_a_stale_pid_file_does_not_block(
    postgres: EmbeddedPostgres, data_dir: Path, content: Callable[[Path], str]
) -> None:
    cluster = data_dir / "postgres"
    (cluster / "postmaster.pid").write_text(content(cluster), errors="surrogateescape")
    assert await ask(await postgres.start(), "SELECT 1") == 1


@pytest.mark.parametrize("inside", [False, True])
async def test_an_unrelated_process_with_the_noted_pid_survives(
    postgres: EmbeddedPostgres, data_dir: Path, inside: bool
) -> None:
    cluster = data_dir / "postgres"
    user = choose_server_user(cluster)
    unrelated = await asyncio.create_subprocess_exec(
        *("sleep", "600"),
        cwd=cluster if inside else "/",
        user=None if user is None or inside else user.uid,
    )
    (cluster / "postmaster.pid").write_text(pid_file_of(unrelated.pid, cluster))
    assert await ask(await postgres.start(), "SELECT 1") == 1
    assert alive(unrelated.pid)
    unrelated.kill()
    await unrelated.wait()


@pytest.mark.parametrize("pid_file", ["kept", "truncated", "gone"])
async def test_a_server_left_running_is_stopped_first(
    postgres: EmbeddedPostgres, data_dir: Path, pid_file: str
) -> None:
    cluster, user = data_dir / "postgres", choose_server_user(data_dir / "postgres")
    folder = SocketFolder(data_dir).create(user)
    left = Child(
        [str(locate_binaries().postgres), "-D", str(cluster), "-h", "", "-k", str(folder)],
        user=user,
        reachable=[cluster],
        death_signal=signal.SIGKILL,
    )
    noted = cluster / "postmaster.pid"
    await eventually(lambda: noted.exists() and "ready" in noted.read_text())
    processes = family(left.pid)
    if pid_file == "truncated":
        os.truncate(noted, 2)
    elif pid_file == "gone":
        noted.unlink()
    assert await ask(await postgres.start(), "SELECT 1") == 1
    assert await left.wait() == 0
    assert not [pid for pid in processes if alive(pid)]
    assert not folder.exists()
