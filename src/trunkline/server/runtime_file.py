"""The file by which commands find the platform that runs on a data folder."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

__all__ = ["Runtime", "read_runtime", "remove_runtime", "write_runtime"]

NAME = "runtime.json"


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """A running platform. `base_url` is its address on this machine, whatever its public one."""

    base_url: str
    control_token: str = field(repr=False)
    pid: int  # of the supervisor
    started_at: str  # ISO 8601, UTC


def write_runtime(data: Path, runtime: Runtime) -> None:
    """Write the file, readable by its owner alone, in one step. Raises OSError."""
    path = data / NAME
    making = path.with_name(f"{NAME}.{os.getpid()}")
    making.unlink(missing_ok=True)
    descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(runtime), file, indent=2)
        file.write("\n")
    making.replace(path)


def read_runtime(data: Path) -> Runtime | None:
    """What the file says; None when there is none, or nothing that can be used.

    A supervisor that was killed leaves its file behind: only a connection tells.
    Raises PermissionError when it may not be read.
    """
    try:
        content = json.loads((data / NAME).read_text())
        values = {each.name: content[each.name] for each in fields(Runtime)}
        if not (values["control_token"].isprintable() and urlsplit(values["base_url"]).port):
            return None
    except PermissionError:
        raise
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return Runtime(**values)


def remove_runtime(data: Path) -> None:
    """Remove the file; nothing happens when it cannot be removed or does not exist."""
    with contextlib.suppress(OSError):
        (data / NAME).unlink()
