"""The data folder: whether it can be used, whose it is, who may read it, what was left in it."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from trunkline.cli.checkup.finding import Finding, bad, ok, warn
from trunkline.store.embedded.binaries import MAJOR_VERSION

__all__ = ["check_folder", "check_home", "check_leftovers"]

KEY = "secret.key"
CLUSTER = "postgres"
OURS = {"trunkline.lock", "node_id", CLUSTER, KEY}


def check_home(environment: Mapping[str, str]) -> Finding:
    """The home folder, which holds the data folder that nobody names."""
    home = environment.get("HOME")
    if home and Path(home).is_dir():
        return ok("home", home)
    told = f"HOME is {home}, which is no folder" if home else "HOME is not set"
    if environment.get("TRUNKLINE_DATA"):
        return ok("home", f"{told}; TRUNKLINE_DATA names the data folder")
    return warn("home", f"{told}.", "Name the data folder with --data or TRUNKLINE_DATA.")


def check_folder(data: Path) -> Iterator[Finding]:
    """The folder itself, and what must be in it."""
    if not os.path.exists(data):  # what may not be looked at is not there either
        yield from _missing(data)
        return
    if not data.is_dir():
        yield bad("data folder", f"{data} is a file.", "Name a folder with --data.")
        return
    status = data.stat()
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        yield bad(
            "data folder",
            f"{data} may not be read and written by user {os.geteuid()}; its owner is "
            f"{status.st_uid}.",
            "Run as its owner, or name another with --data.",
        )
        return
    names = {entry.name for entry in data.iterdir()}
    if names and not names & OURS:
        yield warn(
            "data folder",
            f"{data} holds other files, and none of Trunkline's.",
            "Name an empty folder, or one that does not exist, with --data.",
        )
        return
    yield ok("data folder", str(data))
    yield from _permissions(data, status)
    if CLUSTER in names:
        yield from _contents(data, names)


def check_leftovers(data: Path, *, runs: bool) -> Iterator[Finding]:
    """What a run that was killed left behind; while one runs, these files are its own."""
    if runs or not os.access(data, os.R_OK | os.X_OK):
        return
    left = [name for name in ("runtime.json", "postgres.initializing") if (data / name).exists()]
    left += [path.name for path in data.glob("runtime.json.*")]
    pid = _postmaster(data / CLUSTER)
    if pid is not None:
        yield warn(
            "leftovers",
            f"A run was killed, and its PostgreSQL still runs: process {pid}.",
            f"`trunkline up --data {shlex.quote(str(data))}` stops it, and loses nothing.",
        )
    elif left:
        yield warn(
            "leftovers",
            f"A run was killed: it left {', '.join(left)}.",
            f"`trunkline up --data {shlex.quote(str(data))}` clears up, and loses nothing.",
        )
    else:
        yield ok("leftovers", "none")


def _missing(data: Path) -> Iterator[Finding]:
    above = data.parent
    while not os.path.exists(above):
        above = above.parent
    if os.path.islink(data):
        yield bad("data folder", f"{data} leads nowhere.", "Name another folder with --data.")
    elif above.is_dir() and os.access(above, os.W_OK | os.X_OK):
        yield ok("data folder", f"{data}: `trunkline up` makes it")
    else:
        yield bad(
            "data folder",
            f"{data} does not exist or cannot be seen, and cannot be made in {above}.",
            "Name a folder that you may write with --data.",
        )


def _permissions(data: Path, status: os.stat_result) -> Iterator[Finding]:
    if os.statvfs(data).f_flag & os.ST_RDONLY:
        yield bad("permissions", f"{data} is on a read-only file system.", "Name another folder.")
    elif status.st_uid != os.geteuid():
        yield warn(
            "permissions",
            f"{data} belongs to user {status.st_uid}, and this is user {os.geteuid()}.",
            "Start the platform as the folder's owner.",
        )
    elif status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield warn(
            "permissions",
            f"{data} is open to other users (mode {stat.S_IMODE(status.st_mode):04o}).",
            f"chmod 700 {shlex.quote(str(data))}",
        )
    else:
        yield ok("permissions", f"of user {status.st_uid} alone")


def _contents(data: Path, names: set[str]) -> Iterator[Finding]:
    key = data / KEY
    if KEY not in names:
        yield bad(
            "secret key",
            f"{key} is missing: without it, no token in the database can be read.",
            "Restore it from the backup that the database is of.",
        )
    elif key.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield bad(
            "secret key",
            f"{key} can be read by other users.",
            f"chmod 400 {shlex.quote(str(key))}",
        )
    else:
        yield ok("secret key", "readable by its owner alone")
    try:
        version = (data / CLUSTER / "PG_VERSION").read_text("ascii", "replace").strip()
    except PermissionError:
        return  # PostgreSQL's own user reads it
    except OSError:
        version = "unknown"
    if version != MAJOR_VERSION:
        version = version or "unknown"
        yield bad(
            "cluster",
            f"{data / CLUSTER} is of PostgreSQL {version}, and this program brings "
            f"{MAJOR_VERSION}.",
            "Dump it with the older one and restore it here, or name another folder.",
        )


def _postmaster(cluster: Path) -> int | None:
    """The process of the cluster's server, if it runs."""
    try:
        pid = int((cluster / "postmaster.pid").read_text().splitlines()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return None
    return pid if os.fsencode(cluster) in command else None
