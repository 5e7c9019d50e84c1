"""Messages as a file: CSV with fixed columns, or one JSON document a line."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TextIO

from trunkline.cli.csv_cells import plain_row, safe_row
from trunkline.cli.failure import Failure

__all__ = ["COLUMNS", "export_messages", "format_of"]

COLUMNS = (
    "sid", "date_created", "date_sent", "date_updated", "direction", "status", "error_code",
    "error_message", "from", "to", "body", "num_segments", "num_media", "price", "price_unit",
    "messaging_service_sid", "account_sid", "api_version", "uri",
)  # fmt: skip
FORMATS = ("csv", "jsonl")
TELL_EVERY = 10_000  # messages
Message = dict[str, Any]


def format_of(asked: str | None, path: Path | None) -> str:
    """The format that is meant. Raises Failure."""
    found = asked or ("jsonl" if path is not None and path.suffix in (".jsonl", ".json") else "csv")
    if found not in FORMATS:
        raise Failure(f"'{found[:64]}' is no format: say csv or jsonl.")
    return found


def export_messages(
    messages: Iterable[Message],
    path: Path | None,
    *,
    form: str,
    raw: bool,
    force: bool,
) -> None:
    """Write messages as they come, to standard output without a path. Raises Failure.

    A file is written under another name, which says that it is partial, and gets its own name when
    it is complete.
    """
    if path is None:
        for line in _lines(messages, form, raw):
            sys.stdout.write(line)
        sys.stdout.flush()
        return
    if path.is_dir() or (path.exists() and not force):
        raise Failure(f"{path} is there already: name another, or say --force.")
    count = 0
    with _atomically(path) as file:
        for line in _lines(messages, form, raw):
            file.write(line)
            count += 1
            _tell(count)
    count -= form == "csv"
    _tell(None)
    print(f"{count:,} {'message is' if count == 1 else 'messages are'} in {path}.")


def _lines(messages: Iterable[Message], form: str, raw: bool) -> Iterator[str]:
    if form == "jsonl":
        for message in messages:
            yield json.dumps(message, ensure_ascii=False) + "\n"
        return
    row: Callable[[Iterable[str]], str] = plain_row if raw else safe_row
    yield row(COLUMNS)
    for message in messages:
        yield row(_cell(name, message.get(name)) for name in COLUMNS)


def _cell(name: str, value: Any) -> str:
    """A property as CSV has it: moments in ISO 8601, nothing for null."""
    if value is None:
        return ""
    if name.startswith("date_"):
        return f"{parsedate_to_datetime(value):%Y-%m-%dT%H:%M:%SZ}"
    return str(value)


@contextlib.contextmanager
def _atomically(path: Path) -> Iterator[TextIO]:
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with open(partial, "x", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException as error:
        partial.unlink(missing_ok=True)
        if isinstance(error, KeyboardInterrupt):
            print(f"\nStopped: nothing was written to {path}.", file=sys.stderr)
        if isinstance(error, OSError):
            raise Failure(f"{path} cannot be written: {error.strerror}.") from None
        raise


def _tell(count: int | None) -> None:
    """How far it is, on a terminal."""
    if not sys.stderr.isatty():
        return
    if count is None:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    elif count % TELL_EVERY == 0:
        print(f"\r{count:,} messages …", end="", file=sys.stderr, flush=True)
