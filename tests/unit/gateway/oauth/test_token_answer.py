"""Answers of token endpoints, good ones and hostile ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.gateway.oauth.failures import GrantRefused, NotNow, TokenRequestFailed
from trunkline.gateway.oauth.post_form import Posted
from trunkline.gateway.oauth.token_answer import read_token_answer
from trunkline.gateway.oauth.tokens import Tokens

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def read(body: Any, status: int = 200, **headers: str) -> Tokens:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_token_answer(Posted(status=status, headers=names, body=data), asked_at=AT)


def test_tokens_of_the_standard() -> None:
    """RFC 6749 section 5.1."""
    got = read(
        {
            "access_token": "2YotnFZFEjr1zCsicMWpAA",
            "token_type": "example",
            "expires_in": 3600,
            "refresh_token": "tGzv3JOkF0XG5Qx2TlKWIA",
        }
    )
    assert (got.access_token, got.refresh_token) == (
        "2YotnFZFEjr1zCsicMWpAA",
        "tGzv3JOkF0XG5Qx2TlKWIA",
    )
    assert got.expires_at == AT + timedelta(hours=1)
    assert "2Yotn" not in repr(got)
    assert "tGzv3" not in repr(got)


def test_nulls_of_twilio() -> None:
    got = read({"access_token": "a", "id_token": None, "expires_in": "3600", "refresh_token": None})
    assert (got.refresh_token, got.seconds) == (None, 3600)


def test_bot_tokens_of_slack() -> None:
    got = read({"ok": True, "access_token": "xoxb-1", "token_type": "bot", "expires_in": 43200})
    assert got.access_token == "xoxb-1"


def test_forms_instead_of_json() -> None:
    got = read(b"access_token=a&expires_in=60", content_type="application/x-www-form-urlencoded")
    assert (got.access_token, got.seconds) == ("a", 60)


@pytest.mark.parametrize("value", [0, -1, True, None, "soon", "nan", "inf", "1e400", [], {}])
def test_a_life_that_is_none_is_not_known(value: object) -> None:
    assert read({"access_token": "a", "expires_in": value}).expires_at is None


def test_a_life_of_centuries_is_cut() -> None:
    assert read({"access_token": "a", "expires_in": 10**30}).expires_at is not None


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": "invalid_grant"}),
        (401, {"error": "invalid_client"}),
        (401, "Unauthorized"),
        (400, {"error": "unauthorized_client", "error_description": "x"}),
        (200, {"ok": False, "error": "invalid_refresh_token"}),
        (200, {"error": "bad_verification_code"}),
        (200, {"access_token": "a", "token_type": "DPoP"}),
    ],
)
def test_refusals_for_good(status: int, body: Any) -> None:
    with pytest.raises(GrantRefused):
        read(body, status)


@pytest.mark.parametrize(
    ("status", "body", "doubt"),
    [
        (500, {"error": "invalid_grant"}, True),
        (502, "Bad gateway", True),
        (429, {"error": "invalid_grant"}, False),
        (400, {"error": "temporarily_unavailable"}, False),
        (400, {"error": "invalid_scope"}, False),
        (404, "not here", False),
        (302, "", False),
        (200, "<html>", True),
        (200, {"access_token": ""}, True),
        (200, {"access_token": 7}, True),
        (200, {"access_token": "a\r\nX: y"}, True),
        (200, {"access_token": "a b"}, True),
        (200, {"access_token": "x" * 16_001}, True),
        (200, {"access_token": "a", "refresh_token": ["r"]}, True),
        (200, {"error": "internal_error"}, False),
        (200, b"[" * 100_000, True),
        (200, b"\xff\xfe", True),
        (200, b"", True),
    ],
)
def test_nothing_for_now(status: int, body: Any, doubt: bool) -> None:
    with pytest.raises(NotNow) as caught:
        read(body, status)
    assert caught.value.doubt is doubt


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("Fri, 02 Jan 2026 03:05:05 GMT", 60),
        ("Thu, 01 Jan 2026 00:00:00 GMT", 0),
        ("999999999", 3600),
        ("99999999999999999999", None),
        ("soon", None),
        ("-5", None),
        ("٣", None),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    with pytest.raises(NotNow) as caught:
        read("", 503, retry_after=text)
    assert caught.value.retry_after == seconds


def test_what_the_provider_writes_is_not_repeated() -> None:
    with pytest.raises(GrantRefused) as caught:
        read({"error": "invalid_grant", "error_description": "refresh token r-123 is bad"}, 400)
    assert "r-123" not in str(caught.value)
    with pytest.raises(NotNow) as other:
        read({"error": "the secret is s-1"}, 400)
    assert "s-1" not in str(other.value)


@given(
    st.sampled_from([200, 201, 400, 401, 403, 429, 500, 503]),
    st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["access_token", "expires_in", "error", "token_type", "scope"]),
                    inner,
                    max_size=5,
                )
            ),
            max_leaves=10,
        ),
    ),
)
def test_any_answer_is_tokens_or_a_reason(status: int, body: Any) -> None:
    failed: TokenRequestFailed | None = None
    try:
        got = read(body, status)
    except TokenRequestFailed as error:
        failed = error
    if failed is not None:
        assert failed.reason.endswith(".")
    else:
        assert 200 <= status < 300
        assert got.access_token.isascii()
        assert got.access_token.isprintable()
        assert " " not in got.access_token
