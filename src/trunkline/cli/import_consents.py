"""Sends a file of consents to the platform piece by piece, and writes what the platform exports."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from trunkline.cli.bulk.lines import Lines, UnknownEncoding, as_utf8
from trunkline.cli.bulk.read_rows import BadRow, read_header, records
from trunkline.cli.client import Control
from trunkline.cli.failure import Failure
from trunkline.cli.show import plain, print_json

__all__ = ["ImportConsents", "export_to"]

AT_ONCE = 1_000  # rows of a request
MOST_ATOMIC = 10_000  # rows that are imported as a whole
SECONDS = 600.0  # for a file as a whole
CHUNK = 1 << 16
MOST_ROW = 10_000  # characters
TOO_LONG = f"it is longer than {MOST_ROW:,} characters"
COLUMNS = (
    "sender", "recipient", "status", "method", "keyword", "source", "ip", "user_agent",
    "consented_at", "changed_at",
)  # fmt: skip
OTHER_NAMES = {
    "from": "sender",
    "sender_id": "sender",
    "to": "recipient",
    "phone": "recipient",
    "phone_number": "recipient",
    "contact_id": "recipient",
    "date_of_consent": "consented_at",
}
PASSED_OVER = ("correlation_id", "account_sid")
DANGEROUS = tuple("=+-@\t\r＝＋－＠")

Row = dict[str, Any]  # by column, with its `line`; or `line` and `trouble`


class ImportConsents:
    """One run over a file."""

    def __init__(self, control: Control, account: str | None, *, as_json: bool) -> None:
        self._control = control
        self._account = account
        self._as_json = as_json
        self._done = {"imported": 0, "unchanged": 0, "num_refused": 0}
        self._refused: list[dict[str, Any]] = []

    def __call__(self, path: str, *, atomic: bool) -> bool:
        """Import what can be; whether that was all. Raises Failure."""
        rows = _rows(path)
        if atomic:
            self._send(_bounded(rows, path), atomic=True)
        else:
            try:
                while batch := list(islice(rows, AT_ONCE)):
                    self._send(batch, atomic=False)
            except (Failure, KeyboardInterrupt):
                if not self._as_json and any(self._done.values()):
                    self._sum_up(sys.stderr)
                    print("Run it again for the rest: what is imported stays.", file=sys.stderr)
                raise
        if self._as_json:
            print_json({**self._done, "refused": self._refused})
        else:
            if atomic and self._done["num_refused"]:
                print("Nothing is imported.", file=sys.stderr)
            self._sum_up(sys.stdout)
        return self._done["num_refused"] == 0

    def _send(self, rows: list[Row], *, atomic: bool) -> None:
        body: dict[str, Any] = {"rows": rows, "atomic": atomic}
        if self._account is not None:
            body["account_sid"] = self._account
        found = self._control.call("POST", "/consents/import", body, seconds=SECONDS)
        for name in self._done:
            self._done[name] += found[name]
        self._refused += found["refused"]
        if not self._as_json:
            for each in found["refused"]:
                print(f"line {each['line']}: {plain(each['reason'])}.", file=sys.stderr)

    def _sum_up(self, file: Any) -> None:
        print(
            f"{self._done['imported']:,} imported, {self._done['unchanged']:,} known already, "
            f"{self._done['num_refused']:,} refused",
            file=file,
        )


def _bounded(rows: Iterator[Row], path: str) -> list[Row]:
    taken = list(islice(rows, MOST_ATOMIC + 1))
    if len(taken) > MOST_ATOMIC:
        raise Failure(f"'{path}' is too long for --atomic: {MOST_ATOMIC:,} rows at most.")
    return taken


def _rows(path: str) -> Iterator[Row]:
    """The rows of a file, each with its line. Raises Failure where nothing can be read."""
    with _opened(path) as file:
        if path.endswith(".json"):
            yield from _of_json(file, path)
            return
        lines = Lines(as_utf8(file))
        first = lines.next()
        lines.give_back([first])
        if first.lstrip().startswith(b"{"):
            yield from _of_json_lines(lines)
        else:
            yield from _of_csv(lines, first, path)


def _of_csv(lines: Lines, first: bytes, path: str) -> Iterator[Row]:
    separator = ";" if b";" in first and b"," not in first else ","
    try:
        heads = read_header(lines, separator)
    except BadRow as error:
        raise Failure(f"The first line of '{path}' is no CSV: {error}.") from None
    if heads is None:
        raise Failure(f"'{path}' is empty: its first line must name its columns.")
    names = [head.strip().lower().replace(" ", "_").replace("-", "_") for head in heads]
    names = [OTHER_NAMES.get(name, name) for name in names]
    for name in names:
        if name not in COLUMNS and name not in PASSED_OVER:
            known = ", ".join(COLUMNS)
            raise Failure(f"'{path}' has a column '{name[:64]}'; known are {known}.")
        if names.count(name) > 1:
            raise Failure(f"'{path}' has two columns '{name}'.")
    for needed in ("sender", "recipient", "status"):
        if needed not in names:
            raise Failure(f"'{path}' has no column '{needed}'.")
    for line, found in records(lines, separator):
        if isinstance(found, str):
            yield {"line": line, "trouble": found.removesuffix(", or say --encoding")}
        elif len(found) > len(names):
            yield {"line": line, "trouble": f"{len(found)} values for {len(names)} columns"}
        elif sum(map(len, found)) > MOST_ROW:
            yield {"line": line, "trouble": TOO_LONG}
        else:
            cells = zip(names, map(_unguarded, found), strict=False)
            yield {
                **{name: cell for name, cell in cells if name not in PASSED_OVER},
                "line": line,
            }


def _of_json_lines(lines: Lines) -> Iterator[Row]:
    while raw := lines.next():
        if raw.strip():
            yield _row(lines.number, _decoded(raw))


def _of_json(file: BinaryIO, path: str) -> Iterator[Row]:
    found = _decoded(file.read())
    if isinstance(found, dict):
        found = found.get("consents")
    if not isinstance(found, list):
        raise Failure(f"'{path}' has no list of consents.")
    for number, values in enumerate(found, 1):
        yield _row(number, values)


def _row(line: int, values: Any) -> Row:
    if not isinstance(values, dict):
        return {"line": line, "trouble": "no JSON object"}
    text = json.dumps(values, ensure_ascii=False)
    if len(text) > MOST_ROW:
        return {"line": line, "trouble": TOO_LONG}
    if "\\u0000" in text or any(0xD800 <= ord(c) < 0xE000 for c in text):
        return {"line": line, "trouble": "it has characters that are no text"}
    return {**values, "line": line}


def _decoded(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _unguarded(text: str) -> str:
    """A cell as it was before an export kept spreadsheets from taking it for a formula."""
    text = text.strip()
    return text[1:] if text[:1] == "'" and text.lstrip("'").startswith(DANGEROUS) else text


@contextmanager
def _opened(path: str) -> Iterator[Any]:
    try:
        file: Any = sys.stdin.buffer if path == "-" else open(path, "rb", buffering=0)  # noqa: SIM115
    except OSError as error:
        raise Failure(f"'{path}' cannot be read: {error.strerror}.") from None
    try:
        yield file
    except UnknownEncoding:
        raise Failure(f"'{path}' is UTF-16 without its mark: save it as UTF-8.") from None
    except OSError as error:
        raise Failure(f"'{path}' cannot be read: {error.strerror}.") from None
    finally:
        if path != "-":
            file.close()


def export_to(
    control: Control,
    query: Mapping[str, str | None],
    path: Path | None,
    *,
    force: bool,
    as_json: bool,
) -> None:
    """Write the platform's export to a file, which has its name once it is complete; or to standard
    output. Raises Failure."""
    exported = _json_lines(control, query) if as_json else _exported(control, query)
    if path is None:
        for data in exported:
            sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    if path.is_dir() or (path.exists() and not force):
        raise Failure(f"{path} is there already: name another, or say --force.")
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    rows = 0 if as_json else -1  # the heads
    try:
        with open(partial, "xb") as file:
            for data in exported:
                file.write(data)
                rows += data.count(b"\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException as error:
        partial.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise Failure(f"{path} cannot be written: {error.strerror}.") from None
        raise
    print(f"{rows:,} {'consent is' if rows == 1 else 'consents are'} in {path}.")


def _exported(control: Control, query: Mapping[str, str | None]) -> Iterator[bytes]:
    with control.stream("/consents/export", **query) as response:
        while data := response.read(CHUNK):
            yield data


def _json_lines(control: Control, query: Mapping[str, str | None]) -> Iterator[bytes]:
    after: str | None = ""
    while after is not None:
        page = control.get("/consents", **query, limit=AT_ONCE, after=after or None)
        after = page["next"]
        for consent in page["consents"]:
            yield json.dumps(consent, ensure_ascii=False).encode() + b"\n"
