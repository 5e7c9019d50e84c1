"""The private folder of the server's socket: short, because a socket's path has at most 107 bytes
(103 on macOS), and a data folder's may be longer."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import tempfile
from pathlib import Path

from trunkline.store.embedded.errors import DataFolderUnusable
from trunkline.store.embedded.server_user import ServerUser

__all__ = ["PORT", "SocketFolder"]

PORT = 5432
PREFIX = "trunkline-"
FILES = (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock")
LONGEST_PATH = 103


class SocketFolder:
    """Made by `create`, gone after `remove`. Its path is noted in the data folder before it is
    made, so that the next start removes what a killed process left behind."""

    def __init__(self, data_dir: Path) -> None:
        self._note = data_dir / "postgres.socket"
        self._path: Path | None = None

    def create(self, user: ServerUser | None) -> Path:
        """Make the folder, of mode 0700, owned by the user that runs the server, once that of an
        earlier process is removed. The path stays the same from call to call, so that clients
        find a server that was started again. Raises `DataFolderUnusable`."""
        self.remove_noted()
        try:
            path = self._make(self._path or _fresh_path(as_root=user is not None))
            if user is not None:
                os.chown(path, user.uid, user.gid)
        except FileExistsError:
            self._path = None  # somebody took the name meanwhile
            return self.create(user)
        except OSError as error:
            raise DataFolderUnusable(
                f"The folder for PostgreSQL's socket cannot be made or noted in {self._note} "
                f"({error.strerror})."
            ) from error
        self._path = path
        return path

    def _make(self, path: Path) -> Path:
        self._note.write_text(f"{path}\n")
        path.mkdir(mode=0o700)
        return path

    def remove(self) -> None:
        """Remove the folder, and the note; nothing happens when there is none."""
        if self._path is not None:
            self.remove_noted()

    def remove_noted(self) -> None:
        """Remove the folder that the data folder names, whoever made it, and the note."""
        with contextlib.suppress(OSError, ValueError):
            path = Path(self._note.read_text().strip())
            # The note is a file that anyone who may write the data folder could have changed.
            if path.name.startswith(PREFIX) and stat.S_ISDIR(path.lstat().st_mode):
                for name in FILES:
                    (path / name).unlink(missing_ok=True)
                path.rmdir()
        with contextlib.suppress(OSError):
            self._note.unlink()


def _fresh_path(*, as_root: bool) -> Path:
    for place in _places(as_root=as_root):
        path = os.path.join(place, PREFIX + secrets.token_hex(6))
        short = len(os.fsencode(os.path.join(path, FILES[0]))) <= LONGEST_PATH
        if os.path.isabs(path) and short and os.access(place, os.W_OK | os.X_OK):
            return Path(path)
    raise DataFolderUnusable(
        "No folder can hold PostgreSQL's socket: make /tmp writable, "
        "or set XDG_RUNTIME_DIR or TMPDIR to a folder with a short path."
    )


def _places(*, as_root: bool) -> list[str]:
    # Root's own runtime folder is closed to the server's user.
    runtime = [] if as_root else [os.environ.get("XDG_RUNTIME_DIR", "")]
    return ["/tmp", *runtime, tempfile.gettempdir()]
