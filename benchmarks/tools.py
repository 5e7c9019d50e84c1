"""`make bench-tools`: what the developer's tools cost.

The command line, `exec`, the pytest plugin and bulk sends. Commands that are compared run in turns,
so that what else the machine does meets both.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from benchmarks.bench import running
from benchmarks.bulk import measure_bulk, table
from benchmarks.report import between_marks
from tests.support import node
from tests.support.platform import RunningPlatform
from trunkline.server.temporary import TemporaryPlatform

__all__ = ["main"]

BEGIN = "<!-- tools: begin -->"
END = "<!-- tools: end -->"
TRUNKLINE = str(Path(sys.executable).with_name("trunkline"))
ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"
TESTS = 200
WORKERS = 2

TEST_FILE = f"""
import pytest

@pytest.mark.parametrize("number", range({TESTS}))
def test_a_message_and_an_answer(trunkline, number):
    phone = trunkline.phone("+14155550123")
    trunkline.client.messages.create(to=phone.number, from_=trunkline.number, body="Hello")
    phone.expects("Hello")
"""
EMPTY_FILE = f"""
import pytest

@pytest.mark.parametrize("number", range({TESTS}))
def test_nothing(number):
    pass
"""
CONFTEST = """
import json, os

def pytest_runtest_logreport(report):
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        with open(os.environ["TIMES"], "a") as file:
            worker = getattr(report, "worker_id", "only")
            file.write(json.dumps([worker, report.nodeid, report.when, report.duration]) + "\\n")
"""


@dataclass(frozen=True)
class Timed:
    """How long a command took, in milliseconds."""

    name: str
    times: list[float]

    @property
    def row(self) -> str:
        low, high = min(self.times), max(self.times)
        return f"| {self.name} | {median(self.times):.0f} | {low:.0f} | {high:.0f} |"


@dataclass(frozen=True)
class Suite:
    """A run of pytest: its wall time, the first set-up of each worker, and of each later test what
    the fixture costs (set-up and tear-down) and the test itself, in milliseconds."""

    seconds: float
    first: list[float]
    fixture: list[float]
    call: list[float]


def time_in_turns(
    commands: Mapping[str, tuple[Sequence[str], Mapping[str, str]]], rounds: int
) -> list[Timed]:
    """Each command with its environment, `rounds` times, one after the other."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, (command, environment) in commands.items():
            started = time.perf_counter()
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
            if number:  # the first fills the caches
                times[name].append((time.perf_counter() - started) * 1000)
    return [Timed(name, found) for name, found in times.items()]


def time_commands(data: Path, rounds: int) -> list[Timed]:
    """Programs with and without `exec`, and the command line by itself."""
    plain = {"PATH": os.environ["PATH"], "TRUNKLINE_DATA": str(data)}
    told = subprocess.run(
        [
            TRUNKLINE,
            "exec",
            "--",
            sys.executable,
            "-c",
            "import json, os; print(json.dumps(dict(os.environ)))",
        ],
        env=plain,
        check=True,
        capture_output=True,
        text=True,
    )
    redirected = json.loads(told.stdout)
    python, javascript = sys.executable, node.node_binary()
    request = "import urllib.request"
    return time_in_turns(
        {
            "`true`": (["true"], plain),
            "`trunkline exec -- true`": ([TRUNKLINE, "exec", "--", "true"], plain),
            "`python -c pass`": ([python, "-c", "pass"], plain),
            "the same, redirected": ([python, "-c", "pass"], redirected),
            f"`python -c '{request}'`": ([python, "-c", request], plain),
            "the same, redirected ": ([python, "-c", request], redirected),
            "`node -e 0`": ([javascript, "-e", "0"], plain),
            "the same, redirected  ": ([javascript, "-e", "0"], redirected),
            "`trunkline --help`": ([TRUNKLINE, "--help"], plain),
            "`trunkline clock`": ([TRUNKLINE, "clock"], plain),
        },
        rounds,
    )


def _note(times: dict[str, list[float]], name: str, started: float, number: int) -> None:
    if number:  # the first fills the caches
        times.setdefault(name, []).append((time.perf_counter() - started) * 1000)


