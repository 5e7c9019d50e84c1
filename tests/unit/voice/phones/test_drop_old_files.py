from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from trunkline.voice.phones.drop_old_files import drop_old_files


def test_only_old_ones_go(tmp_path: Path) -> None:
    for name, at in (("old.wav", 1000.0), ("new.wav", 5000.0)):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (at, at))
    assert drop_old_files(tmp_path, timedelta(seconds=1000), now=5500.0) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["new.wav"]


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert drop_old_files(tmp_path / "none", timedelta()) == 0
