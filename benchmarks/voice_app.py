"""A customer's voice app for benchmarks, in a process of its own: gives documents and sounds.

Run as `python -m benchmarks.voice_app` with a JSON job on standard input: `pages` are the TwiML of
paths, `sounds` the WAV files of others; any other path is answered with 204. Prints its port.
Standard input asks for its `report`, and for `arrivals`: when each call asked for a path first, as
Unix time, by path and call.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.receiver import serve

SID = b"CallSid="
SID_LENGTH = 34
NOTHING = b"HTTP/1.1 204 No Content\r\n\r\n"


class VoiceApp:
    """What is given, and what was asked for."""

    def __init__(self, pages: dict[str, str], sounds: dict[str, str]) -> None:
        self._answers = {p.encode(): _answer("text/xml", t.encode()) for p, t in pages.items()}
        for path, file in sounds.items():
            data = Path(file).read_bytes()
            self._answers[path.encode()] = _answer("audio/wav", data, "max-age=3600")
        self._clear()

    def _clear(self) -> None:
        self.count = 0
        self.last = 0.0
        self.arrivals: dict[str, dict[str, float]] = {}
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self._cpu = usage.ru_utime + usage.ru_stime

    def take(self, head: bytes, body: bytes) -> bytes:
        """Answer a request."""
        self.count += 1
        self.last = time.time()
        path = head.split(b" ", 2)[1]
        place = body.find(SID)
        if place >= 0 and body[place - 1 : place] in (b"", b"&"):
            sid = body[place + len(SID) : place + len(SID) + SID_LENGTH].decode()
            self.arrivals.setdefault(path.decode(), {}).setdefault(sid, self.last)
        return self._answers.get(path, NOTHING)

    def report(self) -> dict[str, Any]:
        """What was seen since the last report."""
        usage = resource.getrusage(resource.RUSAGE_SELF)
        cpu = usage.ru_utime + usage.ru_stime - self._cpu
        told = {"count": self.count, "last": self.last, "cpu": cpu}
        self._clear()
        return told


def _answer(kind: str, body: bytes, cache: str = "no-store") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nCache-Control: {cache}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def main() -> None:
    """Read the job and serve."""
    import uvloop

    job = json.loads(sys.stdin.readline())
    app = VoiceApp(job["pages"], job["sounds"])
    uvloop.run(serve("127.0.0.1", app, app.take))


if __name__ == "__main__":
    main()
