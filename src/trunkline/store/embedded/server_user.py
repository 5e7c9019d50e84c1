"""Which user runs the server when the platform runs as root: PostgreSQL refuses root."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from trunkline.store.embedded.errors import PrivilegesUnavailable

if sys.platform != "win32":
    import pwd

__all__ = ["ServerUser", "choose_server_user", "hand_over"]

CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True, kw_only=True)
class ServerUser:
    """An unprivileged user."""

    uid: int
    gid: int


def choose_server_user(cluster: Path) -> ServerUser | None:
    """The user to switch to, or None when the platform itself runs unprivileged.

    A cluster that already belongs to some user other than root stays with that user, so that
    neither a `postgres` user created later nor a start by `sudo` takes it away from its owner.
    """
    if os.geteuid() != 0:
        return None
    if cluster.is_dir() and (owner := cluster.stat()).st_uid != 0:
        return ServerUser(uid=owner.st_uid, gid=owner.st_gid)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return ServerUser(uid=entry.pw_uid, gid=entry.pw_gid)
    raise PrivilegesUnavailable(
        "PostgreSQL does not run as root, and there is neither a user 'postgres' nor a user "
        "'nobody' here: start Trunkline as a normal user."
    )


def hand_over(folder: Path, user: ServerUser) -> None:
    """Give a folder and everything in it to the user. Links are given, not followed."""
    os.chown(folder, user.uid, user.gid)
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(os.path.join(parent, name), user.uid, user.gid, follow_symlinks=False)
