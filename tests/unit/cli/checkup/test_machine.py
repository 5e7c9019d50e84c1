from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from trunkline.cli.checkup import machine
from trunkline.cli.checkup.finding import Finding, gigabytes


@pytest.mark.parametrize(
    ("names", "level"),
    [((), "ok"), (("FEW_BYTES",), "warn"), (("FEW_BYTES", "TOO_FEW_BYTES"), "bad")],
)
@pytest.mark.parametrize("kind", ["BYTES", "FILES"])
def test_a_disk_that_is_nearly_full_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...], level: str, kind: str
) -> None:
    for name in ("FEW_BYTES", "TOO_FEW_BYTES", "FEW_FILES", "TOO_FEW_FILES"):
        monkeypatch.setattr(machine, name, 0)
    for name in names:
        monkeypatch.setattr(machine, name.replace("BYTES", kind), 1 << 80)
    (disk,) = machine.check_disk(tmp_path / "not" / "made" / "yet")
    counts = os.statvfs(tmp_path).f_files > 0
    assert disk.level == (level if counts or kind == "BYTES" else "ok")
    assert "free of" in disk.told


def test_logs_that_grew_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "trunkline.log").write_text("x" * 100)
    monkeypatch.setattr(machine, "LONG_LOG", 99)
    assert [f.check for f in machine.check_disk(tmp_path)][-1] == "logs"


def write_memory(folder: Path, available: int, most: str | None = None, used: int = 0) -> None:
    (folder / "meminfo").write_text(f"MemTotal: 9 kB\nMemAvailable:   {available} kB\n")
    if most is not None:
        (folder / "memory.max").write_text(f"{most}\n")
        (folder / "memory.current").write_text(f"{used}\n")


@pytest.mark.parametrize(
    ("available", "most", "used", "level"),
    [
        (8_000_000, None, 0, "ok"),
        (200_000, None, 0, "warn"),
        (20_000, None, 0, "bad"),
        (8_000_000, "max", 10**12, "ok"),
        (8_000_000, "1000000000", 10**8, "ok"),
        (8_000_000, "1000000000", 990_000_000, "bad"),  # of its container
    ],
)
def test_memory_is_of_the_machine_or_of_its_container(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    available: int,
    most: str | None,
    used: int,
    level: str,
) -> None:
    write_memory(tmp_path, available, most, used)
    monkeypatch.setattr(machine, "MEMORY", tmp_path / "meminfo")
    monkeypatch.setattr(machine, "CONTROL_GROUP", tmp_path)
    assert [finding.level for finding in machine.check_memory()] == [level]


def test_where_memory_is_not_told_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "MEMORY", tmp_path / "nowhere")
    assert list(machine.check_memory()) == []


def clock(data: Path) -> Finding:
    (found,) = machine.check_clock(data)
    return found


def test_a_clock_that_was_put_back_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_kernel_says", lambda: 0)
    assert clock(tmp_path).level == "ok"
    runtime = tmp_path / "runtime.json"
    runtime.write_text("{}")
    os.utime(runtime, (time.time() + 3600,) * 2)
    assert (clock(tmp_path).level, "put back" in clock(tmp_path).told) == ("bad", True)


@pytest.mark.parametrize(("says", "level"), [(5, "warn"), (0, "ok"), (None, "ok")])
def test_the_kernel_knows_whether_the_clock_is_kept_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: int | None, level: str
) -> None:
    monkeypatch.setattr(machine, "_kernel_says", lambda: says)
    assert clock(tmp_path).level == level


def test_the_kernel_can_be_asked() -> None:
    assert machine._kernel_says() in (None, *range(6))


def test_versions_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRUNKLINE_DATABASE_URL", raising=False)
    assert [f.level for f in machine.check_versions()] == ["ok", "ok"]
    monkeypatch.setattr(machine, "OLDEST_PYTHON", (99,))
    assert next(machine.check_versions()).level == "bad"
    monkeypatch.setenv("TRUNKLINE_DATABASE_URL", "postgresql://elsewhere/")
    assert [f.check for f in machine.check_versions()] == ["versions"]


def test_a_missing_postgresql_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRUNKLINE_DATABASE_URL", raising=False)
    monkeypatch.setattr("trunkline.store.embedded.binaries.WHEEL", "no_such_package")
    found = list(machine.check_versions())[-1]
    assert (found.level, found.check) == ("bad", "PostgreSQL")
    assert found.do is not None
    assert "TRUNKLINE_DATABASE_URL" in found.do


@pytest.mark.parametrize(
    ("size", "told"), [(5e8, "500 MB"), (1e9, "1.0 GB"), (1.25e12, "1250.0 GB"), (0, "0 MB")]
)
def test_sizes_are_told_in_round_numbers(size: float, told: str) -> None:
    assert gigabytes(size) == told
