"""`proxy.header_rules`."""

from __future__ import annotations

import pytest

from trunkline.gateway.connectors import Injected
from trunkline.gateway.errors import BadRequest, TargetRefused
from trunkline.gateway.proxy.header_rules import (
    MOST_HEADER_BYTES,
    answer_headers,
    request_headers,
)
from trunkline.gateway.proxy.hide_secrets import secrets_of

OURS = Injected(headers={"Authorization": "Basic real", "X-Api-Key": "secret"})


OWN = [("Accept-Encoding", "identity"), ("Via", "1.1 trunkline-gateway")]


def passed(*given: tuple[str, str]) -> list[tuple[str, str]]:
    """What of a caller's headers the provider gets."""
    headers = request_headers(given, Injected(), "api.example.com")
    assert headers[0] == ("Host", "api.example.com")
    assert headers[-2:] == OWN
    return headers[1:-2]


@pytest.mark.parametrize(
    "name",
    [
        "Authorization", "Connection", "Content-Length", "Cookie", "CF-Connecting-IP", "CDN-Loop",
        "Expect", "Forwarded", "Host", "Keep-Alive", "Maton-Connection", "membrane-tenant",
        "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding",
        "Trunkline-Anything", "Upgrade", "Via", "X-Amzn-Trace-Id", "X-Forwarded-For",
        "X-Forwarded-Host", "X-Maton-Client-User-Agent", "X-Real-IP", "HTTP2-Settings",
    ],
)  # fmt: skip
def test_what_is_between_caller_and_gateway_stays_here(name: str) -> None:
    for spelled in (name, name.lower(), name.upper()):
        assert passed((spelled, "value")) == []


def test_everything_else_passes_in_order_with_its_repetitions() -> None:
    given = [
        ("Content-Type", "a/b; c=d"), ("x-two", "1"), ("Accept", "*/*"), ("x-two", "2"),
        ("Idempotency-Key", "k"), ("If-Match", '"e"'), ("User-Agent", "curl"), ("Prefer", "x"),
    ]  # fmt: skip
    assert passed(*given) == given


def test_what_connection_names_is_for_this_hop_alone() -> None:
    given = [
        ("X-Hop", "1"),
        ("Connection", "close, x-hop"),
        ("connection", "X-Other"),
        ("x-other", "2"),
    ]
    assert passed(*given, ("x-kept", "3")) == [("x-kept", "3")]


def test_what_authorises_the_request_takes_the_place_of_the_callers() -> None:
    given = [("x-api-key", "mine"), ("authorization", "Bearer ours"), ("x-kept", "1")]
    assert request_headers(given, OURS, "h") == [
        ("Host", "h"),
        ("x-kept", "1"),
        ("Authorization", "Basic real"),
        ("X-Api-Key", "secret"),
        *OWN,
    ]


def test_connection_cannot_name_what_authorises_the_request_away() -> None:
    given = [("connection", "authorization, host, x-api-key")]
    assert request_headers(given, OURS, "h") == [("Host", "h"), *OURS.headers.items(), *OWN]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x", "a\r\nb: c"), ("x", "a\nb"), ("x", "\0"), ("x", "\x7f"), ("x", "\ud800"), ("", "a"),
        ("x y", "a"), ("x:y", "a"), ("x\r\ny", "a"), ("é", "a"), ("x\0", "a"),
    ],
)  # fmt: skip
def test_what_is_no_header_is_refused(name: str, value: str) -> None:
    with pytest.raises(BadRequest, match="header"):
        passed((name, value))


def test_too_many_and_too_long_ones_are_refused() -> None:
    passed(*[("x", "y")] * 99)
    with pytest.raises(BadRequest):
        passed(*[("x", "y")] * 100)
    with pytest.raises(BadRequest):
        passed(("x", "y" * MOST_HEADER_BYTES))


def test_bytes_that_are_utf8_stay_the_same_bytes() -> None:
    as_asgi_has_it = "grüße €".encode().decode("latin-1")
    [(_, value)] = passed(("x", as_asgi_has_it))
    assert value.encode() == "grüße €".encode()
    assert passed(("x", "€")) == [("x", "€")]


def returned(*given: tuple[bytes, bytes], status: int = 200) -> list[tuple[bytes, bytes]]:
    headers = answer_headers(given, status, "con", "req")
    assert headers[-2:] == [(b"trunkline-connection-used", b"con"), (b"x-request-id", b"req")]
    return headers[:-2]


@pytest.mark.parametrize(
    "name",
    [
        b"Connection", b"Keep-Alive", b"Set-Cookie", b"Transfer-Encoding", b"Trailer", b"Upgrade",
        b"Alt-Svc", b"Strict-Transport-Security", b"Clear-Site-Data", b"Date", b"bad name",
        b"b\xff", b"Trunkline-Connection-Used", b"Proxy-Authenticate",
    ],
)  # fmt: skip
def test_what_holds_for_the_providers_connection_or_site_stays_there(name: bytes) -> None:
    assert returned((name, b"value")) == []


def test_other_headers_come_back() -> None:
    given = [
        (b"Content-Type", b"text/plain"), (b"Content-Encoding", b"gzip"), (b"X-Two", b"1"),
        (b"Location", b"http://elsewhere/"), (b"X-Two", b"2"), (b"Content-Length", b"3"),
        (b"WWW-Authenticate", b"Basic"), (b"Retry-After", b"3"), (b"X-Latin", b"\xe9"),
    ]  # fmt: skip
    assert returned(*given) == [(name.lower(), value) for name, value in given]


def test_the_providers_own_request_id_has_another_name() -> None:
    assert returned((b"X-Request-Id", b"theirs")) == [(b"trunkline-provider-request-id", b"theirs")]


def test_what_the_providers_connection_names_stays_there_but_for_the_length() -> None:
    given = [(b"X-Hop", b"1"), (b"Connection", b"x-hop, content-length"), (b"Content-Length", b"0")]
    assert returned(*given) == [(b"content-length", b"0")]


def test_values_that_no_server_would_send_are_left_out() -> None:
    assert returned((b"x", b"a\x01b"), (b"y", b"a\tb")) == [(b"y", b"a\tb")]


@pytest.mark.parametrize("status", [204, 304])
def test_answers_that_have_no_body_have_no_length(status: int) -> None:
    assert returned((b"content-length", b"5"), status=status) == []


def test_what_comes_from_this_gateway_goes_round_no_more() -> None:
    with pytest.raises(TargetRefused, match="back to this gateway"):
        request_headers([("via", "1.0 a, 1.1 Trunkline-Gateway")], Injected(), "h")
    assert passed(("via", "1.1 somebody")) == []


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (b"public, max-age=60", b"private, max-age=60"),
        (b"s-maxage=5, must-revalidate", b"private"),
        (b"max-age=60", b"max-age=60"),
        (b"no-store", b"no-store"),
    ],
)
def test_no_shared_cache_keeps_an_answer(told: bytes, kept: bytes) -> None:
    assert returned((b"Cache-Control", told)) == [(b"cache-control", kept)]


def test_secrets_in_headers_are_covered() -> None:
    hidden = secrets_of(Injected(headers={"Authorization": "Bearer KEY0123456789"}))
    given = [(b"Link", b"<https://a.example/?key=KEY0123456789>; rel=next")]
    (link, *_) = answer_headers(given, 200, "con", "req", hidden)
    assert link == (b"link", b"<https://a.example/?key=*************>; rel=next")
