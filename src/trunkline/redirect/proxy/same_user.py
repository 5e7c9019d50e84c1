"""Whether a connection on the loopback was made by this user, as Linux tells it.

Some programs, of the JDK above all, cannot send a proxy's token. /proc/net/tcp says whose each
socket is; elsewhere there is the token alone.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

__all__ = ["TABLES", "is_same_user"]

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
ESTABLISHED = "01"
MAPPED = "0" * 16 + ("FFFF0000" if sys.byteorder == "little" else "0000FFFF")


def is_same_user(accepted: socket.socket) -> bool:
    """Whether the other end of an accepted connection is a socket of this process's user. Only a
    connection that is open counts: of one that was closed, Linux does not know the owner."""
    try:
        near, far = accepted.getsockname(), accepted.getpeername()
        return any(_owner(table, far, near) == os.getuid() for table in TABLES)
    except (OSError, ValueError, IndexError):
        return False


def _owner(table: Path, local: tuple[str, int], remote: tuple[str, int]) -> int | None:
    with table.open() as lines:
        next(lines, None)
        for line in lines:
            fields = line.split()
            if (
                _is(fields[1], local)
                and _is(fields[2], remote)
                and fields[3] == ESTABLISHED
                and fields[9] != "0"
            ):
                return int(fields[7])
    return None


def _is(shown: str, address: tuple[str, int]) -> bool:
    """`0100007F:1F90`: words of four bytes in this machine's order. An IPv4 address in an IPv6
    socket is the last of four."""
    place, _, port = shown.partition(":")
    if int(port, 16) != address[1] or place[:-8] not in ("", MAPPED):
        return False
    word = int(place[-8:], 16).to_bytes(4, sys.byteorder)
    return socket.inet_aton(address[0]) == word
