"""How things are shown: JSON for programs; for people, few colours and no surprises.

What strangers wrote (texts, names) passes `plain`, so that it can neither move the cursor nor
forge a line.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = [
    "NARROW",
    "bold",
    "colours",
    "cyan",
    "dim",
    "facts",
    "is_terminal",
    "moment",
    "plain",
    "print_json",
    "print_json_line",
    "status",
    "table",
    "width_of",
]

GOOD = {"delivered", "received", "sent", "read", "ok", "completed", "in-progress"}
BAD = {"failed", "undelivered", "bad", "busy", "no-answer"}
NARROW = 60  # columns of a terminal
JOINERS = "\u200c\u200d"  # invisible, of no width: Persian, Hindi and families need them
SMALL = 24  # columns that the last cell of a row needs


def colours() -> bool:
    """Whether standard output shows colours: a terminal that can, and NO_COLOR is not set."""
    return is_terminal() and not os.environ.get("NO_COLOR")


def _in(code: str, text: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colours() else text


def bold(text: str) -> str:
    """Bold in a terminal."""
    return _in("1", text)


def dim(text: str) -> str:
    """Dim in a terminal."""
    return _in("2", text)


def cyan(text: str) -> str:
    """Cyan in a terminal: names that are typed."""
    return _in("36", text)


def status(text: str) -> str:
    """A message's status or the kind of its event: green or red where it ends well or badly."""
    code = {"green": "32", "yellow": "33", "red": "31"}.get(_colour(text))
    return text if code is None else _in(code, text)


def plain(text: str) -> str:
    """The text in one line, with everything that is not printable written as an escape, but for
    what joins letters and emoji."""
    return "".join(
        c if c.isprintable() or c in JOINERS else c.encode("unicode_escape").decode() for c in text
    )


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


def width_of(text: str) -> int:
    """How many columns of a terminal the text takes: two for each wide character."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(c) or c in JOINERS else 2 if east_asian_width(c) in "WF" else 1 for c in text
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, mark: int | None = None) -> None:
    """Columns with heads; column `mark` holds statuses.

    A terminal shows it by rich, which breaks long cells of the last column into lines, or a narrow
    one row below row. A pipe gets aligned columns that are never broken, and so does a terminal
    that is too small for all but the last: SIDs can be copied out of it.
    """
    widths = [max(map(width_of, column)) for column in zip(heads, *rows, strict=True)]
    if is_terminal():
        columns = shutil.get_terminal_size().columns
        least = sum(widths[:-1]) + 2 * len(widths) + min(widths[-1], SMALL)
        if columns < NARROW and sum(widths) + 2 * len(widths) > columns:
            _records(heads, rows, mark)
            return
        if least <= columns:
            _rich_table(heads, rows, mark)
            return
    for n, row in enumerate([heads, *rows]):
        cells = [cell + " " * (w - width_of(cell)) for cell, w in zip(row, widths, strict=True)]
        if n and mark is not None:
            cells[mark] = cells[mark].replace(row[mark], status(row[mark]), 1)
        line = "  " + "  ".join(cells).rstrip()
        print(line if n else dim(line))


def is_terminal() -> bool:
    """Whether standard output is a terminal that can do more than print."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _records(heads: Sequence[str], rows: Sequence[Sequence[str]], mark: int | None) -> None:
    for row in rows:
        told = [status(cell) if n == mark else cell for n, cell in enumerate(row)]
        facts((head or "·", cell) for head, cell in zip(heads, told, strict=True) if cell)
        print()


def _rich_table(heads: Sequence[str], rows: Sequence[Sequence[str]], mark: int | None) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for n, head in enumerate(["", *heads]):
        made.add_column(head, overflow="fold", no_wrap=n < len(heads))
    for row in rows:
        colours = (_colour(cell) if n == mark else "" for n, cell in enumerate(row))
        made.add_row("", *map(Text, row, colours))
    Console(highlight=False, markup=False).print(made)


def _colour(text: str) -> str:
    name = text.rpartition(".")[2]
    return "green" if name in GOOD else "red" if name in BAD else "yellow" * (name == "warn")
