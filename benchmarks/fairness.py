"""One customer's campaign, and another's one-time passwords beside it: how long those take from
the request to the phone."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import time
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from benchmarks.bench import Bench
from benchmarks.load import quantile
from benchmarks.waiting import fill_campaign

__all__ = ["measure_fairness", "table"]

EACH = 0.1  # seconds between passwords
NUMBER = "+16285559999"
PHONE = "+14155569999"

DELIVERED = """
SELECT 'SM' || encode(uuid_send(m.id), 'hex') AS sid, extract(epoch FROM e.real_time)::float AS at
FROM messages m JOIN message_events e ON e.subject_id = m.id AND e.kind = 'message.delivered'
WHERE m.account_id = $1 AND m.recipient = $2
"""


class Passwords:
    """The other customer: one message each tenth of a second, over one connection."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        made = make_account(bench)
        self.account_sid: str = made["sid"]
        pair = f"{made['sid']}:{made['auth_token']}"
        self._basic = "Basic " + base64.b64encode(pair.encode()).decode()
        self._connection = http.client.HTTPConnection(bench.base.removeprefix("http://"))
        self._post("IncomingPhoneNumbers.json", {"PhoneNumber": NUMBER})
        self.sent: dict[str, float] = {}
        self.errors = 0

    async def until(self, stop: asyncio.Event) -> None:
        """Send, until `stop`."""
        slot = time.perf_counter()
        while not stop.is_set():
            began = time.time()
            form = {"From": NUMBER, "To": PHONE, "Body": "Your code is 123456."}
            answer = await asyncio.to_thread(self._post, "Messages.json", form)
            if "sid" in answer:
                self.sent[answer["sid"]] = began
            else:
                self.errors += 1
            slot = max(slot + EACH, time.perf_counter())
            await asyncio.sleep(slot - time.perf_counter())

    async def delays(self) -> list[float]:
        """Seconds from the request to the phone, sorted, once all have come."""
        while True:
            rows = await self._bench.database.fetch(DELIVERED, self.account_sid[2:], PHONE)
            came = {row["sid"]: row["at"] for row in rows}
            if self.sent.keys() <= came.keys():
                return sorted(came[sid] - at for sid, at in self.sent.items())
            await asyncio.sleep(0.2)

    def _post(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        import json

        self._connection.request(
            "POST",
            f"/2010-04-01/Accounts/{self.account_sid}/{path}",
            urlencode(form),
            {
                "Authorization": self._basic,
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        found: dict[str, Any] = json.loads(self._connection.getresponse().read())
        return found


def make_account(bench: Bench) -> dict[str, Any]:
    """An account of another customer, in the same world."""
    request = Request(
        f"{bench.base}/2010-04-01/Accounts.json",
        data=urlencode({"FriendlyName": "passwords"}).encode(),
        headers={"Authorization": bench.basic},
    )
    with urlopen(request) as answer:
        made: dict[str, Any] = json.load(answer)
    return made


async def measure_fairness(bench: Bench, waiting: int, created: int) -> list[dict[str, Any]]:
    """The passwords alone; beside a campaign of `waiting` messages in the queue; and beside one of
    `created` that comes in by the API as fast as can be."""
    passwords = Passwords(bench)
    found = []

    async def beside(name: str, campaign: Any) -> None:
        stop = asyncio.Event()
        passwords.sent.clear()
        task = asyncio.create_task(passwords.until(stop))
        await campaign()
        stop.set()
        await task
        delays = await passwords.delays()
        found.append(
            {
                "name": name,
                "count": len(delays),
                "p50": quantile(delays, 0.5),
                "p95": quantile(delays, 0.95),
                "worst": round(delays[-1] * 1000, 2),
                "errors": passwords.errors,
                "peak": bench.parts()["main"].peak_mb,
            }
        )
        print(found[-1], flush=True)

    async def created_by_api() -> None:
        await asyncio.to_thread(bench.load, "POST", "Messages.json", created)

    async def from_the_queue() -> None:
        await fill_campaign(bench, waiting)
        await bench.quiet()

    await beside("alone", lambda: asyncio.sleep(10))
    await beside(f"beside {created:,} that come in", created_by_api)
    await bench.quiet()
    await beside(f"beside {waiting:,} that wait", from_the_queue)
    return found


def table(found: list[dict[str, Any]]) -> list[str]:
    """The figures in Markdown."""
    lines = ["| a password each 100 ms | sent | p50 ms | p95 ms | worst ms | main MB |"]
    lines.append("|---|---|---|---|---|---|")
    lines += [
        f"| {each['name']} | {each['count']} | {each['p50']} | {each['p95']} | {each['worst']} |"
        f" {each['peak']:.0f} |"
        for each in found
    ]
    return lines
