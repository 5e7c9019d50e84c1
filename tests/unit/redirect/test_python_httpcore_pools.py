import asyncio
import importlib
import inspect
import types

import httpcore
import httpx
import pytest

from tests.support.certificates import Authority
from tests.support.echo_server import Asked, echo_server
from trunkline.redirect import in_process
from trunkline.redirect.hosts import TWILIO
from trunkline.redirect.in_process import redirected

in_process.load()
URL = "https://api.twilio.com/x?y=1"


def get(url, **options):
    with httpx.Client(timeout=30, **options) as client:
        return client.get(url)


async def by_client(url, **options):
    return await asyncio.to_thread(get, url, **options)


async def by_async_client(url, **options):
    async with httpx.AsyncClient(timeout=30, **options) as client:
        return await client.get(url)


clients = pytest.mark.parametrize("ask", [by_client, by_async_client])


@pytest.mark.usefixtures("redirect")
@clients
@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.twilio.com/x?y=1", "api.twilio.com"),
        ("http://api.twilio.com/x?y=1", "api.twilio.com"),
        ("https://twilio.com/x?y=1", "twilio.com"),
        ("https://a.b.c.twilio.com:443/x?y=1", "a.b.c.twilio.com"),
        ("https://api.twilio.com:8443/x?y=1", "api.twilio.com:8443"),
        ("https://API.Twilio.com/x?y=1", "api.twilio.com"),
        ("https://api.twilio.com./x?y=1", "api.twilio.com."),
    ],
)
async def test_a_request_comes_to_the_platform_as_it_was_meant(ask, url, host, platform):
    answer = await ask(url)
    asked = Asked.of(answer.text)
    assert platform.asked == [asked]
    assert (asked.path, asked.host) == ("/x?y=1", host)
    assert answer.url == httpx.URL(url)


@pytest.mark.usefixtures("redirect")
@clients
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_no_proxy_is_asked(ask, scheme, platform, dead_proxy):
    url = f"{scheme}://api.twilio.com/x"
    for options in ({}, {"proxy": dead_proxy, "trust_env": False}):
        asked = Asked.of((await ask(url, **options)).text)
        assert (asked.server, asked.path, asked.host) == (platform.port, "/x", "api.twilio.com")


@pytest.mark.usefixtures("redirect")
async def test_pools_that_are_proxies_ask_none(platform, nowhere):
    with httpcore.HTTPProxy(nowhere) as pool:
        answer = pool.request("GET", URL)
    assert Asked.of(answer.content).server == platform.port
    async with httpcore.AsyncHTTPProxy(nowhere) as pool:
        answer = await pool.request("GET", URL)
    assert Asked.of(answer.content).server == platform.port


@pytest.mark.usefixtures("redirect")
async def test_pools_that_speak_http_2_only_do_not_with_the_platform(platform):
    with httpcore.ConnectionPool(http1=False, http2=True) as pool:
        assert Asked.of(pool.request("GET", URL).content).server == platform.port
    async with httpcore.AsyncConnectionPool(http1=False, http2=True) as pool:
        assert Asked.of((await pool.request("GET", URL)).content).server == platform.port


@pytest.mark.usefixtures("redirect")
@clients
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_other_hosts_are_left_alone(ask, host, platform, elsewhere):
    asked = Asked.of((await ask(f"http://{host}:{elsewhere.port}/x")).text)
    assert (asked.server, asked.host) == (elsewhere.port, f"{host}:{elsewhere.port}")
    assert platform.asked == []


@pytest.mark.usefixtures("redirect")
def test_the_platforms_own_address_is_asked_by_the_proxy_that_is_named(platform, elsewhere):
    """What the program itself asks of that address is no redirected request."""
    with httpx.Client(proxy=elsewhere.url) as client:
        assert Asked.of(client.get(URL).text).server == platform.port
        asked = Asked.of(client.get(f"{platform.url}/x").text)
    assert (asked.server, asked.path) == (elsewhere.port, f"{platform.url}/x")


@pytest.mark.usefixtures("redirect")
@clients
async def test_redirections_lead_into_and_out_of_the_platform(ask, elsewhere):
    out = await ask(f"https://api.twilio.com/redirect?to={elsewhere.url}/x", follow_redirects=True)
    assert Asked.of(out.text).server == elsewhere.port
    into = await ask(f"{elsewhere.url}/redirect?to={URL}", follow_redirects=True)
    assert Asked.of(into.text).host == "api.twilio.com"


def parts():
    yield b"one"
    yield b"two"


async def parts_later():
    for part in parts():
        yield part


@pytest.mark.usefixtures("redirect")
def test_requests_share_a_connection_and_stream_their_bodies(platform):
    with httpx.Client() as client:
        for _ in range(3):
            assert Asked.of(client.post(URL, content=parts()).text).body == "onetwo"
    assert len({asked.connection for asked in platform.asked}) == 1


