"""Addresses of endpoints: nothing that is entered leads elsewhere than it says."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.gateway.connectors.declare import OAuth
from trunkline.gateway.errors import InputInvalid
from trunkline.gateway.oauth.endpoints import endpoint, same_origin, scope_of


def test_values_are_put_in() -> None:
    made = endpoint("https://{domain}.example.com/t/{tenant}", {"domain": "a-1", "tenant": "x.y"})
    assert made == "https://a-1.example.com/t/x.y"


@given(st.text(max_size=30))
def test_a_value_never_changes_the_host_or_the_number_of_segments(value: str) -> None:
    try:
        made = endpoint("https://{domain}.example.com/t/token", {"domain": value})
    except InputInvalid:
        return
    parts = urlsplit(made)
    assert parts.hostname == f"{value.lower()}.example.com"
    assert (parts.path, parts.query, parts.fragment) == ("/t/token", "", "")


@pytest.mark.parametrize(
    "value",
    [
        "a/b",
        "a@b",
        "a\\b",
        "a..b",
        "..",
        "a:1",
        "a?b",
        "a#b",
        "a%2fb",
        " a",
        "a\n",
        "",
        "é",
        "\x00",
    ],
)
def test_a_part_that_would_lead_elsewhere_is_refused(value: str) -> None:
    with pytest.raises(InputInvalid):
        endpoint("https://{domain}.example.com/token", {"domain": value})


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/token",
        "https://user@a.example/token",
        "https://a.example\\@b.example/",
        "https://a.example/#x",
        "https://a.example/\ud800",
        "https://a.example/" + "x" * 10_000,
        "javascript:alert(1)",
        "//a.example/token",
        "https://",
    ],
)
def test_a_whole_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InputInvalid):
        endpoint("{token_url}", {"token_url": url})


def test_plain_http_is_for_addresses_that_were_entered_as_a_whole() -> None:
    assert endpoint("{url}", {"url": "http://10.1.2.3:8080/t"}) == "http://10.1.2.3:8080/t"
    with pytest.raises(InputInvalid):
        endpoint("http://provider.example/token", {})


def test_origins_are_compared_as_they_are_meant() -> None:
    assert same_origin("https://A.example", "https://a.example:443/authorize?x=1")
    assert not same_origin("https://a.example.evil.example", "https://a.example/authorize")
    assert not same_origin("http://a.example", "https://a.example")
    assert not same_origin("", "")


def test_scopes_that_were_entered_are_asked_for() -> None:
    oauth = OAuth(authorize_url=None, token_url="https://a.example", scopes=("a", "{scope}"))
    assert scope_of(oauth, {"scope": "b c"}) == "a b c"
    assert scope_of(oauth, {}) == "a"
