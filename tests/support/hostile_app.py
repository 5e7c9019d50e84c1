"""The hostile server of the unit tests in a thread of its own, for tests that talk to a whole
platform; and answers that a customer would be sorry to give."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.support.hostile_server import Answer, Heard, HostileServer, answer, hostile_server

__all__ = ["bomb", "by_path", "document", "hostile_app", "pieces"]

PATIENCE = 20.0  # seconds for the server to start


@contextmanager
def hostile_app(host: str = "127.0.0.1") -> Iterator[HostileServer]:
    """A server for the length of a `with` block. `says` may be called at any time."""
    loop = asyncio.new_event_loop()
    started = threading.Event()
    over = asyncio.Event()
    servers: list[HostileServer] = []

    async def serve() -> None:
        async with hostile_server(host=host) as server:
            servers.append(server)
            started.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert started.wait(PATIENCE)
        yield servers[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


def by_path(**scripts: Answer | Callable[[Heard], Answer]) -> Callable[[Heard], Answer]:
    """A script that answers `/name` as the one of that name says, and the rest with nothing."""

    def say(heard: Heard) -> Answer:
        path = heard.line.split(" ")[1].partition("?")[0]
        script = scripts.get(path.strip("/").replace("-", "_"), answer("204 No Content"))
        return script(heard) if callable(script) else script

    return say


def document(text: str | bytes, *headers: tuple[str, str], kind: str = "text/xml") -> Answer:
    """An answer with TwiML, or with what is said to be such."""
    body = text.encode() if isinstance(text, str) else text
    return answer(body=body, headers=(("Content-Type", kind), *headers))


def pieces(*sent: bytes, endless: bytes = b"", then: str = "close") -> Answer:
    """Bytes as they are, then perhaps others over and over."""
    assert then in ("keep", "close", "reset", "hang")
    return Answer(sent, endless, then)  # type: ignore[arg-type]


def bomb(megabytes: int) -> bytes:
    """So much of nothing, compressed."""
    return gzip.compress(bytes(megabytes << 20), 9)
