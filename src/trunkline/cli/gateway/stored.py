"""What is kept of signing in: `$XDG_CONFIG_HOME/trunkline/gateway.json`, for its owner alone.

    {"apiUri": "…",              the gateway that is used where none is named
     "sites": {"…": {…}},        tokens by gateway, each sent to its own one only
     "pending": {…}}             a sign-in that waits for `login complete`

It is read and written under a lock: a refresh token is good once, and two commands that use the
same one at a time would end the session.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from trunkline.cli.failure import Failure

__all__ = ["Stored", "changing_stored", "read_stored"]

NAME = "gateway.json"


class Stored:
    """The content of the file."""

    def __init__(self, content: dict[str, Any] | None = None) -> None:
        self._content = content or {}

    @property
    def base(self) -> str | None:
        """The gateway that is used where none is named."""
        base = self._content.get("apiUri")
        return base if isinstance(base, str) and base in self._sites else None

    @property
    def _sites(self) -> dict[str, Any]:
        sites = self._content.get("sites")
        return sites if isinstance(sites, dict) else {}

    @property
    def pending(self) -> dict[str, Any] | None:
        """A sign-in that waits for its code."""
        pending = self._content.get("pending")
        return pending if isinstance(pending, dict) else None

    def of(self, base: str) -> dict[str, Any] | None:
        """What is known of signing in to that gateway."""
        site = self._sites.get(base)
        return site if isinstance(site, dict) and isinstance(site.get("accessToken"), str) else None

    def sign_in(self, base: str, site: dict[str, Any]) -> None:
        """Use that gateway from now on."""
        self._content["sites"] = {**self._sites, base: site}
        self._content["apiUri"] = base
        self._content.pop("pending", None)

    def renew(self, base: str, site: dict[str, Any]) -> None:
        """Keep new tokens."""
        self._content["sites"] = {**self._sites, base: site}

    def sign_out(self, base: str) -> None:
        """Forget a gateway."""
        self._content["sites"] = {key: site for key, site in self._sites.items() if key != base}
        if self._content.get("apiUri") == base:
            self._content.pop("apiUri")

    def wait_for(self, pending: dict[str, Any]) -> None:
        """Keep a sign-in until its code comes."""
        self._content["pending"] = pending

    def written(self) -> str:
        """The text of the file."""
        return json.dumps(self._content, indent=2) + "\n"


def read_stored() -> Stored:
    """What is kept; nothing of a file that cannot be understood. Raises Failure."""
    path = _folder() / NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return Stored()
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError:
        return Stored()
    return Stored(content if isinstance(content, dict) else None)


@contextmanager
def changing_stored() -> Iterator[Stored]:
    """What is kept, to be changed within the block by this process alone. Raises Failure."""
    folder = _folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        lock = os.open(folder / f".{NAME}.lock", flags, 0o600)
    except OSError as error:
        raise Failure(f"{folder} cannot be written: {error.strerror}.") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stored = read_stored()
        before = stored.written()
        yield stored
        if stored.written() != before:
            _write(folder / NAME, stored.written())
    finally:
        os.close(lock)


def _write(path: Path, text: str) -> None:
    making = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        making.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(making, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        making.replace(path)
    except OSError as error:
        with suppress(OSError):
            making.unlink()
        raise Failure(f"{path} cannot be written: {error.strerror}.") from None


def _folder() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    try:
        return Path(base).expanduser() / "trunkline"
    except RuntimeError:
        raise Failure("There is no home folder: set XDG_CONFIG_HOME to a folder.") from None
