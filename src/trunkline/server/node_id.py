"""The identity of a node: it owns leases in the database, so it stays with the data folder."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

__all__ = ["node_id"]


def node_id(data: Path) -> str:
    """32 hex digits, kept in `node_id` in the data folder, and made the first time.

    Raises OSError when it cannot be kept.
    """
    path = data / "node_id"
    try:
        text = path.read_text().strip()
    except (FileNotFoundError, UnicodeDecodeError):
        text = ""
    if re.fullmatch(r"[0-9a-f]{32}", text):
        return text
    text = secrets.token_hex(16)
    making = path.with_name("node_id.new")
    making.write_text(f"{text}\n")
    os.replace(making, path)
    return text
