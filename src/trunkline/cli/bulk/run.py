"""One `trunkline messages bulk`: prepares, sends, reports."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from trunkline.cli.bulk.connection import Connections
from trunkline.cli.bulk.feed import Feed, fold
from trunkline.cli.bulk.journal_file import Journal
from trunkline.cli.bulk.order import Order
from trunkline.cli.bulk.pace import Pace
from trunkline.cli.bulk.platform import HttpPlatform
from trunkline.cli.bulk.prepare import Prepared, prepare
from trunkline.cli.bulk.progress import Progress
from trunkline.cli.bulk.read_rows import read_rows
from trunkline.cli.bulk.report import Told, as_json, print_report, write_failures
from trunkline.cli.bulk.row import Item
from trunkline.cli.bulk.send_rows import SendRows, Stopped
from trunkline.cli.client import Control
from trunkline.cli.failure import Failure
from trunkline.cli.twilio_api import TwilioApi

__all__ = ["send_file"]

SECONDS = 60.0  # for an answer
INTERRUPTED = 130


def send_file(order: Order, control: Control) -> int:
    """Send the rows of a file; the exit code. Raises Failure."""
    api = TwilioApi(control)
    with contextlib.ExitStack() as opened:
        prepared = prepare(order, api, opened)
        journal = prepared.journal
        if journal.path is None and not order.as_json:
            print("Without --journal PATH nothing is kept to resume by.", file=sys.stderr)
        run = _Run(order, control, api, prepared)
        before = journal.state.ended
        started = time.monotonic()
        failure = None if journal.state.complete else run()
        told = Told(
            name=prepared.source.name,
            seconds=time.monotonic() - started,
            before=before,
            asked=run.asked,
            found=run.found,
            written=order.report,
        )
        return _report(order, journal, told, failure)


class _Run:
    """Sends what is left of a file."""

    def __init__(self, order: Order, control: Control, api: TwilioApi, prepared: Prepared) -> None:
        self.asked = self.found = 0  # rows in doubt
        self._order = order
        self._control = control
        self._api = api
        self._prepared = prepared

    def __call__(self) -> Failure | None:
        """Why it stopped, if it did before the end."""
        factory = None
        with contextlib.suppress(ImportError):
            import uvloop

            factory = uvloop.new_event_loop
        try:
            with asyncio.Runner(loop_factory=factory) as runner:
                runner.run(self._send())
        except Failure as failure:
            return failure
        except (asyncio.CancelledError, KeyboardInterrupt):
            return Stopped("Ended at once.")
        return None

    async def _send(self) -> None:
        source, journal = self._prepared.source, self._prepared.journal
        lines, state = self._prepared.lines, journal.state
        read = _Counted(read_rows(lines, self._prepared.columns, self._prepared.delimiter))
        rows = fold(
            read,
            begun_to=state.begun_to,
            wanted=frozenset(state.open | state.back),
            digest=state.digest,
            piped=source.is_pipe,
            mismatch=lambda: source.changed_since(journal.path),
        )
        connections = Connections(self._place, seconds=SECONDS)
        platform = HttpPlatform(
            connections,
            self._place,
            account_sid=self._api.account_sid,
            authorization=self._api.authorization,
        )
        feed = Feed(rows, source.check)
        sending = SendRows(
            feed,
            journal,
            platform,
            at_once=self._order.at_once,
            pace=Pace(self._order.rate, asyncio.get_running_loop().time),
        )
        progress = Progress(
            state,
            total=lambda: source.rows(read.count, lines.number),
            waits_for=lambda: sending.waits_for,
        )
        _stop_by_signals(sending)
        try:
            with progress.shown():
                await sending()
        finally:
            self.asked, self.found = sending.asked, sending.found
            connections.close()
            # A thread that waits for a pipe cannot be woken; it ends with the command.
            await asyncio.to_thread(feed.close, wait=not source.is_pipe)

    def _place(self) -> tuple[str, int]:
        """Where the platform is: one that was started again may be elsewhere."""
        with contextlib.suppress(Failure):
            self._control = Control(self._control.data, self._control.world)
        found = urlsplit(self._control.runtime.base_url)
        return found.hostname or "", found.port or 80


class _Counted:
    """Rows that know how many of them were read."""

    def __init__(self, rows: Iterator[Item]) -> None:
        self.count = 0
        self._rows = rows

    def __iter__(self) -> Iterator[Item]:
        for item in self._rows:
            self.count = item.number
            yield item


def _stop_by_signals(sending: SendRows) -> None:
    """The first Ctrl-C stops in order, the second at once."""
    task = asyncio.current_task()
    assert task is not None
    came: list[int] = []

    def stop() -> None:
        came.append(1)
        if len(came) > 1:
            task.cancel()
            return
        sending.stop()
        told = "Stopping: answers on the way are waited for; Ctrl-C again ends at once."
        print(f"\n{told}" if sys.stderr.isatty() else told, file=sys.stderr, flush=True)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(ValueError, NotImplementedError, RuntimeError):
            loop.add_signal_handler(number, stop)


def _report(order: Order, journal: Journal, told: Told, failure: Failure | None) -> int:
    from trunkline.cli.show import print_json

    if order.report is not None:
        try:
            write_failures(journal, order.report)
        except Failure as trouble:  # what was sent is told all the same
            told = replace(told, written=None)
            if failure is not None:
                print(trouble, file=sys.stderr)
            failure = failure or trouble
    if order.as_json:
        stopped = None if failure is None else str(failure)
        print_json({**as_json(journal, told), "stopped": stopped})
    else:
        print_report(journal, told)
    if failure is not None:
        print(f"{failure} {_how_to_go_on(order, journal)}", file=sys.stderr)
        return INTERRUPTED if isinstance(failure, Stopped) else failure.exit_code
    return 0 if journal.state.sent == journal.state.ended else 1


def _how_to_go_on(order: Order, journal: Journal) -> str:
    if journal.path is None:
        return "Without a journal the rest cannot be told from what was sent."
    words = ["trunkline", "messages", "bulk", str(order.path or "-"), *order.place]
    if order.journal is not None:
        words += ["--journal", str(order.journal)]
    return f"Go on with: {shlex.join([*words, '--resume'])}"
