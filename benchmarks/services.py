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
from benchmarks.bulk import run_bulk, write_rows

__all__ = ["campaign_table", "make_service", "measure_campaign", "measure_services", "table"]

POOL = 20  # numbers of the service

PLAIN, NEW, KNOWN = "plain", "by a service, to new recipients", "by a service, to known ones"


def make_service(bench: Bench, numbers: int = POOL) -> str:
    """A service with numbers in its pool; its SID."""
    sid: str = _messaging(bench, "Services", {"FriendlyName": "benchmark"})["sid"]
    for n in range(numbers):
        number = bench.api("POST", "IncomingPhoneNumbers.json", {"PhoneNumber": f"+1628555{n:04d}"})
        _messaging(bench, f"Services/{sid}/PhoneNumbers", {"PhoneNumberSid": number["sid"]})
    return sid


async def measure_services(bench: Bench, rounds: int) -> list[dict[str, Any]]:
    """For each round a plain run and two by a service: to recipients that it has never written
    to, and to the same again, who are used to a sender."""
    service = make_service(bench)
    found = []
    for number in range(rounds + 1):
        runs = {PLAIN: await _run(bench, None)}
        # Nobody is used to a sender; what is remembered goes with a change of the service.
        await bench.database.execute("DELETE FROM sticky_senders")
        _messaging(bench, f"Services/{service}", {"FriendlyName": f"round {number}"})
        runs[NEW] = await _run(bench, service)
        runs[KNOWN] = await _run(bench, service)
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
    for name in (PLAIN, NEW, KNOWN):
        runs = [each[name] for each in found]
        cells = [median(run["end_to_end"] for run in runs)]
        cells += [median(run[part] for run in runs) for part in ("main", "postgres")]
        cost = median(each[name]["cost"] / each[PLAIN]["cost"] for each in found)
        shown = " | ".join(f"{cell:.0f}" for cell in cells)
        lines.append(f"| {name} | {shown} | {cost:.2f} |")
    return lines


async def measure_campaign(bench: Bench, rows: int) -> dict[str, Any]:
    """A file of so many recipients, sent by a service; until the last has its message."""
    service = make_service(bench)
    file = bench.folder / f"campaign-{rows}.csv"
    write_rows(file, rows)
    started = time.perf_counter()
    told = await asyncio.to_thread(run_bulk, bench, file, "--set", f"MessagingServiceSid={service}")
    await bench.quiet()
    elapsed = time.perf_counter() - started
    assert told["sent"] == rows
    peak = bench.parts()["main"].peak_mb
    print(f"{rows} rows by a service: {told['per_second']:.0f}/s accepted", flush=True)
    return {"rows": rows, **told, "delivered": rows / elapsed, "main_mb": peak}


def campaign_table(run: dict[str, Any]) -> list[str]:
    """The figures in Markdown."""
    return [
        "| recipients from CSV | accepted/s | delivered/s | MB, command | MB, platform |",
        "|---|---|---|---|---|",
        f"| {run['rows']:,} | {run['per_second']:.0f} | {run['delivered']:.0f} |"
        f" {run['peak_mb']:.0f} | {run['main_mb']:.0f} |",
    ]


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
    told = [
        f"{name}: {run['end_to_end']:.0f}/s, main {run['main']:.0f} µs, postgres "
        f"{run['postgres']:.0f} µs, cost {run['cost'] / runs[PLAIN]['cost']:.2f}"
        for name, run in runs.items()
    ]
    return "; ".join(told)
