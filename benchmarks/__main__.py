"""`make bench`: start a platform as users do, load it from another process, write the figures.

Logging, events and fsync are on; the limits mode is `off` (no sender rates).
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import platform as machine
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import asyncpg

from benchmarks.figures import Figures
from benchmarks.processes import Part, parts_of
from benchmarks.report import write_report
from tests.support.platform import RunningPlatform
from trunkline.store.embedded import EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[1]


class Bench:
    """A platform on a database of the benchmark's own, so that its rows can be prepared."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder = folder
        self.count = count
        self.server = EmbeddedPostgres(folder / "database")
        self.platform: RunningPlatform | None = None

    async def start(self) -> None:
        """Start the database and the platform."""
        url = await self.server.start()
        self.platform = RunningPlatform(
            self.folder / "data", environment={"TRUNKLINE_DATABASE_URL": url}
        )
        runtime = self.platform.start()
        self.base = runtime["base_url"]
        request = Request(
            f"{self.base}/trunkline/v1/credentials",
            headers={"Authorization": f"Bearer {runtime['control_token']}"},
        )
        with urlopen(request) as answer:
            self.account = json.load(answer)
        self.database = await asyncpg.connect(url)

    async def stop(self) -> None:
        """Stop both."""
        await self.database.close()
        assert self.platform is not None
        self.platform.stop()
        await self.server.stop()

    def parts(self) -> dict[str, Part]:
        """CPU and memory now."""
        assert self.platform is not None
        assert self.platform.process is not None
        return parts_of(self.platform.process.pid, self.server.pid)

    def load(self, method: str, path: str, count: int, connections: int = 50) -> dict[str, Any]:
        """Requests from another process; its result."""
        account = self.account
        pair = f"{account['account_sid']}:{account['auth_token']}".encode()
        host, port = self.base.removeprefix("http://").split(":")
        job = {
            "method": method,
            "host": host,
            "port": int(port),
            "path": f"/2010-04-01/Accounts/{account['account_sid']}/{path}",
            "authorization": "Basic " + base64.b64encode(pair).decode(),
            "count": count,
            "connections": connections,
            "body": f"To=%2B1415556{{n}}&From=%2B{account['numbers'][0][1:]}"
            "&Body=Your+appointment+is+tomorrow+at+10%3A30.+Reply+C+to+confirm.+{n}",
        }
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.load"],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    async def messages(self, name: str) -> dict[str, Any]:
        """Accept `count` messages and wait until the last is delivered."""
        before = self.parts()
        started = time.perf_counter()
        accepted = await asyncio.to_thread(self.load, "POST", "Messages.json", self.count)
        started = time.perf_counter() - accepted["seconds"]  # the start of the process is no load
        while await self.database.fetchval("SELECT count(*) FROM dispatch"):
            await asyncio.sleep(0.02)
        elapsed = time.perf_counter() - started
        after = self.parts()
        cpu = {p: (after[p].cpu - before[p].cpu) / self.count * 1e6 for p in after}
        cpu["load"] = accepted["cpu"] / self.count * 1e6
        delivered = await self.database.fetchval(
            "SELECT count(*) FROM messages WHERE status = 'delivered'"
        )
        return {
            **accepted,
            "name": name,
            "delivered": delivered,
            "end_to_end": self.count / elapsed,
            "cpu": cpu,
        }

    async def fill(self, total: int) -> None:
        """Store messages until there are `total`, as delivered ones look, spread over days."""
        have = await self.database.fetchval("SELECT count(*) FROM messages")
        await self.database.execute(FILL_MESSAGES, total - have, self.account["account_sid"][2:])
        await self.database.execute(FILL_CONTENT)
        await self.database.execute(FILL_EVENTS)
        await self.database.execute("VACUUM ANALYZE")

    async def with_stored(self, total: int) -> dict[str, Any]:
        """Create, first page and fetch with `total` messages stored."""
        await self.fill(total)
        sid = await self.database.fetchval(
            "SELECT 'SM' || replace(id::text, '-', '') FROM messages OFFSET $1 LIMIT 1",
            total // 2,
        )
        count = max(self.count // 4, 500)
        create = await asyncio.to_thread(self.load, "POST", "Messages.json", count)
        while await self.database.fetchval("SELECT count(*) FROM dispatch"):
            await asyncio.sleep(0.02)
        page = await asyncio.to_thread(
            self.load, "GET", "Messages.json?PageSize=50", count // 4, 10
        )
        fetch = await asyncio.to_thread(self.load, "GET", f"Messages/{sid}.json", count, 10)
        return {"stored": total, "create": create, "page": page, "fetch": fetch}


FILL_MESSAGES = """
INSERT INTO messages (id, account_id, world_id, mms, direction, status, sender, recipient,
    num_segments, num_media, carrier, event_seq, created_at, updated_at, sent_at, handset_at)
SELECT encode(substring(int8send(
           (extract(epoch FROM m) * 1000)::bigint) FROM 3) || uuid_send(gen_random_uuid()),
       'hex')::varchar(32)::uuid,
       $2, (SELECT id FROM worlds LIMIT 1), false, 'outbound-api', 'delivered', '+14155550100',
       '+1415556' || lpad((n % 5000)::text, 4, '0'), 1, 0, 'virtual', 4, m, m, m, m
FROM generate_series(1, $1::int) n, LATERAL (
    SELECT now() - (n % 10000) * interval '40 seconds' AS m) t
"""
FILL_CONTENT = """
INSERT INTO message_content (message_id, part, body)
SELECT id, 0, 'Your appointment is tomorrow at 10:30. Reply C to confirm.' FROM messages m
WHERE NOT EXISTS (SELECT FROM message_content c WHERE c.message_id = m.id)
"""
FILL_EVENTS = """
INSERT INTO message_events (subject_id, seq, account_id, kind, world_time, real_time)
SELECT id, s, account_id, 'message.delivered', created_at, created_at
FROM messages m, generate_series(1, 4) s
WHERE NOT EXISTS (SELECT FROM message_events e WHERE e.subject_id = m.id)
"""


@asynccontextmanager
async def running(count: int) -> AsyncIterator[Bench]:
    """A bench with nothing stored yet."""
    with tempfile.TemporaryDirectory(prefix="trunkline-bench-") as folder:
        bench = Bench(Path(folder), count)
        await bench.start()
        try:
            yield bench
        finally:
            await bench.stop()


async def measure(count: int, sizes: list[int], rounds: int) -> Figures:
    """All figures, from one platform that is started for them."""
    figures = Figures(
        machine=f"{os.cpu_count()} cores, {machine.system()} {machine.machine()}, "
        f"Python {machine.python_version()}",
        date=f"{datetime.now(UTC):%Y-%m-%d}",
    )
    async with running(count) as bench:
        figures.rest = bench.parts()
        for number in range(rounds + 1):
            run = await bench.messages("warm-up" if number == 0 else f"run {number}")
            print(_line(run), flush=True)
            if number:
                figures.runs.append(run)
        figures.peak = bench.parts()
    async with running(count) as bench:
        for size in sizes:
            stored = await bench.with_stored(size)
            figures.stored.append(stored)
            for kind in ("create", "page", "fetch"):
                print(f"{size} stored, {kind}: {_short(stored[kind])}", flush=True)
    return figures


def _line(run: dict[str, Any]) -> str:
    cpu = ", ".join(f"{name} {value:.0f}" for name, value in run["cpu"].items())
    return f"{run['name']}: {_short(run)}; end to end {run['end_to_end']:.0f}/s; CPU µs: {cpu}"


def _short(result: dict[str, Any]) -> str:
    return (
        f"{result['per_second']:.0f}/s p50 {result['p50']} p95 {result['p95']} "
        f"p99 {result['p99']} ms {result['statuses']}"
    )


def main() -> None:
    """Parse the arguments, measure, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="messages in a run")
    parser.add_argument("--rounds", type=int, default=5, help="counted runs")
    parser.add_argument("--stored", type=int, nargs="*", default=[10**4, 10**5, 10**6])
    parser.add_argument("--write", type=Path, help="Markdown file to write")
    arguments = parser.parse_args()
    figures = asyncio.run(measure(arguments.count, arguments.stored, arguments.rounds))
    if arguments.write is not None:
        write_report(figures, arguments.write)


if __name__ == "__main__":
    main()
