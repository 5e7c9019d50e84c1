"""`proxy.http_client`: one request, once, to a permitted address."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from tests.support.hostile_server import Answer, HostileServer, answer, hostile_server
from trunkline.gateway.proxy import AnswerLost, HttpClient, Limits, NotReached, Refused
from trunkline.webhooks.http import NetworkRules
from trunkline.webhooks.http.lookups import Lookups

QUICK = Limits(connect=2, idle=0.3)


@pytest.fixture
async def hostile() -> AsyncIterator[HostileServer]:
    async with hostile_server() as server:
        yield server


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    client = HttpClient(NetworkRules(private=True))
    yield client
    await client.close()


async def whole(client: HttpClient, method: str, url: str, **more: object) -> tuple[int, bytes]:
    more.setdefault("headers", [])
    got = await client.send(method, url, **more)  # type: ignore[arg-type]
    body = b"".join([part async for part in got])
    got.close()
    return got.status, body


async def test_head_and_body_go_out_as_they_are(client: HttpClient, hostile: HostileServer) -> None:
    hostile.says(answer(body=b"\x00\xff", headers=[("X-Two", "a"), ("X-Two", "b")]))
    url = hostile.url("/a%2Fb//c;d=1/%e4?x=1&x=2&y=%41+b&z")
    got = await client.send(
        "POST", url, headers=[("X-One", "1"), ("x-one", "ü"), ("Host", "api")], body=b"\x00\r\n"
    )
    assert [part async for part in got] == [b"\x00\xff"]
    assert [v for n, v in got.headers if n == b"X-Two"] == [b"a", b"b"]
    got.close()
    [heard] = hostile.heard
    assert heard.line == "POST /a%2Fb//c;d=1/%e4?x=1&x=2&y=%41+b&z HTTP/1.1"
    assert heard.headers == [
        ("Host", "api"),
        ("X-One", "1"),
        ("X-One", "ü".encode().decode("latin-1")),
        ("Content-Length", "3"),
    ]
    assert heard.body == b"\x00\r\n"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("then", ["close", "reset"])
async def test_an_unsafe_request_is_sent_once_whatever_happens(
    client: HttpClient, hostile: HostileServer, method: str, then: str
) -> None:
    hostile.says(answer(), Answer(then=then))  # type: ignore[arg-type]
    await whole(client, "GET", hostile.url())  # its connection is kept, and used again
    with pytest.raises(AnswerLost):
        await whole(client, method, hostile.url(), body=b"x")
    assert [heard.line.split()[0] for heard in hostile.heard] == ["GET", method]
    assert hostile.connections == 1


async def test_a_safe_one_is_sent_again_when_the_kept_connection_was_closed(
    client: HttpClient, hostile: HostileServer
) -> None:
    hostile.says(answer(), Answer(then="close"), answer(body=b"again"))
    await whole(client, "GET", hostile.url())
    assert await whole(client, "GET", hostile.url()) == (200, b"again")


async def test_a_connection_that_was_closed_while_it_was_idle_is_not_used(
    client: HttpClient, hostile: HostileServer
) -> None:
    await whole(client, "GET", hostile.url())
    for writer in hostile.writers:
        # The end is in the kernel, and the event loop has not run since.
        writer.get_extra_info("socket").shutdown(socket.SHUT_WR)
    assert await whole(client, "POST", hostile.url(), body=b"x") == (200, b"")
    assert hostile.connections == 2


async def test_what_a_server_says_unasked_is_nobodys_answer(
    client: HttpClient, hostile: HostileServer
) -> None:
    await whole(client, "GET", hostile.url())
    [writer] = hostile.writers
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
    await writer.drain()
    for _ in range(20):  # the client has read it long since
        await asyncio.sleep(0)
    assert await whole(client, "POST", hostile.url(), body=b"x") == (200, b"")
    assert hostile.connections == 2


async def test_two_answers_at_once_are_not_shared_out(
    client: HttpClient, hostile: HostileServer
) -> None:
    one = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
    hostile.says(Answer((one + b"one" + one + b"two",)), answer(body=b"mine"))
    assert (await whole(client, "GET", hostile.url()))[1] == b"one"
    assert (await whole(client, "GET", hostile.url()))[1] == b"mine"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "127.1", "0x7f.1"],
)
async def test_private_addresses_are_refused(hostile: HostileServer, host: str) -> None:
    client = HttpClient(NetworkRules(private=False))
    try:
        with pytest.raises(Refused):
            await whole(client, "GET", hostile.url(host=host))
        # The operator's own address, which is open, lends its connections to nobody else.
        assert await whole(client, "GET", hostile.url(), open=True) == (200, b"")
        with pytest.raises(Refused):
            await whole(client, "GET", hostile.url(host=host))
    finally:
        await client.close()
    assert len(hostile.heard) == 1


async def test_a_name_is_judged_by_the_address_that_is_connected_to(
    hostile: HostileServer,
) -> None:
    answers = [["93.184.216.34"], ["10.0.0.1"], ["::ffff:10.0.0.1"]]

    def resolve(*_: object, **__: object) -> list[object]:
        return [(0, 0, 0, "", (address, 0)) for address in answers[0]]

    client = HttpClient(NetworkRules(private=False), lookups=Lookups(resolve, keep=0))
    try:
        answers.pop(0)
        for _ in range(2):
            with pytest.raises(Refused):
                await whole(client, "GET", f"http://rebound.example:{hostile.port}/")
            answers.append(answers.pop(0))
    finally:
        await client.close()
    assert hostile.connections == 0


async def test_the_socket_itself_is_judged_too(hostile: HostileServer) -> None:
    class Fickle(NetworkRules):
        calls = 0

        def permit(self, host: str, address: str, allowed: object) -> bool:
            Fickle.calls += 1
            return Fickle.calls == 1  # whatever the lookup was told, the socket is not

    client = HttpClient(Fickle(private=False))
    try:
        with pytest.raises(NotReached):
            await whole(client, "GET", f"http://localhost:{hostile.port}/")
    finally:
        await client.close()
    assert hostile.connections == 0


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 T", "308 P"])
async def test_redirects_are_not_followed(
    client: HttpClient, hostile: HostileServer, status: str
) -> None:
    hostile.says(answer(status, headers=[("Location", "http://169.254.169.254/")]))
    got = await client.send("GET", hostile.url(), headers=[])
    assert (got.status, got.header(b"location")) == (
        int(status[:3]),
        b"http://169.254.169.254/",
    )
    got.close()
    assert len(hostile.heard) == 1


async def test_cookies_are_not_kept(client: HttpClient, hostile: HostileServer) -> None:
    hostile.says(answer(headers=[("Set-Cookie", "session=1")]))
    await whole(client, "GET", hostile.url())
    await whole(client, "GET", hostile.url())
    assert hostile.heard[1].header("Cookie") is None


async def test_compressed_bodies_stay_compressed(
    client: HttpClient, hostile: HostileServer
) -> None:
    hostile.says(answer(body=b"no gzip at all", headers=[("Content-Encoding", "gzip")]))
    assert await whole(client, "GET", hostile.url()) == (200, b"no gzip at all")


@pytest.mark.parametrize(
    "given",
    [
        Answer((b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",), then="close"),
        Answer((b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",), then="reset"),
        Answer(
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",), then="close"
        ),
        Answer((b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",), then="hang"),
    ],
)
async def test_an_answer_that_breaks_off_says_so(hostile: HostileServer, given: Answer) -> None:
    client = HttpClient(NetworkRules(private=True), QUICK)
    hostile.says(given)
    try:
        got = await client.send("GET", hostile.url(), headers=[])
        with pytest.raises(AnswerLost):
            _ = [part async for part in got]
        assert not got.whole
        got.close()
    finally:
        await client.close()


@pytest.mark.parametrize(
    "given",
    [
        Answer(then="hang"),
        Answer((b"HTTP/1.1 200 OK\r\n",), then="hang"),
        Answer((b"not HTTP\r\n\r\n",), then="close"),
        Answer((b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",), then="hang"),
        Answer((b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 1000 + b"\r\n",), then="hang"),
        Answer((b"HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n",)),
        Answer((b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",)),
        Answer(then="close"),
    ],
)
async def test_no_answer_is_told_apart_from_no_connection(
    hostile: HostileServer, given: Answer
) -> None:
    client = HttpClient(NetworkRules(private=True), QUICK)
    hostile.says(given)
    try:
        with pytest.raises(AnswerLost):
            await whole(client, "POST", hostile.url(), body=b"x")
    finally:
        await client.close()
    assert len(hostile.heard) == 1


async def test_a_trickling_head_ends() -> None:
    async def trickle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        try:
            while True:
                writer.write(b"X: a\r\n")
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(trickle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = HttpClient(NetworkRules(private=True), Limits(connect=0.1, idle=0.2))
    try:
        with pytest.raises(AnswerLost):
            await whole(client, "GET", f"http://127.0.0.1:{port}/")
    finally:
        await client.close()
        server.close()


async def test_nobody_at_the_other_end(client: HttpClient) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        with pytest.raises(NotReached, match="no connection"):
            await whole(client, "POST", f"http://127.0.0.1:{taken.getsockname()[1]}/", body=b"x")


async def test_a_name_without_an_address(client: HttpClient) -> None:
    def resolve(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "no")

    client = HttpClient(NetworkRules(private=True), lookups=Lookups(resolve))
    try:
        with pytest.raises(NotReached, match="no address"):
            await whole(client, "POST", "http://nobody.example/", body=b"x")
    finally:
        await client.close()


async def test_a_server_that_does_not_speak_tls(hostile: HostileServer) -> None:
    client = HttpClient(NetworkRules(private=True), Limits(connect=0.5))
    try:
        with pytest.raises(NotReached, match=r"TLS|no connection"):
            await whole(client, "POST", hostile.url().replace("http:", "https:"), body=b"x")
    finally:
        await client.close()
