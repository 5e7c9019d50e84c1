"""Platforms of this user that run on this machine: a command may have been meant for another."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["folders_in_use", "supervisors"]

PROC = Path("/proc")  # of Linux; elsewhere nothing is found
SUPERVISOR = b"trunkline.server.up"


def supervisors() -> Iterator[tuple[int, Path]]:
    """Process ids and data folders of running supervisors; not of those that a test started, whose
    folder is gone when it ends."""
    for folder in PROC.glob("[0-9]*"):
        try:
            if SUPERVISOR not in (folder / "cmdline").read_bytes().split(b"\0"):
                continue
            variables = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue  # it ended meanwhile, or is another user's
        known = dict(entry.partition(b"=")[::2] for entry in variables)
        data = known.get(b"TRUNKLINE_DATA")
        if data and known.get(b"TRUNKLINE_TEMPORARY") != b"1":
            yield int(folder.name), Path(os.fsdecode(data))


def folders_in_use() -> list[Path]:
    """The data folders, sorted."""
    return sorted({folder for _, folder in supervisors()})
