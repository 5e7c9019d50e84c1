"""`make bench-messaging`: services beside plain sends, a campaign from a file,
schedules, and fairness."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from benchmarks import fairness, schedule, services
from benchmarks.bench import running
from benchmarks.report import between_marks

BEGIN = "<!-- messaging: begin -->"
END = "<!-- messaging: end -->"


async def measure(arguments: argparse.Namespace) -> list[str]:
    """The tables, one platform after the other."""
    count = arguments.count
    async with running(count) as bench:
        found = await services.measure_services(bench, arguments.rounds)
    lines = services.table(found)
    async with running(count) as bench:
        campaign = await services.measure_campaign(bench, arguments.campaign)
    lines += ["", *services.campaign_table(campaign)]
    async with running(count) as bench:
        pending = arguments.pending
        scheduled = await schedule.measure_schedule(bench, pending, pending // 20, pending // 200)
    lines += ["", *schedule.table(scheduled)]
    async with running(count) as bench:
        delays = await fairness.measure_fairness(bench, arguments.waiting, arguments.coming)
    return [*lines, "", *fairness.table(delays)]


def main() -> None:
    """Parse the arguments, measure, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.messaging", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="messages in a run")
    parser.add_argument("--rounds", type=int, default=5, help="counted runs")
    parser.add_argument("--campaign", type=int, default=10**5, help="rows of the CSV file")
    parser.add_argument("--pending", type=int, default=10**6, help="schedules that wait")
    parser.add_argument("--waiting", type=int, default=10**6, help="messages of a campaign")
    parser.add_argument("--coming", type=int, default=50_000, help="messages that come in beside")
    parser.add_argument("--write", type=Path, help="Markdown file to write")
    arguments = parser.parse_args()
    lines = asyncio.run(measure(arguments))
    print("\n".join(lines))
    if arguments.write is not None:
        between_marks(arguments.write, BEGIN, END, "\n".join(lines))


if __name__ == "__main__":
    main()
