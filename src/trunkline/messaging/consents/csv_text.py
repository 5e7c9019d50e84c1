"""Consents as CSV (RFC 4180): written so that no spreadsheet takes a cell for a formula, and read
row by row, so that a broken one costs itself alone."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from trunkline.messaging.consents.read_row import COLUMNS, OTHER_NAMES

__all__ = ["HEAD", "InvalidTable", "NumberedRow", "csv_text", "read_csv"]

# The wide ones are those of East Asian keyboards, which spreadsheets take for the narrow ones.
DANGEROUS = tuple("=+-@\t\r＝＋－＠")
MOST_LINES = 20  # of one row, whose quotes may hold ends of lines
_number = re.compile(r"[+-]?[0-9]{1,18}").fullmatch
HEAD = ",".join(COLUMNS) + "\r\n"
PASSED_OVER = ("correlation_id", "account_sid")

# The line of the file on which a row begins, and its values by column, or what is wrong with it.
NumberedRow = tuple[int, Mapping[str, object] | str]


class InvalidTable(ValueError):
    """A text that is no table of consents. The message is one sentence."""


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells as CSV. What could be a formula gets an apostrophe before it."""
    file = io.StringIO()
    csv.writer(file).writerows([_guarded(cell) for cell in row] for row in rows)
    return file.getvalue()


def read_csv(text: str) -> Iterator[NumberedRow]:
    """The rows below the heads. Raises InvalidTable where the heads cannot be used."""
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    separator = ";" if ";" in first and "," not in first else ","
    heads: list[str] | None = None
    for line, cells in _records(text, separator):
        if isinstance(cells, str):
            if heads is None:
                raise InvalidTable(f"The first line is no CSV: {cells}.")
            yield line, f"no CSV: {cells}"
        elif not any(cell.strip() for cell in cells):
            continue
        elif heads is None:
            heads = _heads(cells)
        elif len(cells) > len(heads):
            yield line, f"{len(cells)} values for {len(heads)} columns"
        else:
            yield (
                line,
                {
                    head: _unguarded(cell)
                    for head, cell in zip(heads, cells, strict=False)
                    if head not in PASSED_OVER
                },
            )
    if heads is None:
        raise InvalidTable("There is no first line that names columns.")


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str] | str]]:
    """The line where each row begins, and its cells or what is wrong with it. After a broken one
    reading goes on with the line that follows its first: a quote that is never closed takes
    nobody else's row with it."""
    lines = list(io.StringIO(text, newline=""))
    place = 0
    while place < len(lines):
        reader = csv.reader(
            islice(lines, place, place + MOST_LINES), delimiter=separator, strict=True
        )
        try:
            yield place + 1, next(reader)
            place += reader.line_num
        except csv.Error as error:
            never_closed = "unexpected end" in str(error)
            yield place + 1, "a quote opens here and is not closed" if never_closed else str(error)
            place += 1


def _heads(cells: Sequence[str]) -> list[str]:
    heads = [cell.strip().lower().replace(" ", "_").replace("-", "_") for cell in cells]
    heads = [OTHER_NAMES.get(head, head) for head in heads]
    for head in heads:
        if head not in COLUMNS and head not in PASSED_OVER:
            known = ", ".join(COLUMNS)
            raise InvalidTable(f"There is a column '{head[:40]}'; known are {known}.")
        if heads.count(head) > 1:
            raise InvalidTable(f"There are two columns '{head}'.")
    for needed in ("sender", "recipient", "status"):
        if needed not in heads:
            raise InvalidTable(f"The first line must name its columns, one of them {needed}.")
    return heads


def _guarded(text: str) -> str:
    # One that has an apostrophe already gets another, so that it comes in again as it was.
    dangerous = text.lstrip("'").startswith(DANGEROUS)
    return f"'{text}" if dangerous and not _number(text) else text


def _unguarded(text: str) -> str:
    return text[1:] if text[:1] == "'" and text.lstrip("'").startswith(DANGEROUS) else text
