"""`make bench`: start a platform as users do, load it from another process, write the figures.

Logging, events and fsync are on; the limits mode is `off` (no sender rates).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform as machine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.bench import running
from benchmarks.figures import Figures
from benchmarks.report import write_report
from benchmarks.webhooks import measure_callbacks, measure_dead_apps, measure_replies


async def measure(count: int, sizes: list[int], rounds: int) -> Figures:
    """All figures, from one platform that is started for them."""
    figures = Figures(
        machine=f"{os.cpu_count()} cores, {machine.system()} {machine.machine()}, "
        f"Python {machine.python_version()}",
        date=f"{datetime.now(UTC):%Y-%m-%d}",
    )
    async with running(count) as bench:
        figures.rest = bench.parts()
        for number in range(rounds + 1):
            run = await bench.messages("warm-up" if number == 0 else f"run {number}")
            print(_line(run), flush=True)
            if number:
                figures.runs.append(run)
        figures.peak = bench.parts()
    async with running(count) as bench:
        figures.callbacks = await measure_callbacks(bench, rounds)
    async with running(count) as bench:
        figures.replies = await measure_replies(bench, rounds)
    async with running(count) as bench:
        figures.dead_apps = await measure_dead_apps(bench)
    async with running(count) as bench:
        for size in sizes:
            stored = await bench.with_stored(size)
            figures.stored.append(stored)
            for kind in ("create", "page", "fetch"):
                print(f"{size} stored, {kind}: {_short(stored[kind])}", flush=True)
    return figures


def _line(run: dict[str, Any]) -> str:
    cpu = ", ".join(f"{name} {value:.0f}" for name, value in run["cpu"].items())
    return f"{run['name']}: {_short(run)}; end to end {run['end_to_end']:.0f}/s; CPU µs: {cpu}"


def _short(result: dict[str, Any]) -> str:
    return (
        f"{result['per_second']:.0f}/s p50 {result['p50']} p95 {result['p95']} "
        f"p99 {result['p99']} ms {result['statuses']}"
    )


def main() -> None:
    """Parse the arguments, measure, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="messages in a run")
    parser.add_argument("--rounds", type=int, default=5, help="counted runs")
    parser.add_argument("--stored", type=int, nargs="*", default=[10**4, 10**5, 10**6])
    parser.add_argument("--write", type=Path, help="Markdown file to write")
    arguments = parser.parse_args()
    figures = asyncio.run(measure(arguments.count, arguments.stored, arguments.rounds))
    if arguments.write is not None:
        write_report(figures, arguments.write)


if __name__ == "__main__":
    main()
