"""Write docs/benchmarks.md from measured figures."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figures import Figures

__all__ = ["between_marks", "write_report"]

BEGIN = "<!-- measured: begin -->"
END = "<!-- measured: end -->"


def write_report(figures: Figures, path: Path) -> None:
    """Replace the part of the file between its two marks; the words around it stay."""
    between_marks(path, BEGIN, END, _tables(figures))


def between_marks(path: Path, begin: str, end: str, tables: str) -> None:
    """Put tables between two marks of a file."""
    text = path.read_text() if path.exists() else f"# Benchmarks\n\n{begin}\n{end}\n"
    head, rest = text.split(begin, 1)
    tail = rest.split(end, 1)[1]
    path.write_text(f"{head}{begin}\n{tables}\n{end}{tail}")


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
    lines += ["", *_webhooks(figures)]
    return "\n".join(lines)


def _webhooks(figures: Figures) -> list[str]:
    lines = ["| two callbacks each | messages/s, end to end | main µs | postgres µs | app µs |"]
    lines[-1] += " callbacks/s beside aiohttp alone |"
    lines.append("|---|---|---|---|---|---|")
    runs = figures.callbacks[:-1]
    lines += [_loop(f"run {n}", [run]) + _beside([run]) for n, run in enumerate(runs, 1)]
    lines.append(_loop("**median**", runs) + _beside(runs))
    lines += ["", "| inbound, answered with TwiML | replies/s, end to end | main µs |"]
    lines[-1] += " postgres µs | app µs |"
    lines.append("|---|---|---|---|---|")
    lines += [_loop(f"run {n}", [run]) for n, run in enumerate(figures.replies, 1)]
    lines.append(_loop("**median**", figures.replies))
    lines += ["", "| from the transition to the app | told | p50 ms | p95 ms | p99 ms |"]
    lines.append("|---|---|---|---|---|")
    steady = figures.callbacks[-1]
    lines += _delays(f"{steady['per_second']:.0f} messages/s", steady["delays"])
    lines += _delays("a healthy app alone", figures.dead_apps["alone"])
    beside = f"beside {figures.dead_apps['apps']:,} dead ones"
    lines += _delays(beside, figures.dead_apps["beside"])
    return lines


def _loop(name: str, runs: list[dict[str, Any]]) -> str:
    cells = [f"{median(run['end_to_end'] for run in runs):.0f}"]
    cells += [
        f"{median(run['cpu'][part] for run in runs):.0f}" for part in ("main", "postgres", "app")
    ]
    return f"| {name} | {' | '.join(cells)} |"


def _beside(runs: list[dict[str, Any]]) -> str:
    rate = median(2 * run["end_to_end"] for run in runs)
    alone = median(run["yardstick"] for run in runs)
    return f" {rate:.0f} : {alone:.0f} = {rate / alone:.2f} |"


def _delays(name: str, delays: dict[str, Any]) -> list[str]:
    return [
        f"| {name} | {told} | {' | '.join(str(ms) for ms in found['ms'])} |"
        for told, found in delays.items()
    ]


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
