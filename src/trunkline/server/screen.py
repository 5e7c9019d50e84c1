"""What the supervisor's user sees: the banner, what is under way, trouble."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from trunkline.server.banner import banner
from trunkline.server.start_settings import data_folder

__all__ = ["Screen"]


class Screen:
    """Writes to standard output and error. A reader that went away disturbs nobody."""

    def __init__(self, data: Path, *, as_json: bool) -> None:
        self._data = data
        self._as_json = as_json
        self._shows_progress = False

    def ready(self, credentials: Mapping[str, Any]) -> bool:
        """Everything runs: a banner, or one line of JSON; whether somebody could read it."""
        if self._as_json:
            return _write(sys.stdout, json.dumps(credentials) + "\n")
        is_default = self._data == data_folder(None, _without_data())
        colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        text = banner(credentials, data=self._data, is_default_data=is_default, colours=colours)
        return _write(sys.stdout, text)

    def progress(self, text: str) -> None:
        """Something is under way: shown in a terminal only, and taken away by "" ."""
        if sys.stderr.isatty() and (text or self._shows_progress):
            _write(sys.stderr, f"\r\x1b[K{text}")
            self._shows_progress = bool(text)

    def trouble(self, sentence: str) -> None:
        """Something is wrong."""
        _write(sys.stderr, sentence + "\n")


def _without_data() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "TRUNKLINE_DATA"}


def _write(stream: TextIO, text: str) -> bool:
    try:
        stream.write(text)
        stream.flush()
        return True
    except (OSError, ValueError):
        # `trunkline up | head -1`: the platform goes on, and later writes go nowhere.
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
        return False
