"""Who runs on this machine: other platforms, and who has the port."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trunkline.cli.checkup.finding import Finding, bad, ok, warn
from trunkline.cli.other_platforms import supervisors

__all__ = ["check_others", "check_port", "holder"]

PROC = Path("/proc")
LISTENING = "0A"  # the state, in /proc/net/tcp
MOST_NAMED = 5


def check_others(data: Path, *, runs: bool) -> Iterator[Finding]:
    """Platforms on other data folders."""
    others = sorted((folder, pid) for pid, folder in supervisors() if folder != data)
    if not others:
        yield ok("other platforms", "none of this user's")
        return
    named = ", ".join(f"{folder} (process {pid})" for folder, pid in others[:MOST_NAMED])
    if len(others) > MOST_NAMED:
        named += f" and {len(others) - MOST_NAMED} more"
    if runs:
        yield ok("other platforms", named)
    else:
        yield warn(
            "other platforms",
            f"There is one elsewhere: {named}.",
            "Name its folder with --data, if that is the one you mean.",
        )


def check_port(host: str, port: int) -> Iterator[Finding]:
    """The port that `trunkline up` would take, while no platform runs on the folder."""
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        yield bad("port", f"There is no host {host} to listen on.", "Look at TRUNKLINE_HOST.")
        return
    if port == 0 or _is_free(addresses[0]):
        yield ok("port", f"{port or 'any'} is free")
        return
    found = holder(port)
    by = "another program" if found is None else f"process {found[0]} ({found[1]})"
    yield warn(
        "port",
        f"Port {port} on {host} is taken by {by}.",
        "Stop that, or start with --port 0 for any port that is free.",
    )


def holder(port: int) -> tuple[int, str] | None:
    """Process and name of the program that listens on a port, where the system tells."""
    inodes = set(_inodes(port))
    if not inodes:
        return None
    for folder in PROC.glob("[0-9]*"):
        try:
            if any(_leads_to(link) in inodes for link in (folder / "fd").iterdir()):
                return int(folder.name), (folder / "comm").read_text().strip()
        except OSError:
            continue  # it ended meanwhile, or is another user's
    return None


def _leads_to(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""  # closed meanwhile


def _inodes(port: int) -> Iterator[str]:
    for name in ("tcp", "tcp6"):
        try:
            lines = (PROC / "net" / name).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if int(fields[1].rpartition(":")[2], 16) == port and fields[3] == LISTENING:
                yield f"socket:[{fields[9]}]"


def _is_free(found: tuple[Any, ...]) -> bool:
    family, kind, protocol, _, address = found
    try:
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
            tried.listen()  # with REUSEADDR, two may bind and one may listen
    except OSError:
        return False
    return True
