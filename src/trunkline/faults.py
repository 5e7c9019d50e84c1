"""How an unexpected exception is told to the log: never by its text, which may quote a message."""

from __future__ import annotations

import traceback
from typing import Any

__all__ = ["fault"]

MOST_FRAMES = 8


def fault(error: BaseException) -> dict[str, Any]:
    """The type of an exception and where it was raised, as fields of a log line."""
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    return {
        "error": f"{type(error).__module__}.{type(error).__qualname__}",
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
