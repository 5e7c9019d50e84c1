"""Creates the cluster: all of it, durably, or nothing."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path

from trunkline.store.embedded.binaries import MAJOR_VERSION, Binaries
from trunkline.store.embedded.child import Child, refusal
from trunkline.store.embedded.errors import (
    ClusterUnusable,
    InitialisationFailed,
    PrivilegesUnavailable,
)
from trunkline.store.embedded.leftovers import NO_PATIENCE, stop_leftovers
from trunkline.store.embedded.log_file import telling_line
from trunkline.store.embedded.server_user import ServerUser, hand_over

__all__ = ["SUPERUSER", "make_cluster_ready"]

SUPERUSER = "trunkline"
UNKNOWN_USER = "could not look up effective user ID"  # a container's `--user 1234`


async def make_cluster_ready(
    cluster: Path, binaries: Binaries, user: ServerUser | None, arguments: Sequence[str] = ()
) -> None:
    """Create the cluster unless it exists, with these further arguments for `initdb`; then see
    that this server and user can run it.

    Raises `ClusterUnusable`, `InitialisationFailed`, `PrivilegesUnavailable`.
    """
    try:
        if not _exists(cluster):
            await _initialise(cluster, binaries, user, arguments)
        _check(cluster, user)
    except FileNotFoundError as error:
        raise ClusterUnusable(
            f"{cluster} is not a PostgreSQL cluster ({error.filename} is missing): "
            f"move it away, and a new one will be made."
        ) from error
    except OSError as error:
        raise ClusterUnusable(
            f"The cluster {cluster} cannot be used by this user ({error.strerror}): "
            f"start with the user that owns it, or choose another data folder."
        ) from error


def _exists(cluster: Path) -> bool:
    return cluster.exists() and any(cluster.iterdir())


def _check(cluster: Path, user: ServerUser | None) -> None:
    version = (cluster / "PG_VERSION").read_text().strip()
    if version != MAJOR_VERSION:
        raise ClusterUnusable(
            f"The cluster {cluster} was made by PostgreSQL {version} and this Trunkline brings "
            f"PostgreSQL {MAJOR_VERSION}: dump it with the older one and restore it here, "
            f"or choose another data folder."
        )
    status = cluster.stat()
    if user is not None and status.st_uid == 0:
        hand_over(cluster, user)  # restored or copied by root
    if status.st_mode & 0o027:
        cluster.chmod(0o700)  # PostgreSQL insists


async def _initialise(
    cluster: Path, binaries: Binaries, user: ServerUser | None, arguments: Sequence[str]
) -> None:
    """Make a new cluster in a folder beside, and rename it when it is complete and on disk, so
    that a crash on the way leaves nothing but that folder, which the next try removes.

    Raises `InitialisationFailed`, `PrivilegesUnavailable`.
    """
    making = cluster.with_name(f"{cluster.name}.initializing")
    await stop_leftovers(making, NO_PATIENCE)
    try:
        _make_folder(making, user)
        await _run_initdb(making, binaries, user, arguments)
        _put_in_place(making, cluster)
    except OSError as error:
        raise InitialisationFailed(
            f"The new PostgreSQL cluster {cluster} cannot be put in place: {error.strerror}."
        ) from error


def _make_folder(making: Path, user: ServerUser | None) -> None:
    if making.exists():
        shutil.rmtree(making)
    making.mkdir(mode=0o700)
    if user is not None:
        os.chown(making, user.uid, user.gid)


def _put_in_place(making: Path, cluster: Path) -> None:
    making.rename(cluster)
    descriptor = os.open(cluster.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def _run_initdb(
    making: Path, binaries: Binaries, user: ServerUser | None, arguments: Sequence[str]
) -> None:
    child = Child(
        # The built-in locale is the same on every system, and sorts by code point. Syncing all
        # files at the end is initdb's default.
        [
            *(str(binaries.initdb), "-D", str(making), "-U", SUPERUSER, "--auth=trust"),
            *("-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *arguments,
        ],
        user=user,
        reachable=[making, binaries.share],
        # Not SIGINT: it would clear the folder, perhaps while the next process fills it.
        death_signal=signal.SIGKILL,
    )
    try:
        status = await child.wait()
    finally:
        child.send(signal.SIGKILL)
    if status != 0:
        raise _failure(child.output.decode(errors="replace"), status, making)


def _failure(output: str, status: int, making: Path) -> Exception:
    if (reason := refusal(output)) is not None:
        return PrivilegesUnavailable(reason)
    if UNKNOWN_USER in output:
        return InitialisationFailed(
            f"PostgreSQL's initdb needs a name for user {os.geteuid()}: "
            f"add a line for it to /etc/passwd, or start with a user that has one."
        )
    reason = telling_line(output) or f"exit status {status}"
    return InitialisationFailed(f"PostgreSQL's initdb could not fill {making}: {reason}.")
