"""Supervisors as they may be: `python -m tests.unit.server.supervisors --json`, told what to be by
the variable PRETEND, and where to tell of themselves by TELL (a folder)."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path


def main() -> int:
    tell = Path(os.environ["TELL"])
    (tell / f"{os.getpid()}.json").write_text(json.dumps(dict(os.environ)))
    kind = os.environ.get("PRETEND", "good")
    if kind == "refuses":
        print("Something is about to happen.", file=sys.stderr)
        print("The data folder is on the moon.", file=sys.stderr)
        return 1
    if kind == "silent":
        return 7
    if kind == "slow":  # until somebody writes to it
        (tell / "gate").read_text()
    said = {
        "base_url": f"http://127.0.0.1:{os.getpid()}",
        "control_token": f"tlc_{os.getpid()}",
    }
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        print(json.dumps(said), flush=True)
    except BrokenPipeError:
        return 0
    signal.pause()
    return 0


sys.exit(main())
