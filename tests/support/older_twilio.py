"""The version of twilio-python that many applications still have, beside the one of today.

It is installed under `.cache` on first need, without what it depends on: the environment of the
tests has that for today's version.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.node import CACHE, ROOT, exclusive

__all__ = ["VERSION", "older_twilio"]

VERSION = "9.4.1"
LOCK = ROOT / "requirements" / f"twilio-{VERSION}.txt"


def older_twilio() -> Path:
    """The folder to import that version from: it goes on PYTHONPATH."""
    name = f"twilio-python-{VERSION}"
    folder = CACHE / name
    with exclusive(name):
        wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
        mark = folder / ".lock-sha256"
        if not (mark.is_file() and mark.read_text() == wanted):
            for old in folder.iterdir():
                shutil.rmtree(old) if old.is_dir() else old.unlink()
            pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
            what = ["--no-deps", "--target", str(folder), "--require-hashes", "-r", str(LOCK)]
            subprocess.run(
                [*pip, *what], env=os.environ, check=True, stdin=subprocess.DEVNULL, timeout=120
            )
            mark.write_text(wanted)
    return folder
