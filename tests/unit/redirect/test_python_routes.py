import ast
from pathlib import Path

import pytest

from trunkline.redirect import in_process
from trunkline.redirect.hosts import TWILIO, routes_text

Routes = in_process.load().Routes
PLATFORM = ("127.0.0.1", 8080)
TEXT = routes_text({"http://127.0.0.1:8080": TWILIO})


@pytest.mark.parametrize(
    "host",
    [
        "twilio.com",
        "api.twilio.com",
        "API.Twilio.COM",
        "api.twilio.com.",
        "messaging.dublin.ie1.twilio.com",
        b"api.twilio.com",
        bytearray(b"api.twilio.com"),
        "ａｐｉ.twilio.com",  # what looks it up makes "api" of it
        "api。twilio.com",
    ],
)
def test_hosts_that_are_redirected(host):
    assert Routes(TEXT).find(host) == PLATFORM


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "nottwilio.com",
        ".twilio.com",
        "twilio.com.example.com",
        "",
        ".",
        "::1",
        b"\xff",
        None,
        4,
        "\ud800.twilio.com",
        "x" * 70 + "ü.twilio.com",
    ],
)
def test_hosts_that_are_left_alone(host):
    assert Routes(TEXT).find(host) is None


def test_the_first_pattern_that_fits_counts():
    routes = Routes("api.twilio.com=http://a:1 *.twilio.com=http://b:2 *.com=http://c:3")
    assert routes.find("api.twilio.com") == ("a", 1)
    assert routes.find("iam.twilio.com") == ("b", 2)
    assert routes.find("twilio.com") == ("c", 3)
    assert Routes("*.com=http://c:3 api.twilio.com=http://a:1").find("api.twilio.com") == ("c", 3)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("http://localhost:8080/", ("localhost", 8080)),
        ("HTTP://localhost", ("localhost", 80)),
        ("http://[::1]:8080", ("::1", 8080)),
        ("http://[::1]", ("::1", 80)),
    ],
)
def test_base_urls(url, address):
    assert Routes(f"twilio.com={url}").find("twilio.com") == address


@pytest.mark.parametrize(
    "text",
    [
        "twilio.com",
        "=http://a:1",
        "*.=http://a:1",
        "*=http://a:1",
        "api.*.com=http://a:1",
        "twilio.com=",
        "twilio.com=a:1",
        "twilio.com=https://a:1",
        "twilio.com=http://",
        "twilio.com=http://:80",
        "twilio.com=http://a:",
        "twilio.com=http://a:x",
        "twilio.com=http://a:0",
        "twilio.com=http://a:65536",
        "twilio.com=http://a:1/path",
        "twilio.com=http://user@a:1",
        "twilio.com=http://::1:80",
        "twilio.com=http://[::1:80",
        "twilio.com=http://[::1]80",
        "twilio.com=http://[a]:80",
        "twilio.com=http://a:1 rubbish",
    ],
)
def test_what_is_no_route_is_told(text):
    part = text.split()[-1]
    with pytest.raises(ValueError, match="TRUNKLINE_REDIRECT has a part that is no") as caught:
        Routes(text)
    assert str(caught.value).endswith(f": {part}.")


def test_an_empty_text_redirects_nothing():
    assert Routes(" ").find("api.twilio.com") is None


def test_hosts_that_are_remembered_are_limited():
    routes = Routes(TEXT)
    for number in range(5000):
        routes.find(f"host{number}.example.com")
    assert len(routes._known) < 2000
    assert routes.find("api.twilio.com") == PLATFORM


def test_the_package_is_written_for_python_3_8():
    folder = Path(in_process.__file__).parent / "python"
    files = sorted(folder.rglob("*.py"))
    assert len(files) > 5
    for path in files:
        ast.parse(path.read_text(), str(path), feature_version=(3, 8))
