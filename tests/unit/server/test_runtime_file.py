from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from trunkline.server.runtime_file import Runtime, read_runtime, remove_runtime, write_runtime

RUNTIME = Runtime(
    base_url="http://127.0.0.1:8080",
    control_token="tlc_x",
    pid=42,
    started_at="2026-03-04T05:06:07",
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_runtime(tmp_path, RUNTIME)
    assert read_runtime(tmp_path) == RUNTIME
    assert json.loads((tmp_path / "runtime.json").read_text())["pid"] == 42


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    (tmp_path / "runtime.json").touch(mode=0o644)
    write_runtime(tmp_path, RUNTIME)
    assert stat.S_IMODE((tmp_path / "runtime.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["runtime.json"]


def test_a_token_is_not_shown_with_the_value() -> None:
    assert "tlc_x" not in repr(RUNTIME)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pid": 1}', b"\xff", b"null"])
def test_a_damaged_file_is_no_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "runtime.json").write_bytes(content)
    assert read_runtime(tmp_path) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"base_url": 5},
        {"base_url": "http://127.0.0.1:99999"},
        {"base_url": "http://[::1"},
        {"base_url": ""},
        {"control_token": 3},
        {"control_token": "x\ny"},
    ],
)
def test_values_that_nobody_could_use_are_no_file(
    tmp_path: Path, changed: dict[str, object]
) -> None:
    write_runtime(tmp_path, RUNTIME)
    content = json.loads((tmp_path / "runtime.json").read_text())
    (tmp_path / "runtime.json").write_text(json.dumps(content | changed))
    assert read_runtime(tmp_path) is None


def test_no_file_is_none_and_is_removed_quietly(tmp_path: Path) -> None:
    assert read_runtime(tmp_path / "nowhere") is None
    remove_runtime(tmp_path / "nowhere")
    write_runtime(tmp_path, RUNTIME)
    remove_runtime(tmp_path)
    assert read_runtime(tmp_path) is None
