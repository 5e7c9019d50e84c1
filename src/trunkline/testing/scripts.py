"""What phones do in calls, as the control API takes it: the text of a script, and its files."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

from trunkline.testing.durations import Duration, duration
from trunkline.testing.errors import TrunklineError, hidden

__all__ = ["Sound", "quoted", "script_body", "time", "with_sound"]

__tracebackhide__ = hidden

Sound = str | os.PathLike[str] | bytes


def script_body(text: str) -> dict[str, Any]:
    """A script with the files that it plays, which are read here. Raises TrunklineError."""
    from trunkline.control.script_text import ScriptInvalid, parse_script
    from trunkline.voice.phones.script import StepPlay

    try:
        steps = parse_script(text)
    except ScriptInvalid as error:
        raise TrunklineError(str(error)) from None
    names = {step.path for step in steps if isinstance(step, StepPlay)}
    return {"script": text, "audio": {name: _encoded(name) for name in sorted(names)}}


def with_sound(sound: Sound) -> dict[str, Any]:
    """A script that plays one file, or the bytes of one. Raises TrunklineError."""
    name = "sound" if isinstance(sound, bytes) else Path(sound).name
    return {"script": f"play {quoted(name)}", "audio": {name: _encoded(sound)}}


def quoted(text: str) -> str:
    """A text as it stands in a script."""
    return json.dumps(text, ensure_ascii=False)


def time(length: Duration) -> str:
    """A length of time as it stands in a script. Raises TrunklineError."""
    return f"{timedelta(seconds=duration(length)) // timedelta(milliseconds=1)}ms"


def _encoded(sound: Sound) -> str:
    try:
        data = sound if isinstance(sound, bytes) else Path(sound).read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "that is no name of a file"
        raise TrunklineError(f"{sound!r} cannot be played: {reason}.") from None
    return b64encode(data).decode("ascii")
