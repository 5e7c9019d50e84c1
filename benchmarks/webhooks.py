"""Callbacks and TwiML replies: how many, how soon, and beside a thousand dead apps."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from urllib.parse import quote

from benchmarks.bench import ROOT, Bench
from benchmarks.load import quantile

__all__ = ["App", "app_of", "measure_callbacks", "measure_dead_apps", "measure_replies"]

DEAD_APPS = 1000
STEADY = 600  # messages a second for the figures of delay: about half of what it can do
HEALTHY = 200  # messages a second of the healthy app beside the dead ones

MADE = """
SELECT token::text AS token, data->>'status' AS told, extract(epoch FROM real_time)::float AS made
FROM deliveries WHERE real_time > $1::timestamptz AND url LIKE $2
"""


class App:
    """A receiver process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdout is not None
        self.port = int(process.stdout.readline())
        self.arrivals: dict[str, float] = {}

    def keep_arrivals(self) -> None:
        """Keep when each request came, by its token."""
        self.arrivals = self.ask("arrivals")

    def ask(self, question: str) -> Any:
        """`report` or `count`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(question + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def app(answer: str, host: str = "127.0.0.1") -> AbstractContextManager[App]:
    """A customer's app that answers `nothing`, with a `reply`, or `never`."""
    return app_of("benchmarks.receiver", {"answer": answer, "host": host})


@contextmanager
def app_of(module: str, job: dict[str, Any]) -> Iterator[App]:
    """A customer's app that a module runs, in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(job) + "\n")
    process.stdin.flush()
    try:
        yield App(process)
    finally:
        process.stdin.close()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()


async def measure_callbacks(bench: Bench, rounds: int) -> list[dict[str, Any]]:
    """Messages with two callbacks each, as fast as can be; then the delay at a steady rate."""
    runs = []
    with app("nothing") as receiver:
        body = f"&StatusCallback={quote(f'http://127.0.0.1:{receiver.port}/status', safe='')}"
        count = bench.count // 2
        for number in range(rounds + 1):
            run = await _callbacks(bench, receiver, body, count)
            run["yardstick"] = await asyncio.to_thread(yardstick, receiver.port)
            print(
                f"callbacks {number}: {_short(run)}; aiohttp alone {run['yardstick']:.0f}/s",
                flush=True,
            )
            if number:
                runs.append(run)
        started = await bench.database.fetchval("SELECT clock_timestamp()")
        steady = await _callbacks(bench, receiver, body, STEADY * 10, rate=STEADY)
        steady["delays"] = await _delays(bench, receiver, started, "%/status")
        print(f"callbacks at {STEADY}/s: {_short(steady)} {steady['delays']}", flush=True)
    return [*runs, steady]


def yardstick(port: int) -> float:
    """POSTs a second of the HTTP client alone, to the same app."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.yardstick", str(port)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return float(done.stdout)


async def _callbacks(
    bench: Bench, receiver: App, body: str, count: int, rate: int | None = None
) -> dict[str, Any]:
    before = bench.parts()
    receiver.ask("report")
    started = time.time()
    accepted = await asyncio.to_thread(
        bench.load, "POST", "Messages.json", count, more=body, rate=rate
    )
    await _until(lambda: receiver.ask("count") >= 2 * count)
    receiver.keep_arrivals()
    seen = receiver.ask("report")
    await bench.quiet()
    return _run(bench, before, accepted, seen, count, seen["last"] - started)


async def measure_replies(bench: Bench, rounds: int) -> list[dict[str, Any]]:
    """Messages from phones that the app answers with TwiML, until the last reply is delivered."""
    runs = []
    with app("reply") as receiver:
        number = bench.account["numbers"][0]
        bench.api(
            "POST",
            f"IncomingPhoneNumbers/{bench.number_sid(number)}.json",
            {"SmsUrl": f"http://127.0.0.1:{receiver.port}/sms"},
        )
        count = bench.count // 2
        for turn in range(rounds + 1):
            before = bench.parts()
            receiver.ask("report")
            started = time.time()
            accepted = await asyncio.to_thread(bench.load_phones, number, count)
            await _until(lambda: receiver.ask("count") >= count)
            await bench.quiet()
            elapsed = time.time() - started
            run = _run(bench, before, accepted, receiver.ask("report"), count, elapsed)
            run["replies"] = await bench.database.fetchval(
                "SELECT count(*) FROM messages"
                " WHERE direction = 'outbound-reply' AND status = 'delivered'"
            )
            print(f"replies {turn}: {_short(run)} replies {run['replies']}", flush=True)
            if turn:
                runs.append(run)
    return runs


