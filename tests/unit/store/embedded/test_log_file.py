from __future__ import annotations

import os
from pathlib import Path

from trunkline.store.embedded.log_file import LARGEST_BYTES, LogFile


def test_a_large_log_is_put_aside(tmp_path: Path) -> None:
    log = LogFile(tmp_path)
    os.close(log.open())
    os.truncate(log.path, LARGEST_BYTES + 1)
    descriptor = log.open()
    os.write(descriptor, b"fresh\n")
    os.close(descriptor)
    assert log.path.read_text() == "fresh\n"
    assert (tmp_path / "logs" / "postgres.log.1").stat().st_size == LARGEST_BYTES + 1
    assert log.path.stat().st_mode & 0o777 == 0o600


def test_the_telling_line_of_this_start_is_found(tmp_path: Path) -> None:
    log = LogFile(tmp_path)
    descriptor = log.open()
    os.write(descriptor, b"FATAL:  of an earlier start\n")
    os.close(descriptor)
    descriptor = log.open()
    assert log.reason(7) in ("exit status 7", "its disk is full")
    os.write(descriptor, b"2026 UTC [7] FATAL:  out of luck\n2026 UTC [7] LOG:  shut down\n")
    os.close(descriptor)
    assert log.reason(1) == "out of luck"
