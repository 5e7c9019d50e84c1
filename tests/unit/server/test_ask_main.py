from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from trunkline.server.ask_main import ask_for_credentials
from trunkline.server.main_child import StartFailed

OK = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"account_sid": "AC1"}'


@asynccontextmanager
async def answering(answer: bytes, heard: Callable[[bytes], None] = bytes) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_it_asks_with_the_token() -> None:
    requests: list[bytes] = []
    async with answering(OK, requests.append) as address:
        assert await ask_for_credentials(address, "tlc_x") == {"account_sid": "AC1"}
    assert requests[0].startswith(b"GET /trunkline/v1/credentials HTTP/1.1\r\n")
    assert b"Authorization: Bearer tlc_x\r\n" in requests[0]


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 401 Unauthorized\r\n\r\n{}", b"HTTP/1.1 200 OK\r\n\r\n<html>"]
)
async def test_any_other_answer_is_a_failed_start(answer: bytes) -> None:
    async with answering(answer) as address:
        with pytest.raises(StartFailed, match=r"does not answer at http://127\.0\.0\.1"):
            await ask_for_credentials(address, "tlc_x")