@pytest.mark.usefixtures("redirect")
async def test_asynchronous_requests_do_so_too(platform):
    async with httpx.AsyncClient() as client:
        for _ in range(3):
            assert Asked.of((await client.post(URL, content=parts_later())).text).body == "onetwo"
    assert len({asked.connection for asked in platform.asked}) == 1


@pytest.mark.usefixtures("dead_proxy")
@clients
async def test_a_platform_that_is_away_is_told_by_the_clients_own_error(ask, nowhere):
    with redirected({nowhere: TWILIO}), pytest.raises(httpx.ConnectError):
        await ask(URL)


@pytest.mark.usefixtures("redirect")
async def test_what_a_pool_was_told_of_connections_is_kept(platform):
    seen = []

    class Backend(httpcore.SyncBackend):
        def connect_tcp(self, host, port, **options):
            seen.append((host, port, options))
            if len(seen) == 1:
                raise httpcore.ConnectError
            return super().connect_tcp(host, port, **options)

    with httpcore.ConnectionPool(
        local_address="127.0.0.1", socket_options=[], retries=1, network_backend=Backend()
    ) as pool:
        pool.request("GET", URL, extensions={"timeout": {"connect": 7}})
    options = {"timeout": 7, "local_address": "127.0.0.1", "socket_options": []}
    assert seen == [("127.0.0.1", platform.port, options)] * 2


@pytest.mark.usefixtures("redirect")
def test_the_request_itself_stays_as_it_was_made():
    request = httpcore.Request("GET", URL, headers={"Host": "api.twilio.com"})
    before = request.url
    with httpcore.ConnectionPool() as pool:
        pool.handle_request(request).close()
    assert request.url is before
    assert bytes(request.url) == URL.encode()


@pytest.mark.usefixtures("redirect")
def test_a_unix_socket_is_left_alone():
    class Backend(httpcore.SyncBackend):
        def connect_unix_socket(self, path, **options):
            raise httpcore.ConnectError(path)

    with (
        httpcore.ConnectionPool(uds="a socket", network_backend=Backend()) as pool,
        pytest.raises(httpcore.ConnectError, match=r"a socket"),
    ):
        pool.request("GET", URL)


async def test_a_pooled_connection_goes_where_its_host_leads_now(platform, elsewhere, tmp_path):
    authority = Authority(tmp_path)
    with (
        echo_server(authority.serving("localhost")) as secure,
        httpx.Client(verify=authority.trusting()) as client,
    ):
        async with httpx.AsyncClient(verify=authority.trusting()) as async_client:
            url = f"https://localhost:{secure.port}/x"

            async def servers():
                answers = [await asyncio.to_thread(client.get, url), await async_client.get(url)]
                return {Asked.of(answer.text).server for answer in answers}

            here = redirected({platform.url: ["localhost"]})
            there = redirected({elsewhere.url: ["localhost"]})
            assert await servers() == {secure.port}
            for _ in range(2):
                with here:
                    assert await servers() == {platform.port}
                    with there:
                        assert await servers() == {elsewhere.port}
                    assert await servers() == {platform.port}
                assert await servers() == {secure.port}


@pytest.mark.usefixtures("redirect")
async def test_many_requests_at_once(platform, elsewhere):
    async with httpx.AsyncClient(timeout=30) as client:
        answers = await asyncio.gather(*map(client.get, [URL, f"{elsewhere.url}/x"] * 20))
    servers = [Asked.of(answer.text).server for answer in answers]
    assert servers == [platform.port, elsewhere.port] * 20


def test_nothing_is_left_behind(platform):
    pools = [httpcore.ConnectionPool, httpcore.AsyncConnectionPool, httpcore.AsyncHTTPProxy]
    before = [dict(vars(pool)) for pool in pools]
    with redirected({platform.url: TWILIO}):
        assert [dict(vars(pool)) for pool in pools] != before
        assert inspect.iscoroutinefunction(httpcore.AsyncConnectionPool.handle_async_request)
    assert [dict(vars(pool)) for pool in pools] == before


@pytest.mark.usefixtures("redirect")
def test_pools_of_old_versions_refuse(monkeypatch):
    class Pool:
        def request(self, method, url):
            return "asked"

        handle_request = request

    names = ("SyncConnectionPool", "AsyncConnectionPool", "SyncHTTPProxy", "AsyncHTTPProxy")
    old = types.SimpleNamespace(ConnectError=RuntimeError, **dict.fromkeys(names, Pool))
    for owner, name, make in importlib.import_module("trunkline_redirect.httpcore_pools").places(
        old
    ):
        monkeypatch.setattr(owner, name, make(getattr(owner, name)))
    for ask in (Pool().request, Pool().handle_request):
        assert ask(b"GET", (b"https", b"example.com", None, b"/")) == "asked"
        with pytest.raises(RuntimeError, match=r"api.twilio.com is redirected to Trunkline"):
            ask(b"GET", url=(b"https", b"api.twilio.com", None, b"/"))
