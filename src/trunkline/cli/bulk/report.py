"""What became of the rows of a file: for people, for programs, and as a file of those not sent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from trunkline.cli.bulk.journal import Ending, State, read_ending
from trunkline.cli.bulk.journal_file import Journal
from trunkline.cli.csv_cells import safe_row
from trunkline.cli.failure import Failure

__all__ = ["Told", "as_json", "check_place", "print_report", "write_failures"]

MOST_IN_JSON = 1000
MOST_SHOWN = 10
COLUMNS = ("line", "outcome", "code", "reason")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a report tells of a run beside what the journal says."""

    name: str  # of the file
    seconds: float
    before: int  # rows that had ended when the run began
    asked: int  # rows in doubt that the platform was asked about
    found: int  # and had
    written: Path | None  # the file of all rows that were not sent

    def rate(self, state: State) -> float:
        """Rows a second."""
        return (state.ended - self.before) / self.seconds if self.seconds > 0 else 0.0


def as_json(journal: Journal, told: Told) -> dict[str, Any]:
    """The report for programs."""
    state = journal.state
    return {
        "file": told.name,
        "journal": None if journal.path is None else str(journal.path),
        "complete": state.complete,
        "rows": state.ended,
        "sent": state.sent,
        "refused": [
            {"code": code, "count": count, "message": state.sentences.get(code)}
            for code, count in state.refused.most_common()
        ],
        "broken": state.broken,
        "in_doubt": state.in_doubt,
        "without_answer": len(state.open),
        "failures": [
            {"line": e.line, "outcome": e.outcome, "code": e.code, "reason": e.reason}
            for e in islice(_failures(journal), MOST_IN_JSON)
        ],
        "asked_about": told.asked,
        "found": told.found,
        "seconds": round(told.seconds, 3),
        "rows_in_this_run": state.ended - told.before,
        "rows_per_second": round(told.rate(state), 1),
    }


def print_report(journal: Journal, told: Told) -> None:
    """The report for people."""
    from trunkline.cli.show import bold, facts, plain

    state = journal.state
    earlier = f", {told.before:,} of them before" if told.before else ""
    took = f"in {told.seconds:.1f} s, {told.rate(state):,.0f} rows/s"
    print(bold(f"{plain(told.name)}: {_rows(state.ended)}{earlier}; {took}"))
    pairs = [("sent", f"{state.sent:,}")]
    for code, count in state.refused.most_common():
        sentence = plain(state.sentences.get(code, ""))
        pairs.append(("refused", f"{count:,} by {code}: {sentence}" if code else f"{count:,}"))
    pairs += [("broken", f"{state.broken:,}")] if state.broken else []
    pairs += [("in doubt", f"{state.in_doubt:,}, not sent again")] if state.in_doubt else []
    pairs += [("no answer", f"{len(state.open):,}")] if state.open else []
    if told.asked:
        pairs.append(("asked about", f"{told.asked:,}, and the platform had {told.found:,}"))
    facts(pairs)
    _print_failures(journal, told.written)


def check_place(path: Path, *others: Path | None) -> None:
    """Raises Failure for a place where no report can be, or where one of the others is: so that
    it is known before the first row is sent."""
    if any(other is not None and path.resolve() == other.resolve() for other in others):
        raise Failure(f"The report would take the place of {path}: name another by --report PATH.")
    if path.is_dir() or not os.access(path.parent, os.W_OK | os.X_OK):
        raise Failure(f"The report {path} cannot be written: name another place by --report PATH.")


def write_failures(journal: Journal, path: Path) -> None:
    """Write all rows that were not sent as CSV, in the order in which that became known. The file
    is there once it is whole. Raises Failure."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        with open(partial, "w", newline="", encoding="utf-8") as file:
            file.write(safe_row(COLUMNS))
            for e in _failures(journal):
                code = "" if e.code is None else str(e.code)
                file.write(safe_row((str(e.line), e.outcome, code, e.reason)))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise Failure(f"The report {path} cannot be written: {error.strerror}.") from None


def _print_failures(journal: Journal, written: Path | None) -> None:
    from trunkline.cli.show import plain, table

    state = journal.state
    count = state.ended - state.sent
    if not count:
        return
    print()
    rows = [
        [str(e.line), e.outcome, plain(f"{e.code}: {e.reason}" if e.code else e.reason)]
        for e in islice(_failures(journal), MOST_SHOWN)
    ]
    table(["line", "outcome", "reason"], rows)
    if written is not None:
        print(f"\nAll of these are in {plain(str(written))}.")
    elif count > MOST_SHOWN:
        print(f"\n… and {count - MOST_SHOWN:,} more: --report FILE writes all of them.")


def _failures(journal: Journal) -> Iterator[Ending]:
    if journal.state.ended == journal.state.sent:
        return
    for line in journal.lines():
        if (found := read_ending(line)) is not None:
            yield found


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
