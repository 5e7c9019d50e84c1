"""Tells how far a bulk send is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from trunkline.cli.bulk.journal import State

__all__ = ["Progress", "counts"]

BAR_SECONDS = 0.2
LINE_SECONDS = 10.0
WINDOW = 5.0  # seconds over which the rate is taken


class Progress:
    """What is told on standard error while rows are sent."""

    def __init__(
        self,
        state: State,
        *,
        total: Callable[[], int | None],
        waits_for: Callable[[], str | None],
    ) -> None:
        """`total` is how many rows there are, as far as that is known."""
        self._state = state
        self._total = total
        self._waits_for = waits_for
        self._seen: deque[tuple[float, int]] = deque()

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Show it for the length of a block, which runs on an event loop."""
        bar = _bar() if sys.stderr.isatty() and os.environ.get("TERM") != "dumb" else None
        ticking = asyncio.ensure_future(self._tick(bar))
        try:
            with bar or contextlib.nullcontext():
                yield
        finally:
            ticking.cancel()

    async def _tick(self, bar: Any) -> None:
        task = None if bar is None else bar.add_task("rows", total=None, text="")
        self._rate()
        while True:
            await asyncio.sleep(LINE_SECONDS if bar is None else BAR_SECONDS)
            rate = self._rate()
            total = self._total()
            text = f"{counts(self._state)}; {self._waits_for() or f'{rate:,.0f} rows/s'}"
            if bar is None:
                print(f"{self._share(total)}: {text}", file=sys.stderr, flush=True)
            else:
                bar.update(task, completed=self._state.ended, total=total, text=text)
                bar.refresh()

    def _share(self, total: int | None) -> str:
        ended = self._state.ended
        if total is None:
            return f"{ended:,} rows"
        return f"{ended:,} of {total:,} rows ({100 * ended // max(total, 1)}%)"

    def _rate(self) -> float:
        now = time.monotonic()
        self._seen.append((now, self._state.ended))
        while len(self._seen) > 2 and now - self._seen[0][0] > WINDOW:
            self._seen.popleft()
        then, ended = self._seen[0]
        return (self._state.ended - ended) / (now - then) if now > then else 0.0


def counts(state: State) -> str:
    """`996 sent, 2 refused, 2 broken`: what there is none of is left out."""
    refused = sum(state.refused.values())
    parts = [
        f"{state.sent:,} sent",
        *([f"{refused:,} refused"] if refused else []),
        *([f"{state.broken:,} broken"] if state.broken else []),
        *([f"{state.in_doubt:,} in doubt"] if state.in_doubt else []),
    ]
    return ", ".join(parts)


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    return Bar(
        BarColumn(bar_width=16),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[text]}", markup=False),
        console=Console(stderr=True),
        auto_refresh=False,
        transient=True,
    )