async def measure_dead_apps(bench: Bench) -> dict[str, Any]:
    """The callbacks of a healthy app alone, and beside a thousand apps that never answer."""
    with app("nothing") as healthy, app("never", "0.0.0.0") as dead:
        url = quote(f"http://127.0.0.1:{healthy.port}/healthy", safe="")
        body = f"&StatusCallback={url}"
        alone = await _beside(bench, healthy, body)
        # Every address of 127/8 is this machine: a host of its own for each dead app.
        bodies = [
            f"&StatusCallback=http%3A%2F%2F127.1.{n // 250}.{n % 250 + 1}%3A{dead.port}%2Fdead"
            for n in range(DEAD_APPS)
        ]
        await asyncio.to_thread(bench.load, "POST", "Messages.json", 4 * DEAD_APPS, many=bodies)
        beside = await _beside(bench, healthy, body)
        waiting = await bench.database.fetchval("SELECT count(*) FROM deliveries_due")
    print(f"dead apps: alone {alone}, beside {beside}, {waiting} still wait", flush=True)
    return {"apps": DEAD_APPS, "alone": alone, "beside": beside, "waiting": waiting}


async def _beside(bench: Bench, healthy: App, body: str) -> dict[str, Any]:
    started = await bench.database.fetchval("SELECT clock_timestamp()")
    healthy.ask("report")
    count = HEALTHY * 10
    await asyncio.to_thread(bench.load, "POST", "Messages.json", count, more=body, rate=HEALTHY)
    await _until(lambda: healthy.ask("count") >= 2 * count)
    healthy.keep_arrivals()
    await _until_async(
        bench, "SELECT NOT EXISTS (SELECT FROM deliveries_due WHERE url LIKE '%/healthy')"
    )
    return await _delays(bench, healthy, started, "%/healthy")


async def _delays(bench: Bench, receiver: App, started: Any, pattern: str) -> dict[str, Any]:
    """From the moment that a transition is made, before its commit, to when the app has its
    request: more than from the commit to the wire. p50, p95 and p99 in milliseconds."""
    delays: dict[str, list[float]] = {}
    for row in await bench.database.fetch(MADE, started, pattern):
        if (arrived := receiver.arrivals.get(row["token"])) is not None:
            delays.setdefault(row["told"], []).append(arrived - row["made"])
    return {
        told: {"count": len(found), "ms": [quantile(sorted(found), q) for q in (0.5, 0.95, 0.99)]}
        for told, found in sorted(delays.items(), reverse=True)
    }


def _run(
    bench: Bench,
    before: dict[str, Any],
    accepted: dict[str, Any],
    seen: dict[str, Any],
    count: int,
    elapsed: float,
) -> dict[str, Any]:
    after = bench.parts()
    cpu = {part: (after[part].cpu - before[part].cpu) / count * 1e6 for part in after}
    cpu["load"] = accepted["cpu"] / count * 1e6
    cpu["app"] = seen["cpu"] / count * 1e6
    return {
        **accepted,
        "end_to_end": count / elapsed,
        "received": seen["count"],
        "disorder": seen["disorder"],
        "cpu": cpu,
    }


async def _until(condition: Any) -> None:
    while not condition():
        await asyncio.sleep(0.02)


async def _until_async(bench: Bench, query: str) -> None:
    while not await bench.database.fetchval(query):
        await asyncio.sleep(0.05)


def _short(run: dict[str, Any]) -> str:
    cpu = ", ".join(f"{name} {value:.0f}" for name, value in run["cpu"].items())
    return (
        f"accepted {run['per_second']:.0f}/s p95 {run['p95']} ms {run['statuses']};"
        f" end to end {run['end_to_end']:.0f}/s; received {run['received']},"
        f" out of order {run['disorder']}; CPU µs: {cpu}"
    )
