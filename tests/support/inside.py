"""What a running platform holds: its memory, its files, its tables."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg

from tests.support.platform import descendants

__all__ = ["database_url", "files_with", "main_pid", "memory", "rows_with"]


def main_pid(data: Path) -> int:
    """The main process of the platform that runs on a data folder."""
    supervisor = json.loads((data / "runtime.json").read_text())["pid"]
    for pid in descendants(supervisor):
        if b"trunkline.server.main_process" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    raise AssertionError("the platform has no main process")


def memory(pid: int) -> int:
    """Bytes that a process keeps in memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) << 10
    raise AssertionError(f"nothing is known of process {pid}")


def database_url(data: Path) -> str:
    """Where the main process finds its database."""
    environment = Path(f"/proc/{main_pid(data)}/environ").read_bytes().split(b"\0")
    run = next(v for v in environment if v.startswith(b"TRUNKLINE_RUN="))
    url: str = json.loads(run.partition(b"=")[2])["database_url"]
    return url


def files_with(data: Path, *texts: str) -> set[str]:
    """The files of a data folder that hold one of these texts, but for those of the database:
    its pages hold what was deleted until they are used again."""
    sought = [text.encode() for text in texts]
    return {
        str(path.relative_to(data))
        for path in data.rglob("*")
        if path.is_file() and path.relative_to(data).parts[0] != "postgres"
        if any(text in path.read_bytes() for text in sought)
    }


def rows_with(url: str, *texts: str) -> dict[str, list[str]]:
    """The columns of all tables in which one of these texts is (in bytes too), as
    `table.column`, each with what was found there, cut."""
    with ThreadPoolExecutor(1) as pool:  # a thread without an event loop
        return pool.submit(asyncio.run, _rows_with(url, texts)).result()


async def _rows_with(url: str, texts: tuple[str, ...]) -> dict[str, list[str]]:
    connection = await asyncpg.connect(url)
    try:
        found: dict[str, list[str]] = {}
        for table, column, kind in await connection.fetch(_COLUMNS):
            value = f'"{column}"'
            held = f"encode({value}, 'escape')" if kind == "bytea" else f"{value}::text"
            rows = await connection.fetch(
                f'SELECT {held} AS held FROM "{table}" WHERE {held} LIKE ANY ($1)',
                [f"%{text}%" for text in texts],
            )
            if rows:
                found[f"{table}.{column}"] = [row["held"][:500] for row in rows]
        return found
    finally:
        await connection.close()


# Partitions are tables of their own, and would show the same rows again.
_COLUMNS = """
SELECT c.relname, a.attname, t.typname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum
"""
