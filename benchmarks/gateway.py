"""`make bench-gateway`: what the gateway adds to a request to a provider, how many it passes on,
and how long its search for actions takes.

The provider is a process of its own on this machine. Direct requests and those by the gateway come
from the same load, in turns.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

from benchmarks import gateway_search
from benchmarks.bench import Bench, running
from benchmarks.report import between_marks
from benchmarks.webhooks import App, app_of

BEGIN = "<!-- gateway: begin -->"
END = "<!-- gateway: end -->"

ACCOUNT = "AC" + "0" * 32
TOKEN = "0" * 32
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
# 5,000 different ones: an equal one is not sent while the first is under way.
BODY = "To=%2B1415556{n}&From=%2B14155550100&Body=Your+appointment+is+tomorrow+at+10%3A30.+{n}"
READ, SEND, MEMBRANE = "read (GET)", "send (POST)", "read, Membrane's face"
DIRECT = "direct"
MANY = 50  # connections at once


@dataclass(frozen=True)
class Way:
    """One kind of request by the gateway."""

    method: str
    path: str


class Gateway:
    """A platform whose api.twilio.com is the provider, with a key and a connection."""

    def __init__(self, bench: Bench, provider: App) -> None:
        self._bench = bench
        self._provider = provider
        self.key = bench.control("POST", "/gateway/keys", {"name": "benchmark"})["api_key"]
        self.connection = self._connect()
        raw = f"/membrane/connections/{self.connection}/proxy{MESSAGES}"
        self.ways = {
            READ: Way("GET", f"/maton/twilio{MESSAGES}"),
            SEND: Way("POST", f"/maton/twilio{MESSAGES}"),
            MEMBRANE: Way("GET", raw),
        }

    def ask(self, name: str, count: int, connections: int) -> dict[str, Any]:
        """So many requests by the gateway; what they cost each part besides."""
        way = self.ways[name]
        before = self._bench.parts()
        self._provider.ask("report")
        found = self._bench._run(self._job(way.method, way.path, count, connections))
        after = self._bench.parts()
        seen = self._provider.ask("report")
        assert seen["count"] == count, seen
        cpu = {part: (after[part].cpu - before[part].cpu) / count * 1e6 for part in after}
        return {**found, "parts": cpu}

    def ask_directly(self, method: str, count: int, connections: int) -> dict[str, Any]:
        """The same requests to the provider itself."""
        base, self._bench.base = self._bench.base, f"http://127.0.0.1:{self._provider.port}"
        try:
            return self._bench._run(self._job(method, MESSAGES, count, connections))
        finally:
            self._bench.base = base

    def _job(self, method: str, path: str, count: int, connections: int) -> dict[str, Any]:
        return {
            "method": method,
            "path": path,
            "authorization": f"Bearer {self.key}",
            "count": count,
            "connections": connections,
            "body": BODY,
        }

    def _connect(self) -> str:
        """Connect the provider as a person would: by the hosted page."""
        made = self._call("POST", "/maton/connections", {"app": "twilio", "method": "BASIC"})
        made = made["connection"]
        [token] = parse_qs(urlsplit(made["url"]).query)["session_token"]
        form = {
            "session_token": token,
            "method": "auth_token",
            "field.account_sid": ACCOUNT,
            "field.auth_token": TOKEN,
        }
        with urlopen(made["url"]) as answer:  # the page knows what its fields are called
            names = re.findall(r'name="([^"]+)"', answer.read().decode())
        for field in ("account_sid", "auth_token"):
            named = next(name for name in names if name.endswith(field))
            form[named] = form.pop(f"field.{field}")
        page = urlsplit(made["url"])
        request = Request(
            f"{self._bench.base}{page.path}",
            data=urlencode(form).encode(),
            headers={"Origin": f"{page.scheme}://{page.netloc}"},
        )
        with urlopen(request) as answer:
            answer.read()
        connection: str = made["connection_id"]
        now = self._call("GET", f"/maton/connections/{connection}")["connection"]
        assert now["status"] == "ACTIVE", now
        return connection

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        request = Request(
            f"{self._bench.base}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
        )
        with urlopen(request) as answer:
            return json.load(answer)


def measure_requests(gateway: Gateway, count: int, rounds: int) -> dict[str, dict[str, Any]]:
    """For each kind of request: medians of the rounds, the first of which is a warm-up."""
    found: dict[str, dict[str, Any]] = {}
    few = max(count // 10, 200)
    for name, way in gateway.ways.items():
        runs: list[dict[str, Any]] = []
        for number in range(rounds + 1):
            direct = gateway.ask_directly(way.method, few, 1)
            alone = gateway.ask(name, few, 1)
            many = gateway.ask(name, count, MANY)
            statuses = {*direct["statuses"], *alone["statuses"], *many["statuses"]}
            assert statuses == {"201" if way.method == "POST" else "200"}, statuses
            run = {
                "direct": direct["p50"],
                "p50": alone["p50"],
                "p95": alone["p95"],
                "overhead": alone["p50"] - direct["p50"],
                "per_second": many["per_second"],
                "many_p50": many["p50"],
                "many_p95": many["p95"],
                **{f"{part} µs": many["parts"][part] for part in ("main", "postgres")},
            }
            told = ", ".join(f"{key} {value:.2f}" for key, value in run.items())
            print(f"{name} {number}: {told}", flush=True)
            if number:
                runs.append(run)
        found[name] = {key: median(run[key] for run in runs) for key in runs[0]}
    return found


def table(found: dict[str, dict[str, Any]]) -> list[str]:
    """The figures in Markdown."""
    lines = [
        "| | direct p50 ms | p50 ms | p95 ms | **overhead p50 ms** | requests/s | p50 ms | p95 ms"
        " | main µs | postgres µs |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, run in found.items():
        times = [f"{run[key]:.2f}" for key in ("direct", "p50", "p95", "overhead")]
        many = [f"{run['per_second']:.0f}", f"{run['many_p50']:.1f}", f"{run['many_p95']:.1f}"]
        cpu = [f"{run[key]:.0f}" for key in ("main µs", "postgres µs")]
        lines.append(f"| {name} | {' | '.join([*times, *many, *cpu])} |")
    return lines


async def measure(count: int, rounds: int) -> list[str]:
    """All tables."""
    with app_of("benchmarks.gateway_provider", {"host": "127.0.0.1"}) as provider:
        there = f"https://api.twilio.com=http://127.0.0.1:{provider.port}"
        async with running(count, {"TRUNKLINE_MAP": there}) as bench:
            gateway = await asyncio.to_thread(Gateway, bench, provider)
            found = await asyncio.to_thread(measure_requests, gateway, count, rounds)
    return [*table(found), "", *gateway_search.table(gateway_search.measure_search())]


def main() -> None:
    """Parse the arguments, measure, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gateway", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="requests in a run")
    parser.add_argument("--rounds", type=int, default=3, help="counted runs")
    parser.add_argument("--write", type=Path, help="Markdown file to write")
    arguments = parser.parse_args()
    lines = asyncio.run(measure(arguments.count, arguments.rounds))
    print("\n".join(lines))
    if arguments.write is not None:
        between_marks(arguments.write, BEGIN, END, "\n".join(lines))


if __name__ == "__main__":
    main()
