from __future__ import annotations

import re

import pytest

from trunkline.gateway.connectors import Injected, Method
from trunkline.gateway.connectors.rest import CONNECTOR
from trunkline.gateway.errors import CredentialsRefused


def method(key: str) -> Method:
    found = CONNECTOR.method(key)
    assert found is not None
    return found


def pattern(key: str, field: str) -> str:
    found = next(each.pattern for each in method(key).fields if each.key == field)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("key", "entered", "injected"),
    [
        ("bearer", {"token": "t"}, Injected(headers={"Authorization": "Bearer t"})),
        ("header", {"header": "X-API-Key", "api_key": "k"}, Injected(headers={"X-API-Key": "k"})),
        (
            "header",
            {"header": "Authorization", "prefix": " Token ", "api_key": "k"},
            Injected(headers={"Authorization": "Token k"}),
        ),
        (
            "basic",
            {"username": "u", "password": "p"},
            Injected(headers={"Authorization": "Basic dTpw"}),
        ),
        ("basic", {"username": "u"}, Injected(headers={"Authorization": "Basic dTo="})),
        ("query", {"parameter": "api_key", "api_key": "k&="}, Injected(query={"api_key": "k&="})),
        ("oauth", {"access_token": "a"}, Injected(headers={"Authorization": "Bearer a"})),
        (
            "client_credentials",
            {"access_token": "a"},
            Injected(headers={"Authorization": "Bearer a"}),
        ),
    ],
)
def test_a_key_goes_where_the_person_said(
    key: str, entered: dict[str, str], injected: Injected
) -> None:
    assert method(key).apply(entered) == injected


def test_the_base_url_alone_can_be_read_later() -> None:
    for each in CONNECTOR.methods:
        assert [field.key for field in each.fields if field.setting] == ["base_url"]


@pytest.mark.parametrize("name", ["X-API-Key", "authorization", "Cookie", "Te-st", "hostile"])
def test_a_header_for_a_key(name: str) -> None:
    assert re.fullmatch(pattern("header", "header"), name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Host",
        "HOST",
        "Content-Length",
        "content-type",
        "Transfer-Encoding",
        "Connection",
        "TE",
        "Expect",
        "Proxy-Authorization",
        "X-Forwarded-For",
        "X Y",
        "X:",
        "X\r\nY",
        "é",
    ],
)
def test_a_header_that_would_make_it_another_request(name: str) -> None:
    assert not re.fullmatch(pattern("header", "header"), name)


def test_a_key_that_would_be_a_second_header_is_refused() -> None:
    with pytest.raises(CredentialsRefused):
        method("header").apply({"header": "X", "api_key": "k\r\nHost: evil.com"})


@pytest.mark.parametrize("url", ["ftp://x", "https://", "https://a b", "https://é", "x"])
def test_a_url_has_its_form(url: str) -> None:
    assert re.fullmatch(pattern("oauth", "token_url"), "https://id.example.com/token")
    assert not re.fullmatch(pattern("oauth", "token_url"), url)


def test_entered_endpoints_are_those_of_the_sign_in() -> None:
    oauth = method("oauth").oauth
    assert oauth is not None
    assert (oauth.authorize_url, oauth.token_url) == ("{authorize_url}", "{token_url}")
    assert oauth.pkce
    assert oauth.scopes == ("{scope}",)
    machine = method("client_credentials").oauth
    assert machine is not None
    assert machine.authorize_url is None
