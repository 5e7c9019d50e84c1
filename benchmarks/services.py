"""What a message by a messaging service costs beside a plain one, in turns on one platform."""

from __future__ import annotations

import asyncio
import json
import time
from statistics import median
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from benchmarks.bench import Bench

__all__ = ["make_service", "measure_services", "table"]

POOL = 20  # numbers of the service

PLAIN, SERVICE = "plain", "by a service"


def make_service(bench: Bench, numbers: int = POOL) -> str:
    """A service with numbers in its pool; its SID."""
    sid: str = _messaging(bench, "Services", {"FriendlyName": "benchmark"})["sid"]
    for n in range(numbers):
        number = bench.api("POST", "IncomingPhoneNumbers.json", {"PhoneNumber": f"+1628555{n:04d}"})
        _messaging(bench, f"Services/{sid}/PhoneNumbers", {"PhoneNumberSid": number["sid"]})
    return sid


async def measure_services(bench: Bench, rounds: int) -> list[dict[str, Any]]:
    """For each round a plain run and two by a service: to recipients it has never written to,
    and to ones that are used to a sender."""
    service = make_service(bench)
    found = []
    for number in range(rounds + 1):
        runs = {
            PLAIN: await _run(bench, None),
            SERVICE: await _run(bench, service),
        }
        if number:  # the first is a warm-up
            found.append(runs)
            print(_line(runs), flush=True)
    return found


def table(found: list[dict[str, Any]]) -> list[str]:
    """The figures in Markdown."""
    lines = [
        "| | end to end/s | main µs | postgres µs | cost beside plain |",
        "|---|---|---|---|---|",
    ]
    for name in (PLAIN, SERVICE):
        runs = [each[name] for each in found]
        cells = [median(run["end_to_end"] for run in runs)]
        cells += [median(run[part] for run in runs) for part in ("main", "postgres")]
        cost = median(each[name]["cost"] / each[PLAIN]["cost"] for each in found)
        shown = " | ".join(f"{cell:.0f}" for cell in cells)
        lines.append(f"| {name} | {shown} | {cost:.2f} |")
    return lines


async def _run(bench: Bench, service: str | None) -> dict[str, Any]:
    before = bench.parts()
    accepted = await asyncio.to_thread(
        bench.load, "POST", "Messages.json", bench.count, service=service
    )
    started = time.perf_counter() - accepted["seconds"]
    await bench.quiet()
    elapsed = time.perf_counter() - started
    after = bench.parts()
    cpu = {
        part: (after[part].cpu - before[part].cpu) / bench.count * 1e6
        for part in ("main", "postgres")
    }
    assert set(accepted["statuses"]) == {"201"}, accepted["statuses"]
    return {**cpu, "cost": sum(cpu.values()), "end_to_end": bench.count / elapsed}


def _messaging(bench: Bench, path: str, form: dict[str, str]) -> Any:
    request = Request(
        f"{bench.base}/messaging/v1/{path}",
        method="POST",
        data=urlencode(form).encode(),
        headers={"Authorization": bench.basic},
    )
    with urlopen(request) as answer:
        return json.load(answer)


def _line(runs: dict[str, Any]) -> str:
    return (
        "; ".join(
            f"{name}: {run['end_to_end']:.0f}/s, main {run['main']:.0f} µs, postgres "
            f"{run['postgres']:.0f} µs"
            for name, run in runs.items()
        )
        + f"; cost {runs[SERVICE]['cost'] / runs[PLAIN]['cost']:.2f}"
    )
