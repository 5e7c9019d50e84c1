"""Numbers to import from a CSV file, each with its line; rows that cannot be read are told."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from trunkline.cli.bulk.lines import Lines, UnknownEncoding, as_utf8
from trunkline.cli.bulk.read_rows import BadRow, read_header, records
from trunkline.cli.failure import Failure

__all__ = ["COLUMNS", "Row", "read_rows"]

COLUMNS = (
    "number",
    "country",
    "friendly_name",
    "sms_url",
    "sms_method",
    "sms_fallback_url",
    "sms_fallback_method",
    "sms_application_sid",
    "voice_url",
    "voice_method",
    "voice_fallback_url",
    "voice_fallback_method",
    "voice_application_sid",
    "status_callback",
    "status_callback_method",
    "capabilities",
)
OTHER_NAMES = {"phone_number": "number", "phone": "number", "name": "friendly_name"}


@dataclass(frozen=True)
class Row:
    """A row of the file: `values` by column, without the empty ones; or `trouble`, in words."""

    line: int
    values: Mapping[str, str] = field(default_factory=dict)
    trouble: str | None = None


def read_rows(path: str) -> Iterator[Row]:
    """The rows of the file, or of standard input for `-`. A row that is broken costs itself alone.

    Raises Failure where nothing can be read: no file, no heads, a column that is not known.
    """
    with _opened(path) as lines:
        first = lines.next()
        separator = ";" if b";" in first and b"," not in first else ","
        lines.give_back([first])
        try:
            heads = _heads(read_header(lines, separator) or (), path)
        except BadRow as error:
            raise Failure(f"The first line of '{path}' is no CSV: {error}.") from None
        for line, found in records(lines, separator):
            yield _row(line, found, heads)


def _row(line: int, found: list[str] | str, heads: Sequence[str]) -> Row:
    if isinstance(found, str):
        return Row(line, trouble=found.removesuffix(", or say --encoding"))  # that is of bulk sends
    cells = [cell.strip() for cell in found]
    if len(cells) > len(heads):
        return Row(line, trouble=f"{len(cells)} values for {len(heads)} columns")
    values = {head: cell for head, cell in zip(heads, cells, strict=False) if cell}
    return Row(line, values, None if "number" in values else "no number")


def _heads(cells: Iterable[str], path: str) -> list[str]:
    heads = [cell.strip().lower().replace(" ", "_").replace("-", "_") for cell in cells]
    heads = [OTHER_NAMES.get(head, head) for head in heads]
    if "number" not in heads:
        raise Failure(f"The first line of '{path}' must name its columns, one of them number.")
    for head in heads:
        if head not in COLUMNS:
            known = ", ".join(COLUMNS)
            raise Failure(f"'{path}' has a column '{head[:64]}'; known are {known}.")
        if heads.count(head) > 1:
            raise Failure(f"'{path}' has two columns '{head}'.")
    return heads


@contextmanager
def _opened(path: str) -> Iterator[Lines]:
    try:
        file: Any = sys.stdin.buffer if path == "-" else open(path, "rb", buffering=0)  # noqa: SIM115
    except OSError as error:
        raise Failure(f"'{path}' cannot be read: {error.strerror}.") from None
    try:
        yield Lines(as_utf8(file))
    except UnknownEncoding:
        raise Failure(f"'{path}' is UTF-16 without its mark: save it as UTF-8.") from None
    except OSError as error:
        raise Failure(f"'{path}' cannot be read: {error.strerror}.") from None
    finally:
        if path != "-":
            file.close()
