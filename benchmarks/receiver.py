"""A customer's app for benchmarks, in a process of its own: takes webhooks as cheaply as it can.

Run as `python -m benchmarks.receiver` with a JSON job on standard input. Prints its port; answers
`report` on standard input with what it saw since the last report, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol, cast
from urllib.parse import parse_qs

TOKEN = b"i-twilio-idempotency-token: "
NOTHING = b"HTTP/1.1 204 No Content\r\n\r\n"
TWIML = b"<Response><Message>Received.</Message></Response>"
REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s" % (
    len(TWIML),
    TWIML,
)


class Receiver:
    """What was received."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self.count = 0
        self.disorder = 0
        self.last = 0.0
        self.seen: dict[str, str] = {}
        self.arrivals: dict[str, float] = {}  # by idempotency token, Unix time
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self._cpu = usage.ru_utime + usage.ru_stime

    def take(self, head: bytes, body: bytes) -> None:
        """Count a callback; `delivered` before `sent` is out of order."""
        self.count += 1
        self.last = time.time()
        place = head.find(TOKEN) + len(TOKEN)
        self.arrivals[head[place : place + 36].decode()] = self.last
        if b"MessageStatus=" in body:
            form = parse_qs(body.decode())
            sid, status = form["MessageSid"][0], form["MessageStatus"][0]
            if status == "delivered" and self.seen.get(sid) != "sent":
                self.disorder += 1
            self.seen[sid] = status

    def report(self) -> dict[str, Any]:
        """What was seen since the last report."""
        usage = resource.getrusage(resource.RUSAGE_SELF)
        cpu = usage.ru_utime + usage.ru_stime - self._cpu
        told = {"count": self.count, "disorder": self.disorder, "last": self.last, "cpu": cpu}
        self.clear()
        return told


Take = Callable[[bytes, bytes], bytes | None]


class Receives(Protocol):
    """What standard input asks."""

    count: int
    arrivals: Any

    def report(self) -> dict[str, Any]:
        """What was seen since the last report."""


class Connection(asyncio.Protocol):
    """One connection of the platform's. `take` gets the head of each request, in small letters,
    and its body, and gives the answer; None leaves it without one."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for requests."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer each request once it is whole."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            place = head.find(b"content-length:")
            length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            body = self._buffer[end + 4 : end + 4 + length]
            self._buffer = self._buffer[end + 4 + length :]
            answer = self._take(head, body)
            if answer is not None:
                self._transport.write(answer)


ANSWERS = {"nothing": NOTHING, "reply": REPLY, "never": None}


async def run(job: dict[str, Any]) -> None:
    """Take what comes, with the answer that the job names."""
    receiver = Receiver()
    answer = ANSWERS[job["answer"]]

    def take(head: bytes, body: bytes) -> bytes | None:
        if answer is not None:
            receiver.take(head, body)
        return answer

    await serve(job["host"], receiver, take)


async def serve(host: str, receiver: Receives, take: Take) -> None:
    """Serve until standard input ends, and answer its questions."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(take), host, 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        if line.strip() == b"report":
            print(json.dumps(receiver.report()), flush=True)
        elif line.strip() == b"arrivals":
            print(json.dumps(receiver.arrivals), flush=True)
        elif line.strip() == b"count":
            print(receiver.count, flush=True)


def main() -> None:
    """Read the job and serve."""
    import uvloop

    uvloop.run(run(json.loads(sys.stdin.readline())))


if __name__ == "__main__":
    main()
