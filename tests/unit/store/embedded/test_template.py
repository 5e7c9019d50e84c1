from __future__ import annotations

import errno
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from trunkline.store.embedded import template
from trunkline.store.embedded.binaries import Binaries, locate_binaries
from trunkline.store.embedded.template import keep_template, template_file, unpack_template


@pytest.fixture
def cluster(tmp_path: Path) -> Path:
    """A folder with what a cluster has: files, folders, and folders in them."""
    made = tmp_path / "cluster"
    (made / "base" / "1").mkdir(parents=True)
    (made / "pg_wal").mkdir()
    (made / "PG_VERSION").write_text("18\n")
    (made / "base" / "1" / "2619").write_bytes(os.urandom(3 << 20))
    (made / "base" / "1" / "empty").touch()
    (made / "postmaster.opts").write_text("of the server that made it")
    return made


@pytest.fixture
def binaries() -> Binaries:
    return locate_binaries()


def content(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def test_a_cluster_comes_back_as_it_was_kept(cluster: Path, tmp_path: Path) -> None:
    file = tmp_path / "kept.cluster"
    keep_template(cluster, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert unpack_template(file, tmp_path / "copy")
    (cluster / "postmaster.opts").unlink()
    assert content(tmp_path / "copy") == content(cluster)
    for path in (tmp_path / "copy", *(tmp_path / "copy").rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cluster", "copy", "kept.cluster"]


def test_without_a_template_nothing_is_made(tmp_path: Path) -> None:
    assert not unpack_template(tmp_path / "none.cluster", tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("harm", ["cut", "empty", "changed", "longer"])
def test_one_that_is_not_whole_is_not_used(cluster: Path, tmp_path: Path, harm: str) -> None:
    file = tmp_path / "kept.cluster"
    keep_template(cluster, file)
    with file.open("r+b") as opened:
        size = file.stat().st_size
        if harm == "cut":
            opened.truncate(size - 1)
        elif harm == "empty":
            opened.truncate(0)
        elif harm == "changed":
            opened.seek(size // 2)
            byte = opened.read(1)
            opened.seek(size // 2)
            opened.write(bytes([byte[0] ^ 1]))
        else:
            opened.seek(size)
            opened.write(b"\0")
    assert not unpack_template(file, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_full_disk_keeps_what_was_there(
    cluster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "kept.cluster"
    keep_template(cluster, file)
    before = file.read_bytes()
    (cluster / "PG_VERSION").write_text("19\n")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        keep_template(cluster, file)
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cluster", "kept.cluster"]


def test_two_that_keep_it_at_once_leave_a_whole_one(cluster: Path, tmp_path: Path) -> None:
    file = tmp_path / "kept.cluster"
    both = [threading.Thread(target=keep_template, args=(cluster, file)) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert unpack_template(file, tmp_path / "copy")
    assert len(list(tmp_path.glob("making-*"))) == 0


def test_a_template_nobody_used_for_a_month_goes(cluster: Path, tmp_path: Path) -> None:
    old, fresh, other = (tmp_path / name for name in ("a.cluster", "b.cluster", "notes.txt"))
    for path in (old, fresh, other):
        keep_template(cluster, path)
    for path in (old, other):
        os.utime(path, (0, 0))
    os.utime(fresh, (0, 0))
    assert unpack_template(fresh, tmp_path / "copy")  # which counts as use
    keep_template(cluster, tmp_path / "c.cluster")
    assert not old.exists()
    assert fresh.exists()
    assert other.exists()


def test_it_is_kept_in_the_users_cache(binaries: Binaries, tmp_path: Path) -> None:
    file = template_file(binaries, {"XDG_CACHE_HOME": str(tmp_path)})
    assert file is not None
    assert file.parent == tmp_path / "trunkline"
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_it_is_for_one_build_and_one_schema(
    binaries: Binaries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {"XDG_CACHE_HOME": str(tmp_path)}
    known = {template_file(binaries, environment)}
    assert known == {template_file(binaries, environment)}
    known.add(template_file(replace(binaries, build="PostgreSQL 18.99 on a toaster"), environment))
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "0001_other.py").write_text("a schema")
    monkeypatch.setattr(template, "MIGRATIONS", tmp_path)
    known.add(template_file(binaries, environment))
    monkeypatch.setattr("trunkline.__version__", "0.0.0")
    known.add(template_file(binaries, environment))
    assert len(known) == 4


def test_without_a_cache_of_ones_own_there_is_none(
    binaries: Binaries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(place: object) -> Path | None:
        return template_file(binaries, {"XDG_CACHE_HOME": str(place)})

    (tmp_path / "file").touch()
    assert found(tmp_path / "file") is None
    assert found("relative") is None
    (tmp_path / "trunkline").mkdir(mode=0o777)
    (tmp_path / "trunkline").chmod(0o777)  # whatever the umask: anybody may put a file there
    assert found(tmp_path) is None
    (tmp_path / "trunkline").chmod(0o700)
    assert found(tmp_path) is not None
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert found(tmp_path) is None


def test_without_a_home_there_is_none(binaries: Binaries, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home(_: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", no_home)
    assert template_file(binaries, {}) is None
