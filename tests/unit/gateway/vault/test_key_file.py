"""The file of the master keys: whole or not at all, and nobody else's."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from trunkline.gateway.vault import VaultError
from trunkline.gateway.vault.key_file import KeyFile

FIRST, SECOND = bytes(range(32)), bytes(range(1, 33))


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "a folder" / "vault.keys")


@pytest.fixture
def made(file: KeyFile) -> KeyFile:
    file.make(lambda _: FIRST)
    return file


def test_the_file_is_made_once_and_only_its_owner_may_read_it(made: KeyFile) -> None:
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o400
    assert stat.S_IMODE(made.path.parent.stat().st_mode) == 0o700
    assert made.read() == {1: FIRST}
    made.make(lambda _: SECOND)
    assert made.read() == {1: FIRST}


def test_two_that_make_it_at_once_have_one_key(file: KeyFile) -> None:
    together = threading.Barrier(8)

    def make(number: int) -> None:
        together.wait()
        file.make(lambda size: bytes([number]) * size)

    threads = [threading.Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(file.read()[1])) == 1
    assert sorted(os.listdir(file.path.parent)) == [".vault.keys.lock", "vault.keys"]


def test_versions_are_added_and_removed(made: KeyFile) -> None:
    made.add(2, SECOND)
    assert made.read() == {1: FIRST, 2: SECOND}
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o400
    with pytest.raises(VaultError, match="version 2 is the newest"):
        made.remove(2)
    with pytest.raises(VaultError, match="has master key version 2 already"):
        made.add(2, FIRST)
    assert made.remove(1)
    assert not made.remove(1)
    assert made.read() == {2: SECOND}


@pytest.mark.parametrize("function", ["fsync", "replace", "fchmod"])
def test_what_fails_half_way_leaves_the_old_file(
    made: KeyFile, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(VaultError, match="cannot be written: No space left on device"):
        made.add(2, SECOND)
    assert made.read() == {1: FIRST}
    assert sorted(os.listdir(made.path.parent)) == [".vault.keys.lock", "vault.keys"]


def test_the_file_is_on_the_disk_before_it_has_its_name(
    file: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace

    def synced(number: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(number).st_mode) else "file")
        fsync(number)

    def replaced(*names: str | Path) -> None:
        steps.append("name")
        replace(*names)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    file.make(lambda _: FIRST)
    assert steps == ["file", "name", "folder"]


def test_what_a_killed_process_left_is_cleared_away(made: KeyFile) -> None:
    left = made.path.parent / ".vault.keys.newabc"
    left.write_text("1:half of a ke")
    assert made.read() == {1: FIRST}
    made.add(2, SECOND)
    assert not left.exists()


def test_a_file_behind_a_link_stays_behind_it(made: KeyFile, tmp_path: Path) -> None:
    link = KeyFile(tmp_path / "link")
    link.path.symlink_to(made.path)
    link.add(2, SECOND)
    assert link.path.is_symlink()
    assert made.read() == link.read() == {1: FIRST, 2: SECOND}


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o644, 0o420, 0o500, 0o666])
def test_a_file_that_others_may_open_is_told(made: KeyFile, mode: int) -> None:
    made.path.chmod(mode)
    with pytest.raises(VaultError, match=rf"mode {mode:04o}: run `chmod 400"):
        made.read()


def test_its_owner_may_have_leave_to_write(made: KeyFile) -> None:
    made.path.chmod(0o600)
    assert made.read() == {1: FIRST}


def test_a_missing_file_is_told(file: KeyFile) -> None:
    with pytest.raises(VaultError, match="is missing: put it back from a backup"):
        file.read()
    assert not file.path.parent.exists()


def test_a_broken_link_is_not_replaced(file: KeyFile) -> None:
    file.path.parent.mkdir()
    file.path.symlink_to("gone")
    file.make(lambda _: FIRST)
    with pytest.raises(VaultError, match="is missing"):
        file.read()


def test_what_is_no_file_is_told(file: KeyFile) -> None:
    file.path.mkdir(parents=True)
    with pytest.raises(VaultError, match="cannot be read: Is a directory"):
        file.read()


def test_a_pipe_keeps_nobody_waiting(file: KeyFile) -> None:
    file.path.parent.mkdir()
    os.mkfifo(file.path, 0o600)
    with pytest.raises(VaultError, match="is not a file"):
        file.read()


@pytest.mark.parametrize("content", [b"", b"1:abc", bytes(range(64)), b"\xff\xfe", b" " * 70_000])
def test_a_file_with_something_else_is_told(made: KeyFile, content: bytes) -> None:
    made.path.chmod(0o600)
    made.path.write_bytes(content)
    with pytest.raises(VaultError, match=r"The key file .* (has no master key|is larger)"):
        made.read()
    with pytest.raises(VaultError):
        made.add(9, SECOND)
    assert made.path.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(VaultError, match="cannot be written: "):
        KeyFile(tmp_path / "file" / "vault.keys").make(lambda _: FIRST)
