"""CSV as RFC 4180 has it, strictly: rows with the lines where they begin, and broken rows.

A row that is broken costs itself alone: reading goes on with the line after the one where it
began. What is held in memory is one row, of 1 MB at most, whatever the file holds.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from trunkline.cli.bulk.columns import Columns
from trunkline.cli.bulk.lines import MOST_BYTES, TOO_LONG, Lines
from trunkline.cli.bulk.row import Broken, Item, Row

__all__ = ["BadRow", "read_header", "read_rows", "records"]

csv.field_size_limit(MOST_BYTES + 1)  # the limit of a whole row is ours
TOO_MUCH = f"it is longer than {MOST_BYTES >> 20} MB"
NO_TEXT = "its bytes are no text: save the file as UTF-8, or say --encoding"
NOT_CLOSED = f"a quote opens here and is not closed within {MOST_BYTES >> 20} MB"
NEVER_CLOSED = "a quote opens here and is never closed"
NUL = "it has a NUL character"


class BadRow(ValueError):
    """A row cannot be read; says why."""


def read_header(lines: Lines, delimiter: str = ",") -> list[str] | None:
    """The cells of the first line that is not empty; None when there is none. Raises BadRow."""
    for _, found in records(lines, delimiter):
        if isinstance(found, str):
            raise BadRow(found)
        return found
    return None


def read_rows(lines: Lines, columns: Columns, delimiter: str = ",") -> Iterator[Item]:
    """The rows below the header, numbered from 1. Empty lines are none."""
    fields_of = columns.fields
    for number, (line, found) in enumerate(records(lines, delimiter), 1):
        fields = found if isinstance(found, str) else fields_of(found)
        yield (
            Broken(number, line, fields) if isinstance(fields, str) else Row(number, line, fields)
        )


def records(lines: Lines, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """The number of the line where a row begins, and its cells or what is wrong with it."""
    while raw := lines.next():
        if raw is TOO_LONG:
            yield lines.number, TOO_MUCH
            continue
        if b"\0" in raw:
            yield lines.number, NUL
            continue
        if b'"' in raw or b"\r" in raw[:-2]:
            number = lines.number
            yield number, _quoted(raw, lines, delimiter)
            continue
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            yield lines.number, NO_TEXT
            continue
        # A cell may hold blanks that `strip` would take, but for the end of the line.
        text = text.removesuffix("\n").removesuffix("\r")
        if text and not text.isspace():
            yield lines.number, text.split(delimiter)


def _quoted(raw: bytes, lines: Lines, delimiter: str) -> list[str] | str:
    """The cells of a row with quotes, which may take more lines; or what is wrong with it."""
    taken = [raw]

    def texts() -> Iterator[str]:
        size = 0
        while True:
            size += len(taken[-1])
            if taken[-1] is TOO_LONG or size > MOST_BYTES:
                raise BadRow(TOO_MUCH if len(taken) == 1 else NOT_CLOSED)
            if b"\0" in taken[-1]:
                raise BadRow(NUL)
            try:
                yield taken[-1].decode()
            except UnicodeDecodeError:
                raise BadRow(NO_TEXT) from None
            more = lines.next()
            if not more:
                return
            taken.append(more)

    try:
        return next(csv.reader(texts(), delimiter=delimiter, strict=True))
    except BadRow as error:
        reason = str(error)
    except csv.Error as error:
        reason = _told(str(error))
    if len(taken) == 1 or reason in (NOT_CLOSED, NEVER_CLOSED):
        lines.give_back(taken[1:])
        return reason
    reason = f"a quote opens here, and in line {lines.number} {reason}"
    lines.give_back(taken[1:])
    return reason


def _told(error: str) -> str:
    if "unexpected end" in error:
        return NEVER_CLOSED
    if "expected after" in error:
        return "text follows a closing quote: a quote inside of quotes is written twice"
    if "new-line" in error:
        return "it has a carriage return outside of quotes: save the file with LF or CRLF"
    return error
