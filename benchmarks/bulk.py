"""How fast `trunkline messages bulk` sends, and how much memory it takes."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.bench import ROOT, Bench
from benchmarks.processes import TICK

__all__ = ["measure_bulk", "run_bulk", "table", "write_rows"]

LOOK = 0.05  # seconds between looks at the memory
KEPT = 0.9  # share of the rows that a resumed run finds sent


async def measure_bulk(bench: Bench, sizes: list[int]) -> list[dict[str, Any]]:
    """For each number of rows: the whole file, and the last tenth of it by --resume."""
    found = []
    for rows in sizes:
        file = bench.folder / f"bulk-{rows}.csv"
        write_rows(file, rows)
        whole = await asyncio.to_thread(run_bulk, bench, file)
        await bench.quiet()
        journal = file.with_name(f"{file.name}.trunkline")
        _cut(journal, int(rows * KEPT))
        rest = await asyncio.to_thread(run_bulk, bench, file, "--resume")
        await bench.quiet()
        assert whole["sent"] == rest["sent"] == rows
        found.append({"rows": rows, "whole": whole, "resumed": rest})
        print(f"{rows} rows: {_short(whole)}; resumed: {_short(rest)}", flush=True)
    return found


def table(found: list[dict[str, Any]]) -> list[str]:
    """The figures in Markdown."""
    lines = ["| rows | rows/s | CPU µs a row | MB at its peak | last tenth by --resume, s | MB |"]
    lines.append("|---|---|---|---|---|---|")
    for each in found:
        whole, rest = each["whole"], each["resumed"]
        lines.append(
            f"| {each['rows']:,} | {whole['per_second']:.0f} | {whole['cpu']:.0f} |"
            f" {whole['peak_mb']:.0f} | {rest['seconds']:.1f} | {rest['peak_mb']:.0f} |"
        )
    return lines


def write_rows(file: Path, rows: int) -> None:
    """A file of recipients, each with a text of its own."""
    with file.open("w") as out:
        out.write("to,body\n")
        for n in range(rows):
            out.write(f'+1415{n % 10**7:07d},"Your appointment is tomorrow, number {n}."\n')


def _cut(journal: Path, kept: int) -> None:
    """Leave the header and what the first rows became; the others were never begun."""
    lines = journal.read_text().splitlines(keepends=True)
    with journal.open("w") as out:
        out.write(lines[0])
        sids = {int(line.split()[1]): line for line in lines if line.startswith("S ")}
        for first in range(1, kept + 1, 256):
            last = min(first + 255, kept)
            out.write(f"B {first} {last}\n")
            out.writelines(sids[number] for number in range(first, last + 1))


def run_bulk(bench: Bench, file: Path, *options: str) -> dict[str, Any]:
    """Send a file as a user does; how fast it was, and what it took."""
    assert bench.platform is not None
    process = subprocess.Popen(
        [sys.executable, "-m", "trunkline", "messages", "bulk", str(file), "--json", *options,
         "--data", str(bench.platform.data)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    peak = cpu = 0.0
    while process.poll() is None:
        time.sleep(LOOK)
        peak, cpu = _look(process.pid) or (peak, cpu)
    assert process.stdout is not None
    report = json.loads(process.stdout.read())
    process.stdout.close()
    return {
        "sent": report["sent"],
        "seconds": report["seconds"],
        "per_second": report["rows_per_second"],
        "peak_mb": peak,
        "cpu": cpu / report["rows_in_this_run"] * 1e6,
    }


def _look(pid: int) -> tuple[float, float] | None:
    """Peak of memory in MB, and CPU seconds; None when the process is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    peaks = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return (int(peaks[0]) / 1024, (int(stat[11]) + int(stat[12])) / TICK) if peaks else None


def _short(run: dict[str, Any]) -> str:
    return (
        f"{run['per_second']:.0f}/s in {run['seconds']:.1f} s, {run['cpu']:.0f} µs CPU a row, "
        f"{run['peak_mb']:.0f} MB"
    )
