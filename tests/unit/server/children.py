"""Main processes as they may be: `python -m tests.unit.server.children`, told what to be by the
name of the folder that they are given."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path


def main() -> None:
    run = json.loads(os.environ["TRUNKLINE_RUN"])
    kind = Path(run["data"]).name
    if kind == "refuses":
        print(json.dumps({"error": "The database cannot be reached."}), flush=True)
        sys.exit(3)
    if kind == "breaks":
        raise RuntimeError("a fault")
    if kind == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if kind == "obedient":
        first = sys.stdin.readline()
        print(json.dumps({"migrated": True}), flush=True)
        words = first + sys.stdin.readline()
        print(json.dumps({"error": f"It was told: {words!r}."}), flush=True)
        sys.exit(3)
    print("not JSON", flush=True)
    print(json.dumps({"ready": True, "control_token": "tlc_x", "group": os.getpgrp()}), flush=True)
    if kind == "talkative":
        print("x" * 1_000_000, flush=True)
        sys.exit(0)
    sys.stdin.read()
    if kind == "stubborn":
        signal.pause()


main()
