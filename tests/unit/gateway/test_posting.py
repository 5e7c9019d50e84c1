"""Forms to token endpoints, over real sockets."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from aiohttp import web

from trunkline.gateway.connectors import Upstreams
from trunkline.gateway.oauth import AnswerLost, NotSent
from trunkline.gateway.posting import PostByHttpClient
from trunkline.gateway.proxy.http_client import HttpClient
from trunkline.webhooks.http import NetworkRules

PUBLIC = "https://provider.example"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """A provider: `handler` answers everything."""

    def __init__(self) -> None:
        self.origin = ""
        self.seen: list[tuple[str, str, str, bytes]] = []
        self.handler: Handler | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.seen.append((request.method, request.path_qs, request.headers["Host"], body))
        if self.handler is not None:
            return await self.handler(request)
        return web.Response(text="fine", status=201, headers={"X-Some": "A"})


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> AsyncIterator[Server]:
    made = Server()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", made.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest_asyncio.fixture(loop_scope="session")
async def post(server: Server) -> AsyncIterator[PostByHttpClient]:
    client = HttpClient(NetworkRules(private=False))
    yield PostByHttpClient(client, Upstreams([f"{PUBLIC}={server.origin}"], lambda: ""))
    await client.close()


async def test_a_form_goes_where_the_map_says(post: PostByHttpClient, server: Server) -> None:
    posted = await post(f"{PUBLIC}/token?a=b", b"x=1", {"Accept": "application/json"})
    assert (posted.status, posted.body, posted.headers["x-some"]) == (201, b"fine", "A")
    assert server.seen == [("POST", "/token?a=b", "provider.example", b"x=1")]


async def test_nothing_is_sent_to_private_addresses_that_nobody_mapped(
    post: PostByHttpClient, server: Server
) -> None:
    port = server.origin.rpartition(":")[2]
    for url in (f"{server.origin}/token", f"https://127.0.0.1:{port}/", "https://u@a.example/", ""):
        with pytest.raises(NotSent):
            await post(url, b"x=1", {})
    assert server.seen == []


async def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = HttpClient(NetworkRules(private=False))
    mapped = PostByHttpClient(client, Upstreams([f"{PUBLIC}=http://127.0.0.1:{port}"], lambda: ""))
    with pytest.raises(NotSent):
        await mapped(f"{PUBLIC}/token", b"x=1", {})
    await client.close()


async def test_redirects_are_answers(post: PostByHttpClient, server: Server) -> None:
    async def elsewhere(_: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": f"{server.origin}/other"})

    server.handler = elsewhere
    assert (await post(f"{PUBLIC}/token", b"x=1", {})).status == 307
    assert len(server.seen) == 1


async def test_an_answer_that_breaks_off_or_does_not_end_is_lost(
    post: PostByHttpClient, server: Server
) -> None:
    async def breaks(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def stops(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "10"})
        await response.prepare(request)
        await response.write(b"12")
        assert request.transport is not None
        request.transport.close()
        return response

    async def floods(_: web.Request) -> web.StreamResponse:
        return web.Response(body=b"x" * (1 << 20) + b"x")

    for handler in (breaks, stops, floods):
        server.seen.clear()
        server.handler = handler
        with pytest.raises(AnswerLost):
            await post(f"{PUBLIC}/token", b"x=1", {})
        assert len(server.seen) == 1
