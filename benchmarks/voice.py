"""`make bench-voice`: the media engine by itself, and calls through the whole platform."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform as machine
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import voice_engine
from benchmarks.bench import running
from benchmarks.report import between_marks
from benchmarks.voice_calls import VoiceBench, voice_bench
from benchmarks.voice_engine import KINDS, Loaded

BEGIN = "<!-- voice: begin -->"
END = "<!-- voice: end -->"


async def measure(arguments: argparse.Namespace) -> list[str]:
    """The tables: the engine, then one platform."""
    lines = [
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores, {machine.system()} "
        f"{machine.machine()}, Python {machine.python_version()}.",
        "",
    ]
    lines += await _engine(arguments.legs, arguments.seconds)
    async with running(0) as bench:
        with voice_bench(bench) as voice:
            await voice.warm()
            lines += ["", *await _platform(voice, arguments)]
    return lines


async def _engine(sizes: list[int], seconds: float) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="trunkline-bench-") as folder:
        bench = voice_engine.Bench(Path(folder))
        found: list[Loaded] = []
        for legs in sizes:
            for kind in KINDS:
                found.append(await bench.loaded(kind, legs, seconds))
                print(found[-1], flush=True)
        stepped = await bench.stepped()
        event = await bench.key_to_silence()
        in_band = await bench.key_to_silence(in_band=True)
    lines = [
        "| legs of one media process | late ticks | tick p50 ms | p99 ms | of a core | kB a leg |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {each.legs}, {each.kind} | {_share(each.late)} | {each.p50_ms:.1f} | {each.p99_ms:.1f}"
        f" | {each.cores:.0%} | {each.leg_kb:.0f} |"
        for each in found
    ]
    return [
        *lines,
        "",
        "| the engine alone | |",
        "|---|---|",
        f"| ten minutes of a call, stepped | {stepped:.0f} times real time |",
        f"| key as an event to silence | p50 {event[0]:.0f} ms, p95 {event[1]:.0f} ms |",
        f"| key in band to silence | p50 {in_band[0]:.0f} ms, p95 {in_band[1]:.0f} ms |",
    ]


async def _platform(voice: VoiceBench, arguments: argparse.Namespace) -> list[str]:
    quick = await voice.delays(arguments.calls, 10)
    stages = await voice.ramp(arguments.rates, arguments.ramp_seconds)
    cost = await voice.cost(arguments.calls * 3, 40, arguments.rounds)
    many = [await voice.together(count, 50, arguments.hold) for count in arguments.together]
    voicemail = await voice.voicemail(arguments.rounds)
    return [
        "| set-ups/s offered | documents/s | API p95 ms | create → document p50, p95 ms |"
        " late ticks | main µs a call | |",
        "|---|---|---|---|---|---|---|",
        *map(_stage, stages),
        "",
        "| calls at once, in a menu | documents/s | late ticks | main | media | postgres | app |"
        " main kB a call | media kB a call |",
        "|---|---|---|---|---|---|---|---|---|",
        *map(_together, many),
        "",
        "| as the phone heard it | calls | answer → first audio p50, p95 ms |"
        " key → silence p50, p95 ms | key → next prompt p50, p95 ms |",
        "|---|---|---|---|---|",
        *map(_heard, [quick, *(each["heard"] for each in many)]),
        "",
        "| CPU µs of a call: one document, two callbacks | main | media | postgres | app |",
        "|---|---|---|---|---|",
        f"| median of {arguments.rounds} runs | "
        + " | ".join(f"{cost[part]:.0f}" for part in ("main", "media", "postgres", "app"))
        + " |",
        "",
        "| a voicemail of two minutes by `calls/run` | s | times real time |",
        "|---|---|---|",
        _voicemail("the first", voicemail["lasted"], voicemail["first"]),
        _voicemail("later ones", voicemail["lasted"], voicemail["took"]),
    ]


def _stage(stage: dict[str, Any]) -> str:
    p50, p95 = stage["document_ms"]
    held = "held" if stage["held"] else "not held"
    return (
        f"| {stage['rate']} | {stage['reached']:.1f} | {stage['api_ms']} | {p50}, {p95} |"
        f" {_late(stage['late'])} | {stage['main_us']:.0f} | {held} |"
    )


def _together(found: dict[str, Any]) -> str:
    cores = " | ".join(f"{found['cores'][p]:.0%}" for p in ("main", "media", "postgres", "app"))
    memory = " | ".join(f"{found['kb_a_call'][p]:.0f}" for p in ("main", "media"))
    return (
        f"| {found['calls']} | {found['documents']:.0f} | {_late(found['late'])} | {cores} |"
        f" {memory} |"
    )


def _heard(found: dict[str, Any]) -> str:
    cells = [
        f"{found[name][0]:.0f}, {found[name][1]:.0f}"
        for name in ("first_audio", "silence", "next_audio")
    ]
    return f"| {found['name']} | {found['calls']} | {' | '.join(cells)} |"


def _voicemail(name: str, lasted: float, took: float) -> str:
    return f"| {name}, a call of {lasted:.0f} s | {took:.2f} | {lasted / took:.0f} |"


def _late(late: dict[str, Any]) -> str:
    return f"{_share(late['share'])} of {late['ticks']}"


def _share(share: float) -> str:
    return f"{share:.2%}" if share else "none"


def main() -> None:
    """Parse the arguments, measure, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.voice", description=__doc__)
    parser.add_argument("--legs", type=int, nargs="*", default=[400, 800])
    parser.add_argument("--seconds", type=float, default=4.0, help="of each load of the engine")
    parser.add_argument("--calls", type=int, default=100, help="calls that are listened to")
    parser.add_argument("--rates", type=int, nargs="*", default=[25, 50, 75, 100, 150, 200, 300])
    parser.add_argument("--ramp-seconds", type=float, default=4.0, help="of each rate")
    parser.add_argument("--together", type=int, nargs="*", default=[300, 500])
    parser.add_argument("--hold", type=float, default=24.0, help="seconds of calls at once")
    parser.add_argument("--rounds", type=int, default=3, help="counted runs")
    parser.add_argument("--write", type=Path, help="Markdown file to write")
    arguments = parser.parse_args()
    lines = asyncio.run(measure(arguments))
    print("\n".join(lines))
    if arguments.write is not None:
        between_marks(arguments.write, BEGIN, END, "\n".join(lines))


if __name__ == "__main__":
    main()
