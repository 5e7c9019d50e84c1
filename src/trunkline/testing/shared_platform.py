"""One platform for all processes of a test run: the first that needs it starts it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from trunkline.server.known_process import KnownProcess
from trunkline.server.temporary import (
    STOP_SECONDS,
    PlatformNotStarted,
    TemporaryPlatform,
    remove_folder,
)

__all__ = ["Shared", "shared_platform"]

OLD_SECONDS = 7 * 86_400.0  # after which what a run left here is removed


@dataclass(frozen=True, kw_only=True)
class Shared:
    """The platform of a run. It lives until `stop`, or until the process ends that it was started
    to end with, whatever becomes of the process that started it."""

    base_url: str
    control_token: str = field(repr=False)
    data: Path
    supervisor: KnownProcess

    def stop(self) -> None:
        """End it for all processes of the run, and return when it is gone."""
        self.supervisor.stop(STOP_SECONDS)
        remove_folder(self.data)


@dataclass(frozen=True, kw_only=True)
class _Note:
    """What the process that started a platform leaves for the others of its run."""

    base_url: str
    control_token: str
    data: str
    supervisor: str  # as `KnownProcess` writes itself, also the next
    stop_with: str


def shared_platform(run_id: str, stop_with: int) -> Shared:
    """The platform of a run: started by the first call, of whichever process, and joined by others.

    It ends with the process `stop_with`. Raises PlatformNotStarted, with one sentence.
    """
    owner = KnownProcess.running(stop_with)
    if owner is None:
        raise PlatformNotStarted(
            f"Process {stop_with}, with which the platform is to end, has ended already."
        )
    try:
        place = _folder() / hashlib.sha256(run_id.encode()).hexdigest()[:32]
        with _turn(place.with_suffix(".lock")):
            note = place.with_suffix(".json")
            return _joined(note, owner) or _started(note, owner)
    except OSError as error:
        raise PlatformNotStarted(
            f"The tests cannot share a platform by way of {error.filename or 'a file'}: "
            f"{error.strerror}."
        ) from error


def _joined(file: Path, owner: KnownProcess) -> Shared | None:
    """The platform that somebody noted, unless it is gone or another run's."""
    try:
        content = json.loads(file.read_bytes())
        note = _Note(**{each.name: str(content[each.name]) for each in fields(_Note)})
        supervisor = KnownProcess.read(note.supervisor)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    if note.stop_with != str(owner) or not supervisor.runs:
        return None
    return Shared(
        base_url=note.base_url,
        control_token=note.control_token,
        data=Path(note.data),
        supervisor=supervisor,
    )


def _started(file: Path, owner: KnownProcess) -> Shared:
    _forget_old(file.parent)
    platform = TemporaryPlatform(stop_with=owner.pid)
    platform.start()
    try:
        made = Shared(
            base_url=platform.credentials["base_url"],
            control_token=platform.credentials["control_token"],
            data=platform.data,
            supervisor=platform.supervisor,
        )
        note = _Note(
            base_url=made.base_url,
            control_token=made.control_token,
            data=str(made.data),
            supervisor=str(made.supervisor),
            stop_with=str(owner),
        )
        making = file.with_suffix(".new")
        making.unlink(missing_ok=True)
        with open(making, "x", opener=_private) as out:
            json.dump(asdict(note), out)
        making.replace(file)
    except BaseException:
        platform.stop()
        raise
    platform.leave()
    return made


def _folder() -> Path:
    """The folder of this user's runs, which nobody else can read or write.

    Raises PlatformNotStarted, OSError.
    """
    folder = Path(tempfile.gettempdir(), f"trunkline-runs-{os.geteuid()}")
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    if (
        not stat.S_ISDIR(status.st_mode)
        or status.st_uid != os.geteuid()
        or stat.S_IMODE(status.st_mode) & 0o077
    ):
        raise PlatformNotStarted(
            f"The folder {folder} is not this user's alone: remove it, or set TMPDIR to another."
        )
    return folder


@contextmanager
def _turn(lock: Path) -> Iterator[None]:
    """Hold the lock of a run. It is the kernel's: whoever dies with it lets it go."""
    import fcntl

    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            try:
                same = os.path.samestat(os.fstat(descriptor), lock.stat())
            except FileNotFoundError:
                same = False
            if same:  # and not one that was removed meanwhile
                yield
                return
        finally:
            os.close(descriptor)


def _forget_old(folder: Path) -> None:
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > OLD_SECONDS:
                path.unlink()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
