"""TLS: what a certificate must say, and the code of each way in which it does not."""

from __future__ import annotations

import asyncio
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from tests.support.certificates import Authority
from tests.support.hostile_server import Answer, answer, hostile_server


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Whom the client trusts."""
    return Authority(tmp_path_factory.mktemp("authority"))


async def test_a_trusted_app_is_called_and_its_connection_kept(
    opened: Any, authority: Authority
) -> None:
    tls = authority.serving("127.0.0.1", "localhost")
    async with hostile_server(tls) as server, opened(tls=authority.trusting()) as client:
        for host in ("127.0.0.1", "localhost", "localhost"):
            exchange = await client.send(server.url("/x", host=host))
            assert (exchange.error, exchange.status) == (None, 200)

    assert server.connections == 2


@pytest.mark.parametrize(
    ("hosts", "days", "error", "words"),
    [
        (("example.com",), (-1, 30), 11235, "certificate is not for 127.0.0.1"),
        (("127.0.0.1",), (-9, -1), 11236, "certificate has expired"),
        (("127.0.0.1",), (2, 9), 11236, "not valid yet"),
    ],
)
async def test_a_certificate_that_does_not_fit_has_a_code_of_its_own(
    opened: Any,
    authority: Authority,
    hosts: tuple[str, ...],
    days: tuple[int, int],
    error: int,
    words: str,
) -> None:
    tls = authority.serving(*hosts, days=days)
    async with hostile_server(tls) as server, opened(tls=authority.trusting()) as client:
        exchange = await client.send(server.url())

    assert exchange.error == error
    assert words in exchange.reason
    assert [attempt.error for attempt in exchange.attempts] == [error, error]
    assert server.heard == []


async def test_a_certificate_of_a_stranger_is_11237(
    opened: Any, authority: Authority, tmp_path: Path
) -> None:
    tls = Authority(tmp_path).serving("127.0.0.1")
    async with hostile_server(tls) as server, opened(tls=authority.trusting()) as client:
        exchange = await client.send(server.url("/#rc=0"))
        assert exchange.error == 11237
        assert "not trusted" in exchange.reason

    async with hostile_server(tls) as server, opened() as client:  # nor by the system
        assert (await client.send(server.url("/#rc=0"))).error == 11237


async def test_a_server_without_tls_is_11220(opened: Any, authority: Authority) -> None:
    # It takes the handshake for a request, and answers it.
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer("400 Bad Request").pieces[0])
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with opened(tls=authority.trusting()) as client:
        exchange = await client.send(f"https://127.0.0.1:{port}/")
    server.close()

    assert exchange.error == 11220
    assert len(exchange.attempts) == 2


async def test_a_server_that_hangs_up_in_the_handshake_is_11220(
    opened: Any, authority: Authority
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with opened(tls=authority.trusting()) as client:
        exchange = await client.send(f"https://127.0.0.1:{port}/#rc=0")
    server.close()

    assert exchange.error == 11220


async def test_a_server_that_is_silent_in_the_handshake_is_given_up(
    opened: Any, authority: Authority
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        async with opened(tls=authority.trusting()) as client:
            exchange = await client.send(f"https://127.0.0.1:{port}/#ct=100&rc=0")

    assert exchange.error == 11205
    assert "no connection within 0.1 s" in exchange.reason


async def test_a_server_that_wants_a_certificate_of_us_is_11220(
    opened: Any, authority: Authority
) -> None:
    tls = authority.serving("127.0.0.1")
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    async with hostile_server(tls) as server, opened(tls=authority.trusting()) as client:
        exchange = await client.send(server.url("/#rc=0"))

    assert exchange.error == 11220
    assert server.heard == []


async def test_with_tls_1_3_that_is_told_after_the_handshake(
    opened: Any, authority: Authority
) -> None:
    tls = authority.serving("127.0.0.1")
    tls.verify_mode = ssl.CERT_REQUIRED
    async with hostile_server(tls) as server, opened(tls=authority.trusting()) as client:
        exchange = await client.send(server.url("/#rc=0"))

    # The server's reset may overtake the alert that gives the reason.
    assert exchange.error in (11220, 11205)
    assert server.heard == []


async def test_an_answer_cut_off_under_tls_is_no_answer(opened: Any, authority: Authority) -> None:
    tls = authority.serving("127.0.0.1")
    async with hostile_server(tls) as server, opened(tls=authority.trusting()) as client:
        server.says(Answer((b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<Resp",), then="close"))
        exchange = await client.get(server.url("/#rp=all"))

    assert (exchange.error, exchange.body) == (11200, b"")
    assert len(server.heard) == 1


async def test_credentials_do_not_go_from_tls_to_the_clear(
    opened: Any, authority: Authority
) -> None:
    tls = authority.serving("127.0.0.1")
    async with (
        hostile_server(tls) as server,
        hostile_server() as clear,
        opened(tls=authority.trusting()) as client,
    ):
        server.says(answer("302 Found", headers=[("Location", clear.url())]))
        await client.send(f"https://ann:pw@127.0.0.1:{server.port}/")

    assert server.heard[0].header("Authorization") is not None
    assert clear.heard[0].header("Authorization") is None