def time_starts(folder: Path, rounds: int) -> list[Timed]:
    """`trunkline up` until it is ready: on an empty folder, on one that it has used, and a
    platform that is thrown away afterwards."""
    times: dict[str, list[float]] = {}
    for number in range(rounds + 1):
        data = folder / f"start{number}"
        for name in ("`trunkline up`, the first time", "`trunkline up`, later"):
            platform = RunningPlatform(data)
            started = time.perf_counter()
            platform.start()
            _note(times, name, started, number)
            platform.stop()
        started = time.perf_counter()
        with TemporaryPlatform():
            _note(times, "a platform for tests", started, number)
    return [Timed(name, found) for name, found in times.items()]


def run_suite(folder: Path, text: str, *, workers: int) -> Suite:
    """Run a file of tests with pytest, as a user does."""
    folder.mkdir()
    (folder / "test_it.py").write_text(text)
    (folder / "conftest.py").write_text(CONFTEST)
    times = folder / "times"
    environment = {"PATH": os.environ["PATH"], "TIMES": str(times)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."]
    command += ["-n", str(workers)] if workers else []
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - started
    first: dict[str, float] = {}
    fixture: dict[str, float] = {}
    call: dict[str, float] = {}
    firsts: set[str] = set()
    for line in times.read_text().splitlines():
        worker, test, when, duration = json.loads(line)
        if when == "setup" and worker not in first:
            first[worker] = duration * 1000
            firsts.add(test)
        elif test not in firsts:
            where = call if when == "call" else fixture
            where[test] = where.get(test, 0.0) + duration * 1000
    return Suite(seconds, sorted(first.values()), list(fixture.values()), list(call.values()))


def _suite_row(name: str, suites: Sequence[Suite]) -> str:
    fixture = [ms for suite in suites for ms in suite.fixture]
    call = [ms for suite in suites for ms in suite.call]
    first = median(max(suite.first) for suite in suites) / 1000
    seconds = median(suite.seconds for suite in suites)
    return (
        f"| {name} | {seconds:.2f} | {first:.2f} | {median(fixture):.1f} |"
        f" {quantiles(fixture, n=20)[-1]:.1f} | {median(call):.1f} |"
    )


def measure(rounds: int, suites: int) -> str:
    """The tables."""
    with tempfile.TemporaryDirectory(prefix="trunkline-bench-") as place:
        folder = Path(place)
        platform = RunningPlatform(folder / "data")
        platform.start()
        try:
            timed = time_commands(platform.data, rounds)
        finally:
            platform.stop()
        lines = ["| command | median ms | least | most |", "|---|---|---|---|"]
        lines += [each.row for each in (*timed, *time_starts(folder, suites))]
        lines += ["", f"| {TESTS} tests | whole run s | first use s | fixture ms a test |"]
        lines[-1] += " its p95 | test itself ms |"
        lines.append("|---|---|---|---|---|---|")
        kinds = [
            (f"with the fixture, {WORKERS} workers", TEST_FILE, WORKERS),
            ("with the fixture, one process", TEST_FILE, 0),
            (f"without it, {WORKERS} workers", EMPTY_FILE, WORKERS),
        ]
        for name, text, workers in kinds:
            found = [
                run_suite(folder / f"{name}{number}", text, workers=workers)
                for number in range(suites)
            ]
            lines.append(_suite_row(name, found))
    return "\n".join(lines)


async def measure_bulk_sends(sizes: list[int]) -> list[str]:
    """The table of `messages bulk`, each size on one platform with all that was sent before."""
    async with running(max(sizes)) as bench:
        return table(await measure_bulk(bench, sizes))


def main() -> None:
    """Parse the arguments, measure, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tools", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="times that a command runs")
    parser.add_argument("--suites", type=int, default=5, help="times that a suite runs")
    parser.add_argument("--rows", type=int, nargs="*", default=[10**4, 10**5, 10**6])
    parser.add_argument("--write", type=Path, help="Markdown file to write")
    arguments = parser.parse_args()
    tables = measure(arguments.rounds, arguments.suites)
    if arguments.rows:
        tables += "\n\n" + "\n".join(asyncio.run(measure_bulk_sends(arguments.rows)))
    print(tables)
    if arguments.write is not None:
        between_marks(arguments.write, BEGIN, END, tables)


if __name__ == "__main__":
    main()
