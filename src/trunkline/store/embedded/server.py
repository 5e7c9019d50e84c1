"""PostgreSQL as a supervised child of the platform."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from trunkline.store.embedded.binaries import Binaries, locate_binaries
from trunkline.store.embedded.child import Child, refusal
from trunkline.store.embedded.data_folder import FolderLock
from trunkline.store.embedded.errors import PrivilegesUnavailable, ServerFailed
from trunkline.store.embedded.initialise import SUPERUSER, make_cluster_ready
from trunkline.store.embedded.leftovers import PATIENCE, is_ready, stop_leftovers
from trunkline.store.embedded.log_file import LogFile
from trunkline.store.embedded.server_user import ServerUser, choose_server_user
from trunkline.store.embedded.socket_folder import PORT, SocketFolder
from trunkline.store.embedded.tuning import INITDB_THROW_AWAY, THROW_AWAY, server_settings

__all__ = ["EmbeddedPostgres"]

DATABASE = "trunkline"
POLL_SECONDS = 0.01
# The kernel frees the memory of a killed server when the last of its processes is gone.
MEMORY_IN_USE = "pre-existing shared memory block"
MEMORY_SECONDS = 15.0
MEMORY_POLL_SECONDS = 0.25


@dataclass(frozen=True, kw_only=True)
class _Prepared:
    """What a start needs to know, while the folder is held."""

    binaries: Binaries
    user: ServerUser | None
    folder: Path  # of the socket


class EmbeddedPostgres:
    """The PostgreSQL of one data folder: a cluster in `data_dir/postgres`, a log in
    `data_dir/logs/postgres.log`, a Unix socket in a private short folder, no TCP port.

    The server never outlives the process that started it: SIGINT on the way out by `stop`, and on
    Linux by the kernel when the thread that awaited `start` ends, whatever ends it. Elsewhere the
    next start ends what a killed process left.
    """

    def __init__(
        self,
        data_dir: Path,
        settings: Mapping[str, str] | None = None,
        *,
        throw_away: bool = False,
    ) -> None:
        """`settings` are PostgreSQL's own, by name; they win over ours (see `tuning`). With
        `throw_away` the cluster is to be removed in the end: nothing waits for the disk."""
        self._initdb = INITDB_THROW_AWAY if throw_away else ()
        self._data_dir = Path(data_dir).absolute()
        self._cluster = self._data_dir / "postgres"
        self._settings = {**(THROW_AWAY if throw_away else {}), **(settings or {})}
        self._lock = FolderLock(self._data_dir, "postgres.lock")
        self._sockets = SocketFolder(self._data_dir)
        self._log = LogFile(self._data_dir)
        self._child: Child | None = None
        self._prepared: _Prepared | None = None

    @property
    def pid(self) -> int | None:
        """The server's process id; None when it does not run."""
        return None if self._child is None or self._child.ended else self._child.pid

    def prepare(self) -> str:
        """Take the folder, and tell the URL at which `start` will have the database: whoever is
        to use it can be started at the same time. Raises an `EmbeddedDatabaseError`."""
        if self._prepared is None:
            binaries = locate_binaries()
            self._lock.acquire()
            try:
                user = choose_server_user(self._cluster)
                folder = self._sockets.create(user)
            except BaseException:
                self._sockets.remove()
                self._lock.release()
                raise
            self._prepared = _Prepared(binaries=binaries, user=user, folder=folder)
        place = quote(str(self._prepared.folder))
        return f"postgresql://{SUPERUSER}@/{DATABASE}?host={place}&port={PORT}"

    async def start(self) -> str:
        """Start the server, creating the cluster the first time, and return its URL.

        Returns when recovery is finished, which may take minutes after a crash under load, and
        database `trunkline` accepts connections. A server that a killed process left running on
        this folder is stopped first. After the server has ended by itself, `start` runs it again
        under the same URL. Raises an `EmbeddedDatabaseError`; nothing runs then.
        """
        if self.pid is not None:
            raise RuntimeError("The embedded PostgreSQL was started already.")
        url = self.prepare()
        prepared, self._prepared = self._prepared, None
        assert prepared is not None
        binaries, user, folder = prepared.binaries, prepared.user, prepared.folder
        try:
            await make_cluster_ready(self._cluster, binaries, user, self._initdb)
            await stop_leftovers(self._cluster)
            await self._run(binaries, user, folder)
            await _ensure_database(folder)
        except BaseException:
            await self.stop()
            raise
        return url

    async def stop(self) -> None:
        """Stop the server: a fast shutdown, which ends open transactions and writes a checkpoint;
        an immediate one after a minute, SIGKILL ten seconds later. Then let the folder go.
        Nothing happens when it does not run."""
        if (child := self._child) is not None:
            for number, seconds in PATIENCE:
                child.send(number)
                if await child.ends_within(seconds):
                    break
            self._child = None
        self._prepared = None
        self._sockets.remove()
        self._lock.release()

    async def wait(self) -> int:
        """Wait until the server has ended, by itself or by `stop`: its exit status, or minus the
        number of the signal that killed it. The caller decides whether to `start` it again."""
        if self._child is None:
            raise RuntimeError("The embedded PostgreSQL is not running.")
        return await self._child.wait()

    async def _run(self, binaries: Binaries, user: ServerUser | None, folder: Path) -> None:
        clock = asyncio.get_running_loop()
        give_up = clock.time() + MEMORY_SECONDS
        while True:
            child = self._child = self._launch(binaries, user, folder)
            while not child.ended and not is_ready(self._cluster, child.pid):
                await child.ends_within(POLL_SECONDS)
            if not child.ended:
                return
            output = self._log.written()
            if (reason := refusal(output)) is not None:
                raise PrivilegesUnavailable(reason)
            if MEMORY_IN_USE not in output or clock.time() > give_up:
                reason = self._log.reason(await child.wait())
                raise ServerFailed(
                    f"The embedded PostgreSQL did not start: {reason} (see {self._log.path})."
                )
            await asyncio.sleep(MEMORY_POLL_SECONDS)

    def _launch(self, binaries: Binaries, user: ServerUser | None, folder: Path) -> Child:
        settings = server_settings(has_lz4=binaries.has_lz4, overrides=self._settings) | {
            "listen_addresses": "",
            "unix_socket_directories": f'"{folder}"',
            "port": str(PORT),
        }
        options = [part for item in settings.items() for part in ("-c", "=".join(item))]
        output = self._log.open()
        try:
            return Child(
                [str(binaries.postgres), "-D", str(self._cluster), *options],
                user=user,
                reachable=[self._cluster, folder, binaries.share],
                death_signal=signal.SIGINT,
                output=output,
            )
        finally:
            os.close(output)


async def _ensure_database(folder: Path) -> None:
    # Here, and not above: it takes 0.03 s to load, while others are still being started.
    import asyncpg

    async def connect(database: str) -> Any:
        return await asyncpg.connect(
            host=str(folder),
            port=PORT,
            user=SUPERUSER,
            database=database,
            ssl=False,  # this and the next two: whatever PGSSLMODE and its like say
            direct_tls=False,
            target_session_attrs="any",
        )

    try:
        try:
            connection = await connect(DATABASE)
        except asyncpg.InvalidCatalogNameError:
            connection = await connect("postgres")
            await connection.execute(f"CREATE DATABASE {DATABASE}")
        await connection.close()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise ServerFailed(
            f"The embedded PostgreSQL runs but refuses its first connection: {error}."
        ) from error
