"""A long file as an answer: all of it, or visibly cut off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, MutableMapping
from typing import Any

from trunkline.control.csv_stream import CsvStream


class Client:
    """What was sent; it goes away when it is told to."""

    def __init__(self) -> None:
        self.sent: list[MutableMapping[str, Any]] = []
        self.leaves = asyncio.Event()

    async def receive(self) -> MutableMapping[str, Any]:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        self.sent.append(message)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)

    @property
    def is_complete(self) -> bool:
        return self.sent[-1] == {"type": "http.response.body", "body": b""}


async def test_all_pieces_are_sent() -> None:
    async def pieces() -> AsyncGenerator[str, None]:
        yield "a,b\r\n"
        yield "ä,ö\r\n"

    client = Client()
    await CsvStream(pieces(), "list.csv").send(client.receive, client.send)
    assert client.body.decode() == "a,b\r\nä,ö\r\n"
    assert client.is_complete
    headers = dict(client.sent[0]["headers"])
    assert headers[b"content-disposition"] == b'attachment; filename="list.csv"'


async def test_a_file_that_is_cut_off_does_not_look_complete() -> None:
    async def pieces() -> AsyncGenerator[str, None]:
        yield "a,b\r\n"
        raise OSError("the database is gone")

    client = Client()
    await CsvStream(pieces(), "list.csv").send(client.receive, client.send)
    assert client.body == b"a,b\r\n"
    assert not client.is_complete


async def test_nothing_is_read_for_a_client_that_has_left() -> None:
    closed = asyncio.Event()
    client = Client()

    async def pieces() -> AsyncGenerator[str, None]:
        try:
            yield "a,b\r\n"
            client.leaves.set()
            await asyncio.Event().wait()
            yield "never"
        finally:
            closed.set()

    await CsvStream(pieces(), "list.csv").send(client.receive, client.send)
    assert closed.is_set()
    assert client.body == b"a,b\r\n"
