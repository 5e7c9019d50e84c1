import importlib
import socket

import pytest
import urllib3.connection

from trunkline.redirect import in_process

in_process.load()
urllib3_future = importlib.import_module("trunkline_redirect.urllib3_future")


class Module:
    """What is in its place when urllib3-future is installed."""

    class HTTPConnection:
        _tunnel_host = None
        port = 3128

        def __init__(self, host):
            self.host = host

        def connect(self):
            return "connected"

        def request(self, method, url):
            return f"asked {url}"

    class HTTPSConnection(HTTPConnection):
        def connect(self):
            return "connected securely"


@pytest.fixture
def module(monkeypatch):
    for owner, name, make in urllib3_future.places(Module):
        monkeypatch.setattr(owner, name, make(getattr(owner, name)))
    return Module


@pytest.mark.usefixtures("redirect")
@pytest.mark.parametrize("kind", ["HTTPConnection", "HTTPSConnection"])
def test_its_connections_refuse_redirected_hosts(kind, module):
    connection = getattr(module, kind)("api.twilio.com")
    tunnelled = getattr(module, kind)("proxy.example.com")
    tunnelled._tunnel_host = "api.twilio.com"
    forwarding = module.HTTPConnection("proxy.example.com")
    for ask in (
        connection.connect,
        tunnelled.connect,
        lambda: connection.request("GET", "/x"),
        lambda: tunnelled.request("GET", "/x"),
        lambda: forwarding.request("GET", "http://api.twilio.com/x"),
    ):
        with pytest.raises(socket.gaierror, match=r"api.twilio.com is redirected to Trunkline"):
            ask()


@pytest.mark.usefixtures("redirect")
def test_its_other_connections_are_left_alone(module):
    assert module.HTTPConnection("example.com").connect() == "connected"
    assert module.HTTPSConnection("example.com").connect() == "connected securely"
    assert module.HTTPConnection("example.com").request("GET", "/x") == "asked /x"


@pytest.mark.usefixtures("redirect")
def test_the_proxy_of_exec_is_asked(module, monkeypatch):
    monkeypatch.setenv("TRUNKLINE_PROXY", "proxy.example.com:3128")
    connection = module.HTTPSConnection("proxy.example.com")
    connection._tunnel_host = "api.twilio.com"
    assert connection.connect() == "connected securely"
    assert connection.request("GET", "/x") == "asked /x"
    connection.port = 3129
    with pytest.raises(socket.gaierror):
        connection.connect()


def test_urllib3_itself_is_left_to_http_client():
    assert list(urllib3_future.places(urllib3.connection)) == []
