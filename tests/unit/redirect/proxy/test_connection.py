from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.waiting import eventually
from tests.unit.redirect.proxy.support import Proxied, Server, proxied, server
from trunkline.redirect.proxy import Upstream, connection
from trunkline.redirect.proxy.pipes import Pipe

REQUEST = b"GET /2010-04-01 HTTP/1.1\r\nHost: api.twilio.com\r\nX-It: is\r\n\r\n"


@pytest_asyncio.fixture
async def it(tmp_path: Path) -> AsyncIterator[Proxied]:
    async with proxied(tmp_path) as made:
        yield made


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever connects is another user."""
    monkeypatch.setattr(connection, "is_same_user", lambda _: False)


async def answer(pipe: Pipe, size: int = 2) -> bytes:
    await pipe.reader.readuntil(b"\r\n\r\n")
    return await pipe.reader.readexactly(size)


async def test_tls_ends_here_and_the_request_goes_on_as_it_is(it: Proxied) -> None:
    pipe = await it.secure()
    await pipe.send(REQUEST)
    assert await answer(pipe) == b"ok"
    assert it.platform.heads == [REQUEST]
    tls = pipe.writer.get_extra_info("ssl_object")
    assert tls.selected_alpn_protocol() == "http/1.1"
    await pipe.close()


@pytest.mark.parametrize("host", ["twilio.com", "api.dublin.ie1.twilio.com", "API.Twilio.COM"])
async def test_every_name_has_a_certificate_of_its_own(it: Proxied, host: str) -> None:
    pipe = await it.secure(host, 8443)
    await pipe.send(REQUEST)
    assert await answer(pipe) == b"ok"
    await pipe.close()


async def test_a_dot_at_the_end_is_no_part_of_the_certificates_name(it: Proxied) -> None:
    pipe = await it.tunnel("API.twilio.com.:443")
    await pipe.writer.start_tls(it.trusting(), server_hostname="api.twilio.com")
    await pipe.send(REQUEST)
    assert await answer(pipe) == b"ok"
    await pipe.close()


async def test_a_connection_is_kept_alive_and_pipelined(it: Proxied) -> None:
    pipe = await it.secure()
    for _ in range(3):
        await pipe.send(REQUEST)
        assert await answer(pipe) == b"ok"
    await pipe.send(REQUEST + REQUEST)
    assert [await answer(pipe), await answer(pipe)] == [b"ok", b"ok"]
    assert len(it.platform.heads) == 5
    await pipe.close()


async def test_plain_http_in_a_tunnel_is_redirected_too(it: Proxied) -> None:
    pipe = await it.tunnel("api.twilio.com:80")
    await pipe.send(REQUEST)
    assert await answer(pipe) == b"ok"
    assert it.platform.heads == [REQUEST]
    await pipe.close()


async def test_plain_http_that_did_not_wait_for_the_tunnel(it: Proxied) -> None:
    pipe = await it.connect()
    await pipe.send(b"CONNECT twilio.com:80 HTTP/1.1\r\n" + it.authorization + b"\r\n" + REQUEST)
    assert await answer(pipe, 0) == b""
    assert await answer(pipe) == b"ok"
    await pipe.close()


async def test_bodies_without_an_end_come_piece_by_piece(it: Proxied) -> None:
    go_on = asyncio.Event()

    async def stream(pipe: Pipe) -> None:
        await it.platform.head(pipe)
        await pipe.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
        await go_on.wait()
        await pipe.send(b"2\r\ncd\r\n0\r\n\r\n")

    it.platform.serve = stream
    pipe = await it.secure()
    await pipe.send(REQUEST)
    assert await answer(pipe, 7) == b"2\r\nab\r\n"
    go_on.set()
    assert await pipe.reader.read() == b"2\r\ncd\r\n0\r\n\r\n"
    await pipe.close()


async def test_a_platform_that_does_not_read_holds_the_client_back(it: Proxied) -> None:
    read_on = asyncio.Event()
    size = 64 << 20

    async def slow(pipe: Pipe) -> None:
        await it.platform.head(pipe)
        await read_on.wait()
        await pipe.reader.readexactly(size)
        await pipe.send(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok")

    it.platform.serve = slow
    pipe = await it.secure()
    await pipe.send(b"POST / HTTP/1.1\r\nHost: twilio.com\r\n\r\n")
    sent = before = 0

    async def send() -> None:
        nonlocal sent
        for _ in range(size >> 16):
            await pipe.send(bytes(1 << 16))
            sent += 1 << 16

    def stands_still() -> bool:
        nonlocal before
        before, now = sent, before
        return now == sent > 0

    sending = asyncio.create_task(send())
    await eventually(stands_still)
    assert sent < size // 2
    read_on.set()
    await sending
    assert await answer(pipe) == b"ok"
    await pipe.close()


async def test_100_continue_is_between_client_and_platform(it: Proxied) -> None:
    async def ask_for_the_body(pipe: Pipe) -> None:
        await it.platform.head(pipe)
        await pipe.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await pipe.reader.readexactly(4)
        await pipe.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + body)

    it.platform.serve = ask_for_the_body
    pipe = await it.secure()
    await pipe.send(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
    assert (await pipe.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
    await pipe.send(b"body")
    assert await answer(pipe, 4) == b"body"
    await pipe.close()


async def test_an_upgraded_connection_is_passed(it: Proxied) -> None:
    async def echo(pipe: Pipe) -> None:
        await it.platform.head(pipe)
        await pipe.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")
        while data := await pipe.reader.read(100):
            await pipe.send(data.upper())

    it.platform.serve = echo
    pipe = await it.secure()
    await pipe.send(b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    await pipe.reader.readuntil(b"\r\n\r\n")
    for word in (b"frame", b"another"):
        await pipe.send(word)
        assert await pipe.reader.readexactly(len(word)) == word.upper()
    await pipe.close()


@pytest.mark.parametrize("secure", [True, False])
async def test_a_platform_that_is_away_is_told_as_twilio_would(it: Proxied, secure: bool) -> None:
    it.platform.stop()
    pipe = await (it.secure() if secure else it.tunnel("api.twilio.com:80"))
    await pipe.send(REQUEST)
    head = await pipe.reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"Content-Type: application/json" in head
    size = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
    told = json.loads(await pipe.reader.readexactly(size))
    assert (told["code"], told["status"]) == (20503, 503)
    assert "trunkline up" in told["message"]
    await pipe.close()


async def test_a_client_that_does_not_believe_the_certificate_is_noticed(it: Proxied) -> None:
    def shake_hands() -> None:
        with socket.create_connection(("127.0.0.1", it.proxy.port)) as connected:
            connected.sendall(
                b"CONNECT api.twilio.com:443 HTTP/1.1\r\n" + it.authorization + b"\r\n"
            )
            assert connected.recv(1000).startswith(b"HTTP/1.1 200 ")
            context = ssl.create_default_context()
            with pytest.raises(ssl.SSLCertVerificationError):
                context.wrap_socket(connected, server_hostname="api.twilio.com")

    await asyncio.to_thread(shake_hands)
    async with asyncio.timeout(20):
        assert await it.distrusted.get() == "api.twilio.com"


async def test_other_hosts_are_tunnelled_untouched_and_half_closed(it: Proxied) -> None:
    async def echo(pipe: Pipe) -> None:
        everything = await pipe.reader.read()  # up to the end of what the client says
        await pipe.send(everything[::-1])

    it.other.serve = echo
    pipe = await it.tunnel(f"127.0.0.1:{it.other.port}")
    await pipe.send(b"\x16\x03\x01not TLS")
    pipe.writer.write_eof()
    assert await pipe.reader.read() == b"SLT ton\x01\x03\x16"
    assert it.platform.heads == []
    await pipe.close()


async def test_a_host_that_cannot_be_reached_is_502(it: Proxied) -> None:
    async with server() as gone:
        port = gone.port
    status, body = await it.ask(f"CONNECT 127.0.0.1:{port} HTTP/1.1")
    assert (status, body.startswith(f"127.0.0.1:{port} cannot be reached".encode())) == (502, True)
    status, _ = await it.ask(f"GET http://127.0.0.1:{port}/ HTTP/1.1")
    assert status == 502
    status, _ = await it.ask("CONNECT a..b:443 HTTP/1.1")
    assert status == 502


async def test_a_request_in_absolute_form_goes_to_the_platform(it: Proxied) -> None:
    async def echo(pipe: Pipe) -> None:
        head = await it.platform.head(pipe)
        assert b"Content-Length: 4" in head
        body = await pipe.reader.readexactly(4)
        await pipe.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + body[::-1])

    it.platform.serve = echo
    head = "POST http://Api.Twilio.com/2010?x=1 HTTP/1.1\r\nHost: elsewhere\r\nX-It: is\r\n"
    status, body = await it.ask(
        f"{head}Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nProxy-Connection: keep-alive\r\n"
        "Content-Length: 4",
        b"body" + REQUEST,
    )
    assert (status, body) == (200, b"ydob")
    [sent] = it.platform.heads
    assert sent == (
        b"POST /2010?x=1 HTTP/1.1\r\nHost: api.twilio.com\r\nX-It: is\r\nContent-Length: 4\r\n"
        b"Connection: close\r\n\r\n"
    )


@pytest.mark.parametrize("behind_it", [b"", REQUEST, b"\x00nonsense"])
async def test_chunks_in_absolute_form_end_where_they_end(it: Proxied, behind_it: bytes) -> None:
    behind = asyncio.get_running_loop().create_future()

    async def echo(pipe: Pipe) -> None:
        await it.other.head(pipe)
        body = await pipe.reader.readuntil(b"0\r\n\r\n")
        await pipe.send(b"HTTP/1.1 200 OK\r\n\r\n" + body)
        pipe.writer.write_eof()
        behind.set_result(await pipe.reader.read())

    it.other.serve = echo
    status, body = await it.ask(
        f"POST http://127.0.0.1:{it.other.port}/ HTTP/1.1\r\nTransfer-Encoding: chunked",
        b"3;x=y\r\nabc\r\n1\r\nd\r\n0\r\n\r\n" + behind_it,
    )
    assert (status, body) == (200, b"3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n")
    assert await behind == b""


@pytest.mark.parametrize("body", [b"3\r\nab", b"nonsense\r\n\r\n"])
async def test_a_body_that_is_cut_off_does_not_look_whole(it: Proxied, body: bytes) -> None:
    ended = asyncio.get_running_loop().create_future()

    async def read(pipe: Pipe) -> None:
        await it.other.head(pipe)
        try:
            ended.set_result(await pipe.reader.read())
        except OSError as error:
            ended.set_result(error)

    it.other.serve = read
    pipe = await it.connect()
    await pipe.send(
        f"POST http://127.0.0.1:{it.other.port}/ HTTP/1.1\r\n".encode()
        + b"Transfer-Encoding: chunked\r\n"
        + it.authorization
        + b"\r\n"
        + body
    )
    pipe.writer.write_eof()
    found = await ended
    assert isinstance(found, OSError) or not found.endswith(b"0\r\n\r\n")
    await pipe.close()


async def test_an_upgrade_in_absolute_form(it: Proxied) -> None:
    async def echo(pipe: Pipe) -> None:
        head = await it.platform.head(pipe)
        assert b"Connection: Upgrade\r\nUpgrade: websocket\r\n" in head
        await pipe.send(b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + await pipe.reader.read(5))

    it.platform.serve = echo
    status, body = await it.ask(
        "GET http://twilio.com/ HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket", b"frame"
    )
    assert (status, body) == (101, b"frame")


@pytest.mark.parametrize(
    "head",
    [
        "GET / HTTP/1.1",
        "GET ftp://twilio.com/ HTTP/1.1",
        "CONNECT twilio.com HTTP/1.1",
        "CONNECT twilio.com:99999 HTTP/1.1",
        "CONNECT tw\x01ilio.com:443 HTTP/1.1",
        "CONNECT :443 HTTP/1.1",
        "nonsense",
        "GET http://twilio.com/ HTTP/1.1\r\nno colon",
        "GET http://twilio.com/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2",
        "GET http://twilio.com/ HTTP/1.1\r\nX-Long: " + "x" * 200_000,
    ],
    ids=range(10),
)
async def test_what_is_no_request_to_a_proxy_is_refused(it: Proxied, head: str) -> None:
    status, _ = await it.ask(head)
    assert status == 400
    assert it.platform.heads == it.other.heads == []


@pytest.mark.usefixtures("stranger")
async def test_another_user_needs_the_token(it: Proxied) -> None:
    pipe = await it.connect()
    for wrong in (b"", b"Proxy-Authorization: Basic !\r\n", b"Proxy-Authorization: Basic eDp5\r\n"):
        await pipe.send(b"CONNECT api.twilio.com:443 HTTP/1.1\r\n" + wrong + b"\r\n")
        head = await pipe.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 407 ")
        assert b'Proxy-Authenticate: Basic realm="trunkline"' in head
        await pipe.reader.readexactly(int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0]))
    assert (await pipe.reader.read()).startswith(b"HTTP/1.1 407 ")  # and that was enough
    await pipe.close()


@pytest.mark.usefixtures("stranger")
async def test_a_client_that_waits_to_be_asked_is_served(it: Proxied) -> None:
    pipe = await it.connect()
    await pipe.send(b"CONNECT api.twilio.com:80 HTTP/1.1\r\n\r\n")
    head = await pipe.reader.readuntil(b"\r\n\r\n")
    await pipe.reader.readexactly(int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0]))
    await pipe.send(b"CONNECT api.twilio.com:80 HTTP/1.1\r\n" + it.authorization + b"\r\n")
    assert (await pipe.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
    await pipe.send(REQUEST)
    assert await answer(pipe) == b"ok"
    await pipe.close()


@pytest.mark.usefixtures("stranger")
async def test_another_users_request_in_absolute_form(it: Proxied) -> None:
    pipe = await it.connect()
    await pipe.send(b"POST http://twilio.com/ HTTP/1.1\r\nContent-Length: 100000\r\n\r\n")
    await pipe.send(bytes(100000))
    assert (await pipe.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 407 ")
    await pipe.close()
    assert it.platform.heads == []
    status, _ = await it.ask("GET http://twilio.com/ HTTP/1.1")
    assert status == 200


async def test_the_same_user_needs_no_token(it: Proxied, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "is_same_user", lambda _: True)
    pipe = await it.connect()
    await pipe.send(b"GET http://twilio.com/ HTTP/1.1\r\n\r\n")
    assert (await pipe.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
    await pipe.close()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"CONNECT api.twilio.com:443 HT",
        b"CONNECT api.twilio.com:443 HTTP/1.1\r\n%bX: y\r\n\r\n",
    ],
)
async def test_who_says_nothing_is_not_waited_for(
    it: Proxied, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.05)
    pipe = await it.connect()
    await pipe.send(said.replace(b"%b", it.authorization))
    async with asyncio.timeout(20):
        await pipe.reader.read()
    await pipe.close()


async def test_the_users_own_proxy_is_used_for_other_hosts(it: Proxied, tmp_path: Path) -> None:
    async def as_a_proxy(pipe: Pipe) -> None:
        head = await it.other.head(pipe)
        if head.startswith(b"CONNECT"):
            await pipe.send(b"HTTP/1.1 200 fine\r\n\r\n")
            await pipe.send(await pipe.reader.read(5))
        else:
            await pipe.send(b"HTTP/1.1 200 OK\r\n\r\nplain")
        pipe.writer.write_eof()

    it.other.serve = as_a_proxy
    url = f"http://me:p%40ss@127.0.0.1:{it.other.port}"
    upstream = Upstream.read({"https_proxy": url, "HTTP_PROXY": url})
    async with proxied(tmp_path, upstream) as behind:
        pipe = await behind.tunnel("example.com:443")
        await pipe.send(b"hello")
        assert await pipe.reader.read() == b"hello"
        await pipe.close()
        assert await behind.ask("GET http://example.com/x HTTP/1.1") == (200, b"plain")
        pipe = await behind.secure()
        await pipe.send(REQUEST)
        assert await answer(pipe) == b"ok"  # a redirected host is never asked of it
        await pipe.close()
    tunnel, plain = it.other.heads
    assert tunnel == (
        b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n"
        b"Proxy-Authorization: Basic bWU6cEBzcw==\r\n\r\n"
    )
    assert plain.startswith(b"GET http://example.com/x HTTP/1.1\r\nHost: example.com\r\n")
    assert b"Proxy-Authorization: Basic bWU6cEBzcw==\r\n" in plain
    assert it.proxy.token.encode() not in plain


async def test_a_users_proxy_that_refuses_is_told(tmp_path: Path) -> None:
    async def refuse(server: Server, pipe: Pipe) -> None:
        await server.head(pipe)
        await pipe.send(b"HTTP/1.1 403 Forbidden\r\n\r\n")

    async with server() as strict:
        strict.serve = lambda pipe: refuse(strict, pipe)
        upstream = Upstream.read({"https_proxy": f"127.0.0.1:{strict.port}"})
        async with proxied(tmp_path, upstream) as behind:
            status, body = await behind.ask("CONNECT example.com:443 HTTP/1.1")
    assert (status, b"answered 403" in body) == (502, True)
