"""A provider for the benchmarks of the gateway, in a process of its own: answers every request with
a message as Twilio would, as cheaply as it can.

Run as `python -m benchmarks.gateway_provider` with a JSON job on standard input. Prints its port;
answers `report` on standard input with how many requests came and what they cost, as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

from benchmarks.receiver import serve

MESSAGE = {
    "sid": "SM" + "0" * 32,
    "account_sid": "AC" + "0" * 32,
    "friendly_name": "Benchmark",
    "status": "queued",
    "body": "Your appointment is tomorrow at 10:30. Reply C to confirm.",
    "to": "+14155560000",
    "from": "+14155550100",
    "price": None,
    "uri": "/2010-04-01/Accounts/AC" + "0" * 32 + "/Messages/SM" + "0" * 32 + ".json",
    "subresource_uris": {"media": "/2010-04-01/Accounts/AC" + "0" * 32 + "/Media.json"},
}
BODY = json.dumps(MESSAGE).encode()
ANSWER = (
    b"HTTP/1.1 %s\r\nContent-Type: application/json; charset=utf-8\r\nTwilio-Request-Id: RQ1\r\n"
    b"Twilio-Concurrent-Requests: 1\r\nX-Powered-By: AT-5000\r\nContent-Length: %d\r\n\r\n%s"
)
FOUND = ANSWER % (b"200 OK", len(BODY), BODY)
MADE = ANSWER % (b"201 Created", len(BODY), BODY)


class Provider:
    """What was asked."""

    def __init__(self) -> None:
        self.count = 0
        self.arrivals: Any = {}
        self._cpu = _cpu()

    def take(self, head: bytes, body: bytes) -> bytes:
        """Answer one request."""
        self.count += 1
        return MADE if head.startswith(b"post") else FOUND

    def report(self) -> dict[str, Any]:
        """What was seen since the last report."""
        now = _cpu()
        told = {"count": self.count, "cpu": now - self._cpu}
        self.count, self._cpu = 0, now
        return told


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Read the job and serve."""
    import uvloop

    job = json.loads(sys.stdin.readline())
    provider = Provider()
    uvloop.run(serve(job["host"], provider, provider.take))


if __name__ == "__main__":
    main()
