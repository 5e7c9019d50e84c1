"""What the HTTP client alone can do here and now: POSTs a second to an app, from one process.

Machines that are shared are not always equally fast; the figures of a run are to be read beside
this one. Run as `python -m benchmarks.yardstick PORT`.
"""

from __future__ import annotations

import asyncio
import sys
import time

import aiohttp

COUNT = 8_000
AT_ONCE = 32
BODY = (
    b"SmsSid=SM00000000000000000000000000000000&SmsStatus=sent&MessageSid="
    b"SM00000000000000000000000000000000&From=%2B14155550100&To=%2B14155550123"
)
HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
    "I-Twilio-Idempotency-Token": "0" * 36,
}


async def run(port: int) -> float:
    """Requests a second."""
    left = COUNT
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar()
    ) as session:

        async def worker() -> None:
            nonlocal left
            while left > 0:
                left -= 1
                async with session.post(
                    f"http://127.0.0.1:{port}/yardstick", data=BODY, headers=HEADERS
                ) as answer:
                    await answer.read()

        started = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
        return COUNT / (time.perf_counter() - started)


def main() -> None:
    """Measure, and print the rate."""
    import uvloop

    print(uvloop.run(run(int(sys.argv[1]))))


if __name__ == "__main__":
    main()
