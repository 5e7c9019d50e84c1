from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from trunkline.store.embedded.socket_folder import SocketFolder


@pytest.fixture
def stale() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="trunkline-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_the_folder_of_a_killed_process_is_removed(tmp_path: Path, stale: Path) -> None:
    (stale / ".s.PGSQL.5432").touch()
    (stale / ".s.PGSQL.5432.lock").touch()
    (tmp_path / "postgres.socket").write_text(f"{stale}\n")
    made = SocketFolder(tmp_path)
    path = made.create(None)
    assert not stale.exists()
    assert path.stat().st_mode & 0o777 == 0o700
    made.remove()
    assert not path.exists()
    assert not (tmp_path / "postgres.socket").exists()


@pytest.mark.parametrize("note", ["", "\x00", "/tmp", "/", "/nonexistent/trunkline-1"])
def test_a_strange_note_is_ignored(tmp_path: Path, note: str) -> None:
    (tmp_path / "postgres.socket").write_text(note)
    made = SocketFolder(tmp_path)
    assert made.create(None).is_dir()
    made.remove()


def test_strange_files_in_a_noted_folder_are_kept(tmp_path: Path, stale: Path) -> None:
    (stale / "diary").touch()
    (tmp_path / "postgres.socket").write_text(f"{stale}\n")
    made = SocketFolder(tmp_path)
    made.create(None)
    made.remove()
    assert (stale / "diary").exists()


def test_the_path_stays_unless_somebody_takes_it(tmp_path: Path) -> None:
    made = SocketFolder(tmp_path)
    path = made.create(None)
    assert made.create(None) == path
    made.remove()
    path.mkdir()
    (path / "taken").touch()
    other = made.create(None)
    assert other != path
    made.remove()
    shutil.rmtree(path)
