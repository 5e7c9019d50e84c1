"""Answers that no decent app gives."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from typing import Any

import pytest

from tests.support.hostile_server import Answer, HostileServer, answer, hostile_server
from tests.support.waiting import eventually
from trunkline.webhooks.http import LIMIT

TEXT = b"<Response><Message>hello</Message></Response>"


def raw_deflate(data: bytes) -> bytes:
    """Deflate without a header."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT, mtime=0)),
        ("x-gzip", gzip.compress(TEXT, mtime=0)),
        ("GZIP", gzip.compress(TEXT[:9], mtime=0) + gzip.compress(TEXT[9:], mtime=0)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
    ],
)
async def test_compressed_documents_are_read(
    client: Any, server: HostileServer, encoding: str, body: bytes
) -> None:
    server.says(answer(body=body, headers=[("Content-Encoding", encoding)]))

    exchange = await client.get(server.url())

    assert (exchange.error, exchange.body) == (None, TEXT)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("br", TEXT),
        ("gzip, gzip", gzip.compress(gzip.compress(TEXT, mtime=0), mtime=0)),
        ("gzip", TEXT),
        ("gzip", gzip.compress(TEXT, mtime=0)[:-9]),
        ("deflate", zlib.compress(TEXT)[:-9]),
        ("gzip", gzip.compress(TEXT, mtime=0) + b"garbage"),
        ("gzip", gzip.compress(b"", mtime=0) * 100),
    ],
)
async def test_bodies_that_cannot_be_decoded_are_11200(
    client: Any, server: HostileServer, encoding: str, body: bytes
) -> None:
    server.says(answer(body=body, headers=[("Content-Encoding", encoding)]))

    exchange = await client.get(server.url("/#rp=all"))

    assert (exchange.error, exchange.status, exchange.body) == (11200, None, b"")
    assert len(server.heard) == 1


async def test_a_body_of_just_the_limit_is_whole(client: Any, server: HostileServer) -> None:
    server.says(answer(body=b"x" * LIMIT))
    exchange = await client.get(server.url())
    assert (len(exchange.body), exchange.too_large) == (LIMIT, False)

    server.says(answer(body=b"x" * (LIMIT + 1)))
    exchange = await client.get(server.url())
    assert (len(exchange.body), exchange.too_large) == (LIMIT + 1, True)


@pytest.mark.parametrize("asked", ["document", "callback"])
async def test_ten_megabytes_are_not_taken_in(
    client: Any, server: HostileServer, asked: str
) -> None:
    server.says(
        Answer((b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n",), endless=b"x" * 65536)
    )

    exchange = await client.send(server.url(), read_body=asked == "document")

    assert exchange.error is None
    assert len(exchange.body) == (LIMIT + 1 if asked == "document" else 0)
    await eventually(lambda: server.gone == 1)  # the connection was closed


async def test_a_bomb_is_not_blown_up(client: Any, server: HostileServer) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(50)) + packer.flush()
    assert len(bomb) < 60_000
    server.says(answer(body=bomb, headers=[("Content-Encoding", "gzip")]))
    await client.get(server.url())  # what is made once is made
    tracemalloc.start()
    try:
        exchange = await client.get(server.url())
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert exchange.too_large
    assert most < 1_000_000  # of 50 MB


async def test_an_error_page_that_cannot_be_read_stays_an_error_of_its_status(
    client: Any, server: HostileServer
) -> None:
    server.says(answer("500 No", body=b"garbage", headers=[("Content-Encoding", "gzip")]))

    exchange = await client.get(server.url())

    assert (exchange.error, exchange.status, exchange.body) == (11200, 500, b"")


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"\x00\x01\x02\x03\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nBad\x00Name: 1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nNo colon here\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_11206(client: Any, server: HostileServer, garbage: bytes) -> None:
    server.says(Answer((garbage,), then="hang"))

    exchange = await client.send(server.url("/#rp=all&tt=5000"), read_body=True)

    assert (exchange.error, len(server.heard)) == (11206, 1)
    assert exchange.reason.isprintable()
    await eventually(lambda: server.gone == 1)


@pytest.mark.parametrize(
    "line", [b"X-Header: value\r\n", b"X" * 1000], ids=["many headers", "one endless header"]
)
async def test_endless_headers_are_11206(client: Any, server: HostileServer, line: bytes) -> None:
    server.says(Answer((b"HTTP/1.1 200 OK\r\n",), endless=line * 100))

    exchange = await client.send(server.url())

    assert exchange.error == 11206
    await eventually(lambda: server.gone == 1)


async def test_endless_interim_answers_are_11206(client: Any, server: HostileServer) -> None:
    server.says(Answer(endless=b"HTTP/1.1 100 Continue\r\n\r\n" * 1000))

    exchange = await client.send(server.url())

    assert exchange.error == 11206
    await eventually(lambda: server.gone == 1)


async def test_a_few_interim_answers_are_passed_over(client: Any, server: HostileServer) -> None:
    hints = Answer((b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 3, *answer().pieces))
    server.says(hints)

    for _ in range(4):  # they count for each request, not for the connection
        assert (await client.send(server.url())).error is None
    assert server.connections == 1


@pytest.mark.parametrize("chunks", [b"zz\r\nabc\r\n0\r\n\r\n", b"5\r\nabcdefgh\r\n"])
async def test_broken_chunks_are_an_error(
    client: Any, server: HostileServer, chunks: bytes
) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    server.says(Answer((head, chunks), then="hang"))

    exchange = await client.get(server.url("/#rp=all&tt=5000"))

    assert exchange.error in (11200, 11206)
    assert len(server.heard) == 1


async def test_headers_are_kept_within_bounds(client: Any, server: HostileServer) -> None:
    server.says(answer(headers=[(f"X-{number}", "v") for number in range(90)]))
    assert len((await client.send(server.url())).headers) == 40

    server.says(answer(headers=[(f"X-{number}", "v" * 3000) for number in range(9)]))
    headers = (await client.send(server.url())).headers
    assert sum(len(name) + len(value) for name, value in headers) <= 8192
    assert len(headers) == 3


async def test_headers_can_be_stored_whatever_bytes_they_have(
    client: Any, server: HostileServer
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Type: t\xe9xt\r\nX: \xc3\xa9\r\n\r\n"
    server.says(Answer((head,)))

    exchange = await client.send(server.url())

    assert exchange.content_type == "t\ufffdxt"
    assert ("X", "é") in exchange.headers


@pytest.mark.parametrize("at_once", [True, False])
async def test_what_a_server_says_unasked_is_nobodys_answer(
    client: Any, server: HostileServer, at_once: bool
) -> None:
    extra = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    first = answer(body=b"first").pieces[0]
    server.says(Answer((first + extra if at_once else first,)), answer(body=b"second"))

    assert (await client.get(server.url())).body == b"first"
    if not at_once:
        server.writers[0].write(extra)
        async with hostile_server() as other:  # meanwhile it arrives
            await client.get(other.url())
    assert (await client.get(server.url())).body == b"second"
