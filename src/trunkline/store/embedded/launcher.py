"""Runs one PostgreSQL program in place of itself, as the right user, tied to its parent's life.

Executed by path with `python -I -S`, so it imports nothing of Trunkline and little else:

    launcher.py UID GID PARENT_PID DEATH_SIGNAL REACHABLE... -- PROGRAM ARGUMENT...

UID and GID are -1 when nothing is to be switched. A separate program, because code between `fork`
and `exec` in a program with threads may deadlock.

The user that runs PostgreSQL often may not pass a folder above the data or the programs (/root and
pytest's temporary folders have mode 0700). Rather than changing anyone's folders, one capability
is kept across the switch, as an *ambient* one (capabilities(7)), so that `initdb` can hand it on
to `postgres`: CAP_DAC_READ_SEARCH, or CAP_DAC_OVERRIDE where a container has only that.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from typing import NoReturn

if sys.platform != "win32":
    import pwd

REFUSED = 97  # exit status: the last line of standard error says why, after `PREFIX`
PREFIX = "trunkline: "

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT = 1, 8, 47
AMBIENT_RAISE, AMBIENT_CLEAR_ALL = 2, 4
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
CAPABILITY_VERSION_3 = 0x20080522

LINUX = sys.platform.startswith("linux")


class CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class CapabilitySet(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def refuse(sentence: str) -> NoReturn:
    print(f"{PREFIX}{sentence}", file=sys.stderr, flush=True)
    os._exit(REFUSED)


def name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def prctl(option: int, second: int = 0, third: int = 0) -> bool:
    arguments = (ctypes.c_ulong(value) for value in (second, third, 0, 0))
    return bool(libc().prctl(option, *arguments) == 0)


def switch_user(uid: int, gid: int) -> None:
    """Become the user; on Linux the permitted capabilities survive until `exec`."""
    try:
        if LINUX:
            prctl(PR_SET_KEEPCAPS, 1)
        os.setgroups([gid])
        os.setgid(gid)
        os.setuid(uid)
    except OSError as error:
        refuse(
            f"PostgreSQL does not run as root, and switching to user {name_of(uid)} is not "
            f"permitted here ({error.strerror}): start Trunkline as a normal user."
        )


def keep_for_exec(capability: int) -> bool:
    """Make one permitted capability effective, inheritable and ambient; False if not permitted."""
    header = CapabilityHeader(CAPABILITY_VERSION_3, 0)
    held = (CapabilitySet * 2)()
    if libc().capget(ctypes.byref(header), held) != 0:
        return False
    held[0].effective = held[0].inheritable = 1 << capability
    held[1].effective = held[1].inheritable = 0
    if libc().capset(ctypes.byref(header), held) != 0:
        return False
    prctl(PR_CAP_AMBIENT, AMBIENT_CLEAR_ALL)
    return prctl(PR_CAP_AMBIENT, AMBIENT_RAISE, capability)


def closed_folder(path: str) -> str | None:
    """The topmost folder on the way to `path`, or `path` itself, that this user may not enter.

    access(2) ignores capabilities here, because the real user is not root.
    """
    for way in (path, os.path.realpath(path)):  # a link and its target may both lie below one
        parts = way.split(os.sep)
        for depth in range(1, len(parts) + 1):
            step = os.sep.join(parts[:depth]) or os.sep
            if not os.access(step, os.X_OK):
                return step
    return None


def ways_past(closed: str | None) -> Iterator[int | None]:
    """Raise the capabilities worth a try, one after the other, each yielded when it is kept."""
    if closed is None:
        yield None
    elif LINUX:
        for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
            if keep_for_exec(capability):
                yield capability


def die_with(parent: int, death_signal: int) -> None:
    """Have the kernel send the signal when the parent ends. Must follow the change of user, which
    clears it; and the parent may have ended before it was set."""
    if LINUX:
        prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:
        os._exit(REFUSED)


def main(arguments: list[str]) -> NoReturn:
    uid, gid, parent, death_signal = map(int, arguments[:4])
    end = arguments.index("--")
    reachable, command = arguments[4:end], arguments[end + 1 :]
    os.umask(0o077)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and exec would hand that on
    closed = None
    if uid >= 0:
        switch_user(uid, gid)
        closed = next(filter(None, map(closed_folder, (command[0], *reachable))), None)
    die_with(parent, death_signal)
    for _ in ways_past(closed):
        try:
            os.execv(command[0], command)
        except OSError as error:
            if closed is None or not isinstance(error, PermissionError):
                refuse(f"{command[0]} cannot be executed: {error.strerror}.")
    refuse(
        f"{closed} is closed to user {name_of(uid)}, which runs PostgreSQL because root may not, "
        f"and no capability to pass it is permitted here: run `chmod o+x` on it, move what lies "
        f"below, or start Trunkline as a normal user."
    )


if __name__ == "__main__":
    main(sys.argv[1:])
