import asyncio
import socket

import pytest

from trunkline.redirect.hosts import TWILIO
from trunkline.redirect.in_process import redirected

uvloop = pytest.importorskip("uvloop")


async def by_stream(host):
    await asyncio.open_connection(host, 443)


async def by_getaddrinfo(host):
    await asyncio.get_running_loop().getaddrinfo(host, 443)


async def by_sock_connect(host):
    with socket.socket() as plain:
        plain.setblocking(False)
        await asyncio.get_running_loop().sock_connect(plain, (host, 443))


@pytest.mark.usefixtures("redirect")
@pytest.mark.parametrize("way", [by_stream, by_getaddrinfo, by_sock_connect])
def test_a_redirected_host_has_no_address(way):
    with (
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        pytest.raises(socket.gaierror, match=r"api.twilio.com is redirected to Trunkline"),
    ):
        runner.run(way("api.twilio.com"))


@pytest.mark.usefixtures("redirect")
def test_other_hosts_have_theirs(elsewhere):
    async def connect():
        for host in ("localhost", "127.0.0.1"):
            _, writer = await asyncio.open_connection(host, elsewhere.port)
            writer.close()
            await writer.wait_closed()
        with socket.socket() as plain:
            plain.setblocking(False)
            await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", elsewhere.port))
            return plain.getpeername()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(connect()) == ("127.0.0.1", elsewhere.port)


def test_nothing_is_left_behind(platform):
    before = dict(vars(uvloop.Loop))
    with redirected({platform.url: TWILIO}):
        assert dict(vars(uvloop.Loop)) != before
    assert dict(vars(uvloop.Loop)) == before
