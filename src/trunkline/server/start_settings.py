"""The few settings that the supervisor and the command line need, read without pydantic.

`trunkline.settings.Settings` is what the main process reads; loading it takes 20 MB and 0.15 s,
which neither a supervisor that waits for days nor a command that prints one line should spend.
A test holds the two to the same names and defaults.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trunkline.server.known_process import KnownProcess

__all__ = ["SettingsInvalid", "StartSettings", "data_folder"]


class SettingsInvalid(Exception):
    """A setting that cannot be used; the text is one sentence."""


@dataclass(frozen=True, kw_only=True)
class StartSettings:
    """Where the platform keeps its data, where it listens, whose database it uses, and which
    public addresses are local apps."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8080
    database_url: str | None = None  # None: the embedded PostgreSQL
    map: str | None = None  # TRUNKLINE_MAP as it is, JSON: the main process reads it
    # The two of `server.temporary`, which nobody else sets:
    stop_with: KnownProcess | None = None  # stop when this process ends
    temporary: bool = False  # the folder is removed in the end, so nothing waits for the disk

    @classmethod
    def read(
        cls,
        environment: Mapping[str, str] = os.environ,
        *,
        data: Path | None = None,
        host: str | None = None,
        port: int | None = None,
        maps: Sequence[str] = (),
    ) -> StartSettings:
        """From the environment; what is given here wins. Raises SettingsInvalid."""
        return cls(
            data=data_folder(data, environment),
            host=host or environment.get("TRUNKLINE_HOST") or cls.host,
            port=_port(environment) if port is None else port,
            database_url=environment.get("TRUNKLINE_DATABASE_URL") or None,
            map=json.dumps(list(maps)) if maps else environment.get("TRUNKLINE_MAP") or None,
            stop_with=_owner(environment),
            temporary=environment.get("TRUNKLINE_TEMPORARY", "") == "1",
        )

    def environment(self) -> dict[str, str]:
        """The variables from which `read` makes the same settings."""
        variables = {
            "TRUNKLINE_DATA": str(self.data),
            "TRUNKLINE_HOST": self.host,
            "TRUNKLINE_PORT": str(self.port),
        }
        if self.database_url is not None:
            variables["TRUNKLINE_DATABASE_URL"] = self.database_url
        if self.map is not None:
            variables["TRUNKLINE_MAP"] = self.map
        if self.stop_with is not None:
            variables["TRUNKLINE_STOP_WITH"] = str(self.stop_with)
        if self.temporary:
            variables["TRUNKLINE_TEMPORARY"] = "1"
        return variables


def data_folder(named: Path | None = None, environment: Mapping[str, str] = os.environ) -> Path:
    """The data folder: the one that is named, TRUNKLINE_DATA, or `~/.local/share/trunkline`.

    Raises SettingsInvalid where `~` leads nowhere.
    """
    path = named or environment.get("TRUNKLINE_DATA")
    if not path:
        base = environment.get("XDG_DATA_HOME") or "~/.local/share"
        path = Path(base) / "trunkline"
    try:
        return Path(path).expanduser().absolute()
    except FileNotFoundError:
        raise SettingsInvalid(
            f"The data folder {path} cannot be found, because the current folder is gone: "
            f"go to another, or name it from / on."
        ) from None
    except RuntimeError:
        raise SettingsInvalid(
            f"The data folder {path} cannot be found, because there is no home folder: "
            f"name one with --data."
        ) from None


def _port(environment: Mapping[str, str]) -> int:
    text = environment.get("TRUNKLINE_PORT", "").strip()
    if not text:
        return StartSettings.port
    if not (text.isascii() and text.isdigit() and int(text[:6]) <= 65535):
        raise SettingsInvalid(f"TRUNKLINE_PORT is '{text}', and a port is a number up to 65535.")
    return int(text)


def _owner(environment: Mapping[str, str]) -> KnownProcess | None:
    text = environment.get("TRUNKLINE_STOP_WITH")
    if not text:
        return None
    try:
        return KnownProcess.read(text)
    except ValueError:
        raise SettingsInvalid(
            f"TRUNKLINE_STOP_WITH is '{text}', and what to stop with is a process id."
        ) from None
