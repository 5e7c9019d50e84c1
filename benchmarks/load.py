"""A load of HTTP requests from a process of its own, over keep-alive connections.

Run as `python -m benchmarks.load` with a JSON job on standard input; prints a JSON result. It
speaks just enough HTTP/1.1 to cost little beside what it measures.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from typing import Any, cast

NUMBER_OF_PHONES = 5000
FORM = "application/x-www-form-urlencoded"


class Connection(asyncio.Protocol):
    """One keep-alive connection: sends the next request when the answer before it is whole."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._buffer = bytearray()
        self._started = 0.0
        self._waiting = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class
        self._next()

    def data_received(self, data: bytes) -> None:
        """Collect an answer; note its status and how long it took."""
        self._buffer += data
        while True:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._buffer[:end]).lower()
            place = head.find(b"content-length:")
            length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            del self._buffer[: end + 4 + length]
            self._waiting = False
            self._job.note(int(head[9:12]), time.perf_counter() - self._started)
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """A connection that is lost before its answer ends the job: the count says so."""
        if self._waiting:
            self._job.note(0, 0.0)
            self._job.end()

    def _next(self) -> None:
        wait = self._job.wait()
        if wait > 0:  # a steady rate, not as fast as can be
            asyncio.get_running_loop().call_later(wait, self._send)
        else:
            self._send()

    def _send(self) -> None:
        assert self._transport is not None
        request = self._job.take()
        if request is None:
            self._transport.close()
            return
        self._waiting = True
        self._started = time.perf_counter()
        self._transport.write(request)


class Job:
    """What is to be sent, and what came back."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.spec = spec
        self.left = spec["count"]
        self.open = spec["count"]
        self.latencies: list[float] = []
        self.statuses: dict[int, int] = {}
        self.done = asyncio.Event()
        self._slot = 0.0
        head = f"{spec['method']} {{path}} HTTP/1.1\r\nHost: {spec['host']}:{spec['port']}\r\n"
        head += f"Authorization: {spec['authorization']}\r\n"
        self._requests = []
        for n in range(min(NUMBER_OF_PHONES, spec["count"])):
            many = spec.get("many") or [""]
            body = (spec["body"].replace("{n}", f"{n:04d}") + many[n % len(many)]).encode()
            text = head.format(path=spec["path"].replace("{n}", f"{n:04d}"))
            if spec["method"] == "POST":
                text += f"Content-Type: {spec.get('type', FORM)}\r\n"
                text += f"Content-Length: {len(body)}\r\n"
            else:
                body = b""
            self._requests.append(text.encode() + b"\r\n" + body)

    def wait(self) -> float:
        """Seconds until the next request is to be sent, at the rate that was asked for."""
        rate = self.spec.get("rate")
        if not rate:
            return 0.0
        now = time.perf_counter()
        self._slot = max(self._slot + 1 / rate, now - 0.1)
        return self._slot - now

    def take(self) -> bytes | None:
        """The next request, or None when all were sent."""
        if self.left == 0:
            return None
        self.left -= 1
        return self._requests[self.left % len(self._requests)]

    def note(self, status: int, seconds: float) -> None:
        """Count an answer."""
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.latencies.append(seconds)
        self.open -= 1
        if self.open == 0:
            self.end()

    def end(self) -> None:
        """Nothing more is waited for."""
        self.done.set()


def quantile(ordered: list[float], q: float) -> float:
    """The q-quantile of sorted seconds, in milliseconds."""
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * q))] * 1000, 2)


async def run(spec: dict[str, Any]) -> dict[str, Any]:
    """Carry out a job."""
    job = Job(spec)
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    for _ in range(min(spec["connections"], spec["count"])):
        await loop.create_connection(lambda: Connection(job), spec["host"], spec["port"])
    await job.done.wait()
    elapsed = time.perf_counter() - started
    ordered = sorted(job.latencies)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "count": spec["count"],
        "seconds": elapsed,
        "per_second": spec["count"] / elapsed,
        "p50": quantile(ordered, 0.50),
        "p95": quantile(ordered, 0.95),
        "p99": quantile(ordered, 0.99),
        "worst": round(ordered[-1] * 1000, 2),
        "statuses": job.statuses,
        "cpu": usage.ru_utime + usage.ru_stime,
    }


def main() -> None:
    """Read the job, run it, print the result."""
    import uvloop

    print(json.dumps(uvloop.run(run(json.load(sys.stdin)))))


if __name__ == "__main__":
    main()
