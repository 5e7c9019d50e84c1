"""Write docs/benchmarks.md from measured figures."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figures import Figures

__all__ = ["write_report"]

BEGIN = "<!-- measured: begin -->"
END = "<!-- measured: end -->"


def write_report(figures: Figures, path: Path) -> None:
    """Replace the part of the file between its two marks; the words around it stay."""
    text = path.read_text() if path.exists() else f"# Benchmarks\n\n{BEGIN}\n{END}\n"
    head, rest = text.split(BEGIN, 1)
    tail = rest.split(END, 1)[1]
    path.write_text(f"{head}{BEGIN}\n{_tables(figures)}\n{END}{tail}")


def _tables(figures: Figures) -> str:
    lines = [f"Measured {figures.date} on {figures.machine}, one main process.", ""]
    lines += [
        "| | accepted/s | p50 ms | p95 ms | p99 ms | end to end/s |",
        "|---|---|---|---|---|---|",
    ]
    for run in figures.runs:
        lines.append(_row(run["name"], run))
    lines.append(_row("**median**", _medians(figures.runs)))
    lines += ["", "| part | CPU µs a message (median) | MB at rest | MB at its peak |"]
    lines += ["|---|---|---|---|"]
    for name in ("main", "postgres", "supervisor", "load"):
        cpu = median(run["cpu"][name] for run in figures.runs)
        at_rest, peak = figures.rest.get(name), figures.peak.get(name)
        lines.append(
            f"| {name} | {cpu:.0f} | {_mb(at_rest and at_rest.rss_mb)} |"
            f" {_mb(peak and peak.peak_mb)} |"
        )
    lines += ["", "| messages stored | create/s (p95 ms) | first page of 50/s (p95 ms) |"]
    lines[-1] += " fetch/s (p95 ms) |"
    lines += ["|---|---|---|---|"]
    for row in figures.stored:
        cells = [f"{row[k]['per_second']:.0f} ({row[k]['p95']})" for k in KINDS]
        lines.append(f"| {row['stored']:,} | {' | '.join(cells)} |")
    return "\n".join(lines)


KINDS = ("create", "page", "fetch")


def _row(name: str, run: dict[str, Any]) -> str:
    return (
        f"| {name} | {run['per_second']:.0f} | {run['p50']} | {run['p95']} | {run['p99']} |"
        f" {run['end_to_end']:.0f} |"
    )


def _medians(runs: list[dict[str, Any]]) -> dict[str, Any]:
    keys = ("per_second", "p50", "p95", "p99", "end_to_end")
    return {key: round(median(run[key] for run in runs), 2) for key in keys}


def _mb(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"
