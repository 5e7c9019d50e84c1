"""How things are shown: JSON for programs; for people, few colours and no surprises.

What strangers wrote (texts, names) passes `plain`, so that it can neither move the cursor nor
forge a line.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = [
    "bold",
    "colours",
    "dim",
    "facts",
    "moment",
    "plain",
    "print_json",
    "print_json_line",
    "status",
    "table",
]

GOOD = {"delivered", "received", "sent", "read"}
BAD = {"failed", "undelivered"}


def colours() -> bool:
    """Whether standard output shows colours: a terminal, and NO_COLOR is not set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _in(code: str, text: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colours() else text


def bold(text: str) -> str:
    """Bold in a terminal."""
    return _in("1", text)


def dim(text: str) -> str:
    """Dim in a terminal."""
    return _in("2", text)


def status(text: str) -> str:
    """A message's status or the kind of its event: green or red where it ends well or badly."""
    name = text.rpartition(".")[2]
    return _in("32", text) if name in GOOD else _in("31", text) if name in BAD else text


def plain(text: str) -> str:
    """The text in one line, with everything that is not printable written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def moment(stamp: str) -> str:
    """An ISO 8601 time of the API to the millisecond: `2026-11-21 08:31:06.123`."""
    text = stamp.removesuffix("Z").replace("T", " ")
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction[:3]:0<3}"


def print_json(value: Any) -> None:
    """One JSON document."""
    print(json.dumps(value, indent=2))


def print_json_line(value: Any) -> None:
    """One JSON document in one line, at once."""
    print(json.dumps(value), flush=True)


def facts(pairs: Iterable[tuple[str, str]]) -> None:
    """Names and values, the values in one column."""
    pairs = list(pairs)
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        print(f"  {dim(name.ljust(width))}  {value}")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, mark: int | None = None) -> None:
    """Columns with heads; column `mark` holds statuses."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    print("  " + dim("  ".join(h.ljust(w) for h, w in zip(heads, widths, strict=True)).rstrip()))
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        if mark is not None:
            cells[mark] = status(row[mark]) + " " * (widths[mark] - len(row[mark]))
        print("  " + "  ".join(cells).rstrip())
