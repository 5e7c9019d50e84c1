"""A platform under measurement, on a database of the benchmark's own."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import asyncpg

from benchmarks.processes import Part, parts_of
from tests.support.platform import RunningPlatform
from trunkline.store.embedded import EmbeddedPostgres

__all__ = ["Bench", "running"]

ROOT = Path(__file__).resolve().parents[1]


class Bench:
    """A platform on a database of the benchmark's own, so that its rows can be prepared."""

    def __init__(
        self, folder: Path, count: int, environment: Mapping[str, str] | None = None
    ) -> None:
        self.environment = dict(environment or {})  # of the platform
        self.folder = folder
        self.count = count
        self.server = EmbeddedPostgres(folder / "database")
        self.platform: RunningPlatform | None = None

    async def start(self) -> None:
        """Start the database and the platform."""
        url = await self.server.start()
        self.platform = RunningPlatform(
            self.folder / "data", environment={**self.environment, "TRUNKLINE_DATABASE_URL": url}
        )
        runtime = self.platform.start()
        self.base = runtime["base_url"]
        request = Request(
            f"{self.base}/trunkline/v1/credentials",
            headers={"Authorization": f"Bearer {runtime['control_token']}"},
        )
        with urlopen(request) as answer:
            self.account = json.load(answer)
        self.control_token = runtime["control_token"]
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

    def load(
        self,
        method: str,
        path: str,
        count: int,
        connections: int = 50,
        *,
        more: str = "",
        many: list[str] | None = None,
        rate: int | None = None,
        service: str | None = None,
    ) -> dict[str, Any]:
        """Requests from another process; its result. `more` is added to each form, or one of
        `many` after the other; `rate` is a second. By a `service`, without a sender."""
        account = self.account
        sender = f"From=%2B{account['numbers'][0][1:]}"
        if service is not None:
            sender = f"MessagingServiceSid={service}"
        return self._run(
            {
                "method": method,
                "path": f"/2010-04-01/Accounts/{account['account_sid']}/{path}",
                "authorization": self.basic,
                "count": count,
                "connections": connections,
                "rate": rate,
                "body": f"To=%2B1415556{{n}}&{sender}"
                f"&Body=Your+appointment+is+tomorrow+at+10%3A30.+Reply+C+to+confirm.+{{n}}{more}",
                "many": many,
            }
        )

    def load_phones(self, number: str, count: int, connections: int = 50) -> dict[str, Any]:
        """Messages from phones to one of our numbers, by the control API."""
        return self._run(
            {
                "method": "POST",
                "path": "/trunkline/v1/phones/+1415557{n}/messages",
                "authorization": f"Bearer {self.control_token}",
                "type": "application/json",
                "count": count,
                "connections": connections,
                "body": json.dumps({"to": number, "body": "Is my table ready? {n}"}),
            }
        )

    def load_calls(
        self, count: int, form: str, rate: int | None = None, connections: int = 20
    ) -> dict[str, Any]:
        """Calls to phones, from another process; its result."""
        account = self.account
        return self._run(
            {
                "method": "POST",
                "path": f"/2010-04-01/Accounts/{account['account_sid']}/Calls.json",
                "authorization": self.basic,
                "count": count,
                "connections": connections,
                "rate": rate,
                "body": f"To=%2B1415556{{n}}&From=%2B{account['numbers'][0][1:]}&{form}",
            }
        )

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One request to the control API."""
        request = Request(
            f"{self.base}/trunkline/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.control_token}",
                "Content-Type": "application/json",
            },
        )
        with urlopen(request) as answer:
            return json.load(answer)

    def api(self, method: str, path: str, form: dict[str, str] | None = None) -> Any:
        """One request to Twilio's API."""
        request = Request(
            f"{self.base}/2010-04-01/Accounts/{self.account['account_sid']}/{path}",
            method=method,
            data=None if form is None else urlencode(form).encode(),
            headers={"Authorization": self.basic},
        )
        with urlopen(request) as answer:
            return json.load(answer)

    def number_sid(self, number: str) -> str:
        """The SID of a number of ours."""
        found = self.api("GET", f"IncomingPhoneNumbers.json?PhoneNumber={quote(number)}")
        sid: str = found["incoming_phone_numbers"][0]["sid"]
        return sid

    async def quiet(self) -> None:
        """Wait until nothing is on its way any more."""
        while await self.database.fetchval(
            "SELECT EXISTS (SELECT FROM dispatch) OR EXISTS (SELECT FROM deliveries_due)"
        ):
            await asyncio.sleep(0.02)

    @property
    def basic(self) -> str:
        """The Authorization header of the account."""
        pair = f"{self.account['account_sid']}:{self.account['auth_token']}".encode()
        return "Basic " + base64.b64encode(pair).decode()

    def _run(self, job: dict[str, Any]) -> dict[str, Any]:
        host, port = self.base.removeprefix("http://").split(":")
        job |= {"host": host, "port": int(port)}
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
async def running(count: int, environment: Mapping[str, str] | None = None) -> AsyncIterator[Bench]:
    """A bench with nothing stored yet."""
    with tempfile.TemporaryDirectory(prefix="trunkline-bench-") as folder:
        bench = Bench(Path(folder), count, environment)
        await bench.start()
        try:
            yield bench
        finally:
            await bench.stop()
