"""A million scheduled messages: what they cost while they wait, how fast the due ones go out
beside them, how long the queries take that read the queue, and a clock that is moved over some."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import datetime
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.bench import Bench
from benchmarks.services import make_service
from benchmarks.waiting import fill_schedule
from trunkline.messaging.dispatch import queries
from trunkline.messaging.dispatch.memory import REFILL

__all__ = ["measure_schedule", "table"]

REST = 10.0  # seconds over which the CPU at rest is measured
AHEAD = 15  # seconds from the filling until the due ones are due

LEFT = "SELECT EXISTS (SELECT FROM dispatch WHERE owner = $1 AND world_id = $2 AND due_at <= $3)"


async def measure_schedule(bench: Bench, pending: int, due: int, moved: int) -> dict[str, Any]:
    """`pending` wait for days; `due` of the same service are due at one instant; the clock is moved
    over `moved` that are due in an hour's seconds."""
    service = make_service(bench)
    await fill_schedule(bench, pending, service, "2 days", "34 days")
    await bench.database.execute("VACUUM ANALYZE", timeout=600)
    owner = await bench.database.fetchval("SELECT id FROM nodes ORDER BY lease_until DESC LIMIT 1")
    world = await bench.database.fetchval("SELECT id FROM worlds LIMIT 1")
    rest = await _rest(bench)
    reads = await _reads(bench, owner, world, service)
    seconds, cpu, peak = await _release(bench, owner, world, service, due)
    found = {
        "pending": pending,
        "rest": rest,
        "reads": reads,
        "due": due,
        "released": due / seconds,
        "cpu": cpu,
        "peak": peak,
        "moved": moved,
        "advanced": moved / await _advance(bench, service, moved),
    }
    print(found, flush=True)
    return found


def table(found: dict[str, Any]) -> list[str]:
    """The figures in Markdown."""
    rest = ", ".join(f"{name} {share:.1f} %" for name, share in found["rest"].items())
    reads = ", ".join(f"{name} {ms:.2f} ms" for name, ms in found["reads"].items())
    cpu = ", ".join(f"{name} {each:.0f} µs" for name, each in found["cpu"].items())
    return [
        f"| {found['pending']:,} scheduled messages wait | |",
        "|---|---|",
        f"| CPU of a core while nothing is due | {rest} |",
        f"| reading the queue | {reads} |",
        f"| {found['due']:,} due at one instant | {found['released']:.0f}/s, a message: {cpu} |",
        f"| main process at its peak | {found['peak']:.0f} MB |",
        f"| `clock advance` over {found['moved']:,} of an hour | {found['advanced']:.0f}/s |",
    ]


async def _rest(bench: Bench) -> dict[str, float]:
    await asyncio.sleep(5)
    before = bench.parts()
    await asyncio.sleep(REST)
    after = bench.parts()
    return {
        name: (after[name].cpu - before[name].cpu) / REST * 100 for name in ("main", "postgres")
    }


async def _reads(bench: Bench, owner: Any, world: Any, service: str) -> dict[str, float]:
    """How long each query takes by itself; that it reads no table from end to end."""
    account = bench.account["account_sid"][2:]
    moment = await bench.database.fetchval("SELECT now() + interval '35 days'")
    load = (owner, world, [account], [service[2:]], moment, ["virtual"], [])
    asked: dict[str, tuple[str, tuple[Any, ...]]] = {
        "lines": (queries.LINES, (owner, moment)),
        "next": (queries.NEXT_DUE, (owner, datetime.fromtimestamp(0).astimezone(), world)),
        f"{REFILL} rows of a line": (queries.load_lines(REFILL), load),
        "claims": (queries.CLAIMED, (owner,)),
    }
    found = {}
    for name, (query, arguments) in asked.items():
        for _ in range(2):  # the first fills the caches
            rows = await bench.database.fetchval(
                f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", *arguments
            )
        for scanned in ("dispatch", "messages"):
            assert f'"Seq Scan", "Relation Name": "{scanned}' not in " ".join(rows.split()), rows
        found[name] = json.loads(rows)[0]["Execution Time"]
    return found


async def _release(
    bench: Bench, owner: Any, world: Any, service: str, due: int
) -> tuple[float, dict[str, float], float]:
    ahead = AHEAD + due // 20_000
    moment = await bench.database.fetchval(f"SELECT now() + interval '{ahead} seconds'")
    left = f"{ahead} seconds"
    await fill_schedule(bench, due, service, left, left)
    latest = await bench.database.fetchval("SELECT now()")
    assert latest < moment, "filled too late"
    # The filling took its time: the rows are due so long after its own beginning.
    moment = await bench.database.fetchval(
        "SELECT max(due_at) FROM dispatch WHERE due_at < now() + interval '1 day'"
    )
    await asyncio.sleep((moment - latest).total_seconds())
    before, started = bench.parts(), time.perf_counter()
    while await bench.database.fetchval(LEFT, owner, world, moment):
        await asyncio.sleep(0.1)
    seconds, after = time.perf_counter() - started, bench.parts()
    delivered = await bench.database.fetchval(
        "SELECT count(*) FROM messages WHERE status = 'delivered'"
    )
    assert delivered == due, f"{delivered} of {due} were delivered"
    cpu = {p: (after[p].cpu - before[p].cpu) / due * 1e6 for p in ("main", "postgres")}
    return seconds, cpu, after["main"].peak_mb


async def _advance(bench: Bench, service: str, moved: int) -> float:
    await fill_schedule(bench, moved, service, "2 hours", "3 hours")
    # As people schedule them: by whole seconds.
    await bench.database.execute(
        "UPDATE dispatch SET due_at = date_trunc('second', due_at)"
        " WHERE due_at < now() + interval '1 day'",
        timeout=600,
    )
    started = time.perf_counter()
    await asyncio.to_thread(_move_clock, bench, 4 * 3600)
    seconds = time.perf_counter() - started
    waiting = await bench.database.fetchval(
        "SELECT count(*) FROM dispatch WHERE due_at < now() + interval '1 day'"
    )
    assert not waiting, waiting
    return seconds


def _move_clock(bench: Bench, by: float) -> None:
    request = Request(
        f"{bench.base}/trunkline/v1/clock/advance",
        method="POST",
        data=json.dumps({"by": by}).encode(),
        headers={
            "Authorization": f"Bearer {bench.control_token}",
            "Content-Type": "application/json",
        },
    )
    with urlopen(request, timeout=3600) as answer:
        answer.read()
