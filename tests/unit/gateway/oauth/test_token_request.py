"""The bytes of token requests."""

from __future__ import annotations

import base64
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest

from trunkline.gateway.connectors.declare import OAuth
from trunkline.gateway.errors import InputInvalid
from trunkline.gateway.oauth.token_request import check_client, token_request

OAUTH = OAuth(
    authorize_url="https://a.example/authorize",
    token_url="https://a.example/token",
    scopes=("one", "two"),
    token_params={"audience": "api"},
)
CLIENT = {"client_id": "me & you", "client_secret": "a:b ü/+"}


def form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), strict_parsing=True))


def test_basic_has_both_form_encoded() -> None:
    """RFC 6749 section 2.3.1."""
    made = token_request(OAUTH, CLIENT, "authorization_code", code="c/1", redirect_uri="https://x/")
    assert made.url == "https://a.example/token"
    pair = base64.b64decode(made.headers["Authorization"].removeprefix("Basic ")).decode()
    assert pair == "me+%26+you:a%3Ab+%C3%BC%2F%2B"
    assert form(made.body) == {
        "grant_type": "authorization_code",
        "code": "c/1",
        "redirect_uri": "https://x/",
        "audience": "api",
    }


def test_post_has_both_in_the_form() -> None:
    made = token_request(
        replace(OAUTH, client_auth="client_secret_post"),
        CLIENT,
        "refresh_token",
        refresh_token="r=&",
    )
    assert "Authorization" not in made.headers
    assert form(made.body) == {
        "grant_type": "refresh_token",
        "refresh_token": "r=&",
        "audience": "api",
        "client_id": "me & you",
        "client_secret": "a:b ü/+",
    }


@pytest.mark.parametrize("auth", ["client_secret_basic", "client_secret_post", "none"])
def test_a_public_client_names_itself(auth: str) -> None:
    made = token_request(
        replace(OAUTH, client_auth=auth),  # type: ignore[arg-type]
        {"client_id": "me"},
        "refresh_token",
        refresh_token="r",
    )
    assert "Authorization" not in made.headers
    assert form(made.body)["client_id"] == "me"
    assert "client_secret" not in form(made.body)


def test_client_credentials_ask_for_scopes() -> None:
    made = token_request(OAUTH, CLIENT, "client_credentials")
    assert form(made.body)["scope"] == "one two"


def test_nothing_secret_is_shown() -> None:
    made = token_request(OAUTH, CLIENT, "refresh_token", refresh_token="hidden")
    assert "hidden" not in repr(made)
    assert "Basic" not in repr(made)


@pytest.mark.parametrize("value", ["a\x00b", "a\nb", "\ud800", "x" * 10_001])
def test_what_cannot_be_sent_is_refused_without_being_quoted(value: str) -> None:
    with pytest.raises(InputInvalid, match="client_secret") as caught:
        check_client(OAUTH, {"client_id": "me", "client_secret": value})
    assert value not in caught.value.message


def test_a_client_has_an_id() -> None:
    with pytest.raises(InputInvalid, match="client_id is missing"):
        check_client(OAUTH, {"client_secret": "s"})
