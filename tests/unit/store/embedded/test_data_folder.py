from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.store.embedded.support import ENVIRONMENT
from trunkline.store.embedded import DataFolderInUse, DataFolderUnusable, FolderLock

HOLD = """
import sys
from trunkline.store.embedded import FolderLock
lock = FolderLock(sys.argv[1])
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "data")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "data")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(DataFolderInUse) as refused:
            lock.acquire()
        assert str(refused.value) == (
            f"The data folder {tmp_path / 'data'} is in use by process {holder.pid}: "
            f"stop that process, or choose another data folder."
        )
        holder.kill()
    lock.acquire()  # free as soon as the holder is dead, whatever its file says
    assert (tmp_path / "data" / "trunkline.lock").read_text() == f"{os.getpid()}\n"
    lock.release()


def test_two_locks_in_one_process_exclude_each_other(tmp_path: Path) -> None:
    with FolderLock(tmp_path) as first:
        first.acquire()  # held already: no error
        with pytest.raises(DataFolderInUse, match=f"process {os.getpid()}"):
            FolderLock(tmp_path).acquire()
    with FolderLock(tmp_path):
        pass


def test_a_missing_folder_is_private_and_an_existing_one_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o755)
    for name in ("new", "shared"):
        with FolderLock(tmp_path / name):
            pass
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "shared").stat().st_mode & 0o777 == 0o755


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        DataFolderUnusable, match=r"file/data cannot be created \(Not a directory\)"
    ):
        FolderLock(tmp_path / "file" / "data").acquire()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_not_writable_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DataFolderUnusable, match="is not writable for this user"):
        FolderLock(tmp_path).acquire()
