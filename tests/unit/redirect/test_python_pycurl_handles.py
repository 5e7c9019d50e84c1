import importlib
import socket
import types

import pytest

from trunkline.redirect import in_process

in_process.load()
pycurl_handles = importlib.import_module("trunkline_redirect.pycurl_handles")
URL, PROXY, NOPROXY, CAINFO, TIMEOUT = 10002, 10004, 10177, 10065, 13
PYCURL = {"URL": URL, "PROXY": PROXY, "NOPROXY": NOPROXY, "CAINFO": CAINFO}


class Curl:
    def __init__(self):
        self.options = {}

    def setopt(self, option, value):
        self.options[option] = value

    setopt_string = setopt


@pytest.fixture
def handle():
    """A handle of a pycurl that was imported while hosts are redirected."""
    pycurl = types.SimpleNamespace(**PYCURL, Curl=Curl)
    [(owner, name, make)] = pycurl_handles.places(pycurl)
    assert (owner, name) == (pycurl, "Curl")
    return make(Curl)()


@pytest.mark.usefixtures("redirect")
@pytest.mark.parametrize(
    "url",
    [
        "https://api.twilio.com/x",
        b"https://user:secret@API.twilio.com:443/x",
        "api.twilio.com/x",
        "api.twilio.com/x?y=http://z",
        "http://api.twilio.com?y=://z",
        "WSS://api.twilio.com",
    ],
)
def test_a_redirected_url_is_refused(url, handle):
    with pytest.raises(socket.gaierror, match=r"twilio.com is redirected to Trunkline"):
        handle.setopt(URL, url)
    with pytest.raises(socket.gaierror):
        handle.setopt_string(URL, url)
    assert handle.options == {}


@pytest.mark.usefixtures("redirect")
def test_a_redirected_url_is_led_through_the_proxy_of_exec(handle, monkeypatch):
    ours = {"TRUNKLINE_PROXY": "127.0.0.1:4", "HTTPS_PROXY": "http://x", "SSL_CERT_FILE": "/y"}
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    handle.setopt(PROXY, "http://corporate:3128")
    handle.setopt(URL, "https://api.twilio.com/x")
    led = {PROXY: "http://x", NOPROXY: "", CAINFO: "/y", URL: "https://api.twilio.com/x"}
    assert handle.options == led
    for option in (PROXY, NOPROXY):
        with pytest.raises(socket.gaierror, match=r"twilio.com is redirected to Trunkline"):
            handle.setopt(option, "http://corporate:3128")
    assert handle.options == led
    handle.setopt(URL, "https://example.com")
    handle.setopt(PROXY, "http://corporate:3128")


@pytest.mark.usefixtures("redirect")
def test_everything_else_is_passed_on(handle):
    handle.setopt(URL, "https://example.com/x")
    handle.setopt(TIMEOUT, 5)
    assert handle.options == {URL: "https://example.com/x", TIMEOUT: 5}
    assert isinstance(handle, Curl)
