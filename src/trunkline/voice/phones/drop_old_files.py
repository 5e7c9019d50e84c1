"""Remove files of a folder that nobody has used for long: what phones heard, what they play."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

__all__ = ["drop_old_files"]


def drop_old_files(folder: Path, age: timedelta, *, now: float | None = None) -> int:
    """How many files were removed that were written last before so long. `now` is seconds of the
    clock that files have their times by. Call it in a thread."""
    limit = (time.time() if now is None else now) - age.total_seconds()
    removed = 0
    with suppress(FileNotFoundError):
        for path in folder.iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < limit:
                    path.unlink()
                    removed += 1
    return removed
