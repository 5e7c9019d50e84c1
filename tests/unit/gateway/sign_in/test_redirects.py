"""Where codes may be sent."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.gateway.sign_in.redirects import (
    OUT_OF_BAND,
    csp_source,
    is_acceptable,
    is_loopback,
    is_registered,
    shown_destination,
    with_query,
)

GOOD = [
    "https://app.example/cb",
    "https://app.example:8443/cb?x=%20&y",
    "http://127.0.0.1:1/",
    "http://127.0.0.1",
    "http://localhost:65535/a/b",
    "http://[::1]:4000/cb",
    OUT_OF_BAND,
]
BAD = [
    "",
    "http://example.com/cb",
    "http://127.0.0.2/",
    "http://localhost.evil.example/",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:65536/",
    "http://127.0.0.1:80@evil.example/",
    "https://user:pass@app.example/",
    "https://app.example/#",
    "https://app.example/#fragment",
    "https://app.example\\@evil.example/",
    "https://app.example/\n",
    "https://app.example/ ",
    " https://app.example/",
    "https://app.ex\u00e4mple/",
    "https://app.example;script-src */",
    "https:///cb",
    "https://",
    "https:app.example",
    "//app.example/",
    "javascript:alert(1)//https://a/",
    "data:text/html,x",
    "com.example.app:/cb",
    "http://[::2]/",
    "https://-a.example/",
    "https://a.example/" + "a" * 2000,
    "HTTP://LOCALHOST/",
]


@pytest.mark.parametrize("uri", GOOD)
def test_good_ones(uri: str) -> None:
    assert is_acceptable(uri)
    assert is_registered(uri, (uri,))


@pytest.mark.parametrize("uri", BAD)
def test_bad_ones(uri: str) -> None:
    assert not is_acceptable(uri)
    assert not is_loopback(uri)
    assert not is_registered(uri, (uri,))


@given(st.integers(1, 65535), st.integers(1, 65535))
def test_any_port_of_the_loopback(one: int, other: int) -> None:
    for host in ("127.0.0.1", "localhost", "[::1]"):
        registered = (f"http://{host}:{one}/cb",)
        assert is_registered(f"http://{host}:{other}/cb", registered)
        assert is_registered(f"http://{host}/cb", registered)
        assert not is_registered(f"http://{host}:{other}/cb2", registered)
        assert not is_registered(f"https://{host}:{other}/cb", registered)
    assert not is_registered(
        f"https://a.example:{one}/", (f"https://a.example:{one % 65535 + 1}/",)
    )


@given(st.text(max_size=40), st.sampled_from(GOOD[:6]))
def test_what_is_accepted_leads_where_it_says(text: str, start: str) -> None:
    """Whatever is put behind a good address: if it is accepted, every reader sees its host."""
    uri = start + text
    if is_acceptable(uri):
        parts = urlsplit(uri)
        assert parts.username is None
        assert not parts.fragment
        assert parts.scheme == "https" or parts.hostname in ("127.0.0.1", "localhost", "::1")
        source = csp_source(uri)
        assert all(one not in source for one in " ;,'\"*\n")


def test_what_the_policy_names() -> None:
    assert csp_source("https://App.Example:8443/x?y") == "https://app.example:8443"
    assert csp_source("http://127.0.0.1:4000/cb") == "http://127.0.0.1:4000"
    assert csp_source("http://[::1]:4000/cb") == "http:"
    assert csp_source(OUT_OF_BAND) == ""


def test_what_the_person_sees() -> None:
    assert shown_destination("https://App.Example:8443/x") == "app.example"
    assert shown_destination("http://127.0.0.1:4000/cb") == ""
    assert shown_destination(OUT_OF_BAND) == ""


def test_more_fields() -> None:
    assert with_query("https://a.example/cb", {"code": "a&b"}) == "https://a.example/cb?code=a%26b"
    assert with_query("https://a.example/cb?x=1", {"c": "2"}) == "https://a.example/cb?x=1&c=2"
