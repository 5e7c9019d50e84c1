import asyncio
import errno
import socket
import ssl

import pytest

from trunkline.redirect.hosts import TWILIO
from trunkline.redirect.in_process import redirected

SENTENCE = (
    "{} is redirected to Trunkline, but not for this way to connect: "
    "run the program with `trunkline exec --proxy`, and let it connect by HTTPS_PROXY."
)


async def by_asyncio(host):
    await asyncio.open_connection(host, 443)


async def by_its_loop(host):
    await asyncio.get_running_loop().getaddrinfo(host, 443)


async def by_socket_connect(host):
    with socket.socket() as plain:
        plain.connect((host, 443))


async def by_socket_connect_ex(host):
    with socket.socket() as plain:
        plain.connect_ex((host, 443))


async def by_tls_socket(host):
    with ssl.create_default_context().wrap_socket(socket.socket(), server_hostname=host) as secure:
        secure.connect((host, 443))


async def by_create_connection(host):
    socket.create_connection((host, 443))


async def by_getaddrinfo(host):
    socket.getaddrinfo(host=host, port=443, type=socket.SOCK_STREAM)


async def by_gethostbyname(host):
    socket.gethostbyname(host)


async def by_gethostbyname_ex(host):
    socket.gethostbyname_ex(host)


async def by_gethostbyaddr(host):
    socket.gethostbyaddr(host)


async def by_getnameinfo(host):
    socket.getnameinfo((host, 443), 0)


async def by_sendto(host):
    with socket.socket(type=socket.SOCK_DGRAM) as plain:
        plain.sendto(b"x", (host, 443))


async def by_sendto_with_flags(host):
    with socket.socket(type=socket.SOCK_DGRAM) as plain:
        plain.sendto(b"x", 0, (host, 443))


WAYS = [
    by_asyncio,
    by_its_loop,
    by_socket_connect,
    by_socket_connect_ex,
    by_tls_socket,
    by_create_connection,
    by_getaddrinfo,
    by_gethostbyname,
    by_gethostbyname_ex,
    by_gethostbyaddr,
    by_getnameinfo,
    by_sendto,
    by_sendto_with_flags,
]


@pytest.mark.usefixtures("redirect")
@pytest.mark.parametrize("way", WAYS)
async def test_a_redirected_host_has_no_address(way, platform):
    with pytest.raises(socket.gaierror) as caught:
        await way("API.twilio.com")
    assert caught.value.args == (socket.EAI_NONAME, SENTENCE.format("API.twilio.com"))
    assert platform.asked == []


@pytest.mark.usefixtures("redirect")
def test_a_host_in_bytes_has_none_either():
    with pytest.raises(socket.gaierror, match=r"^.Errno .* api.twilio.com is redirected"):
        socket.getaddrinfo(b"api.twilio.com", 443)


@pytest.mark.usefixtures("redirect")
def test_other_hosts_have_theirs(elsewhere, short_tmp):
    assert socket.gethostbyname("localhost") == "127.0.0.1"
    assert socket.getaddrinfo(None, 80)
    assert socket.gethostbyaddr("127.0.0.1")
    assert socket.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)
    with socket.socket(type=socket.SOCK_DGRAM) as plain:
        assert plain.sendto(b"x", ("127.0.0.1", 9)) == 1
    with socket.socket() as plain, pytest.raises(TypeError):
        plain.sendto(b"x")
    with socket.create_connection(("localhost", elsewhere.port)) as connected:
        assert connected.getpeername() == ("127.0.0.1", elsewhere.port)
    with socket.socket() as plain:
        assert plain.connect_ex(("127.0.0.1", elsewhere.port)) == 0
    with socket.socket(socket.AF_UNIX) as unix:
        assert unix.connect_ex(str(short_tmp / "nothing")) == errno.ENOENT


def test_nothing_is_left_behind(platform):
    def state():
        names = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo")
        return [getattr(socket, name) for name in names], dict(vars(socket.socket))

    before = state()
    with redirected({platform.url: TWILIO}):
        assert state() != before
    assert state() == before
