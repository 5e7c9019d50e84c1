import asyncio
import inspect

import aiohttp
import pytest

from tests.support.certificates import Authority
from tests.support.echo_server import Asked, echo_server
from trunkline.redirect.hosts import TWILIO
from trunkline.redirect.in_process import redirected

URL = "https://api.twilio.com/x?y=1"


async def ask(session, url, **options):
    async with session.get(url, **options) as answer:
        return Asked.of(await answer.text())


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.mark.usefixtures("redirect")
@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.twilio.com/x?y=1", "api.twilio.com"),
        ("http://api.twilio.com/x?y=1", "api.twilio.com"),
        ("https://twilio.com/x?y=1", "twilio.com"),
        ("https://a.b.c.twilio.com:443/x?y=1", "a.b.c.twilio.com"),
        ("https://api.twilio.com:8443/x?y=1", "api.twilio.com:8443"),
        ("https://API.Twilio.com/x?y=1", "api.twilio.com"),
        ("https://api.twilio.com./x?y=1", "api.twilio.com"),
    ],
)
async def test_a_request_comes_to_the_platform_as_it_was_meant(url, host, session, platform):
    asked = await ask(session, url)
    assert platform.asked == [asked]
    assert (asked.path, asked.host) == ("/x?y=1", host)


@pytest.mark.usefixtures("redirect")
async def test_an_answer_has_the_url_that_was_asked(session):
    async with session.get(URL, auth=None) as answer:
        assert str(answer.url) == str(answer.real_url) == URL
        assert str(answer.request_info.url) == URL


@pytest.mark.usefixtures("redirect")
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_no_proxy_is_asked(scheme, session, platform, dead_proxy):
    url = f"{scheme}://api.twilio.com/x"
    named = await ask(session, url, proxy=dead_proxy, proxy_headers={"Proxy-Authorization": "x"})
    async with aiohttp.ClientSession(trust_env=True) as trusting:
        of_environment = await ask(trusting, url)
    for asked in (named, of_environment):
        assert (asked.server, asked.path, asked.host) == (platform.port, "/x", "api.twilio.com")
        assert "proxy-authorization" not in asked.headers


@pytest.mark.usefixtures("redirect")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_other_hosts_are_left_alone(host, session, platform, elsewhere):
    asked = await ask(session, f"http://{host}:{elsewhere.port}/x")
    assert (asked.server, asked.host) == (elsewhere.port, f"{host}:{elsewhere.port}")
    assert platform.asked == []


@pytest.mark.usefixtures("redirect")
async def test_redirections_lead_into_and_out_of_the_platform(session, platform, elsewhere):
    out = await ask(session, f"https://api.twilio.com/redirect?to={elsewhere.url}/x")
    assert (out.server, out.path) == (elsewhere.port, "/x")
    into = await ask(session, f"{elsewhere.url}/redirect?to={URL}")
    assert (into.server, into.host) == (platform.port, "api.twilio.com")


@pytest.mark.usefixtures("redirect")
async def test_requests_share_a_connection_and_stream_their_bodies(session, platform):
    async def parts():
        yield b"one"
        assert len(platform.asked) < 3
        yield b"two"

    for _ in range(3):
        async with session.post(URL, data=parts()) as answer:
            assert Asked.of(await answer.text()).body == "onetwo"
    assert len({asked.connection for asked in platform.asked}) == 1


async def test_a_platform_that_is_away_is_told_by_the_clients_own_error(session, nowhere):
    with redirected({nowhere: TWILIO}):
        with pytest.raises(aiohttp.ClientConnectorError, match=r"Cannot connect to host 127.0.0.1"):
            await ask(session, URL)
        with pytest.raises(aiohttp.ClientConnectorError) as caught:
            await ask(session, URL, proxy="http://127.0.0.1:9")
        assert not isinstance(caught.value, aiohttp.ClientProxyConnectionError)


@pytest.mark.usefixtures("redirect")
async def test_timeouts_are_kept():
    seen = []

    class Connector(aiohttp.TCPConnector):
        async def _create_connection(self, req, traces, timeout):
            seen.append((timeout.connect, timeout.sock_connect))
            return await super()._create_connection(req, traces, timeout)

    timeout = aiohttp.ClientTimeout(connect=11, sock_connect=12)
    async with aiohttp.ClientSession(connector=Connector(), timeout=timeout) as session:
        await ask(session, URL)
    assert seen == [(11, 12)]


@pytest.mark.usefixtures("redirect")
async def test_a_unix_socket_is_left_alone(platform, short_tmp):
    connector = aiohttp.UnixConnector(str(short_tmp / "nothing"))
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(aiohttp.ClientConnectorError, match=r"unix"):
            await ask(session, URL)
    assert platform.asked == []


async def test_a_pooled_connection_goes_where_its_host_leads_now(platform, elsewhere, tmp_path):
    authority = Authority(tmp_path)
    connector = aiohttp.TCPConnector(ssl=authority.trusting())
    with echo_server(authority.serving("localhost")) as secure:
        async with aiohttp.ClientSession(connector=connector) as session:

            async def server():
                asked = await ask(session, f"https://localhost:{secure.port}/x")
                assert asked.host == f"localhost:{secure.port}"
                return asked.server

            here = redirected({platform.url: ["localhost"]})
            there = redirected({elsewhere.url: ["localhost"]})
            assert await server() == secure.port
            for _ in range(2):
                with here:
                    assert await server() == platform.port
                    with there:
                        assert await server() == elsewhere.port
                    assert await server() == platform.port
                assert await server() == secure.port


@pytest.mark.usefixtures("redirect")
async def test_many_requests_at_once(session, platform, elsewhere):
    urls = [URL, f"{elsewhere.url}/x"] * 20
    asked = await asyncio.gather(*(ask(session, url) for url in urls))
    assert [each.server for each in asked] == [platform.port, elsewhere.port] * 20


async def test_nothing_is_left_behind(platform):
    before = dict(vars(aiohttp.TCPConnector))
    with redirected({platform.url: TWILIO}):
        assert dict(vars(aiohttp.TCPConnector)) != before
        assert inspect.iscoroutinefunction(aiohttp.TCPConnector.connect)
    assert dict(vars(aiohttp.TCPConnector)) == before
