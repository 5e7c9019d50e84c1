"""What attributes may be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.twiml import kinds

EVENTS = kinds.words("initiated", "ringing", "answered")


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        (kinds.text, " a b\n", "a b"),
        (kinds.text, "\u00a0", "\u00a0"),
        (kinds.method, " get ", "GET"),
        (kinds.method, "POST", "POST"),
        (kinds.boolean, "True", True),
        (kinds.boolean, "false", False),
        (kinds.integer(1, 600), " 600 ", 600),
        (kinds.integer(-5, 5), "-05", -5),
        (kinds.one_of("a", "b"), "b", "b"),
        (EVENTS, "ringing  initiated", ("ringing", "initiated")),
    ],
)
def test_good_values(kind: kinds.Kind[Any], written: str, value: object) -> None:
    assert kind(written) == value


@pytest.mark.parametrize(
    ("kind", "written", "sentence"),
    [
        (kinds.method, "PUT", "GET or POST"),
        (kinds.boolean, "yes", "true or false"),
        (kinds.integer(1, 600), "0", "from 1 to 600"),
        (kinds.integer(1, 600), "601", "from 1 to 600"),
        (kinds.integer(1, 600), "1.5", "whole number"),
        (kinds.integer(1, 600), "١", "whole number"),
        (kinds.integer(1, 600), "1_0", "whole number"),
        (kinds.integer(0, 10), "9" * 60_000, "whole number"),
        (kinds.one_of("a", "b"), "A", "one of a, b"),
        (EVENTS, "ringing busy", "some of initiated, ringing, answered"),
        (EVENTS, "ringing,answered", "blanks"),
    ],
)
def test_bad_values_are_refused_with_what_would_be_good(
    kind: kinds.Kind[Any], written: str, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        kind(written)


@pytest.mark.parametrize(
    "kind",
    [
        kinds.text,
        kinds.url,
        kinds.method,
        kinds.boolean,
        kinds.integer(1, 2),
        kinds.one_of("a"),
        EVENTS,
    ],
)
def test_blank_counts_as_absent(kind: kinds.Kind[Any]) -> None:
    assert kind("") is None
    assert kind(" \t\n") is None


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example",
        "HTTP://a.example:8080/x?y=z&w=%20#rc=2",
        "http://user:p%40ss@127.0.0.1/x",
        "http://[::1]:3000/x",
        "https://bücher.example/straße",
        "/next",
        "next?a=1",
        "../next",
        "?a=https://b.example",
        "//a.example/x",
        "/a:b",
    ],
)
def test_urls(address: str) -> None:
    assert kinds.url(f" {address}\n") == address


@pytest.mark.parametrize(
    "address",
    [
        "ftp://a.example",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "localhost:3000/x",
        "https:/a.example",
        "https:a.example",
        "https://",
        "https:///x",
        "https://:443/x",
        "//",
        "http://a.example:99999/",
        "http://a.example:0/",
        "http://a.example:x/",
        "http://[::1/",
        "https://a.example/a b",
        "https://a.example/\u2028",
        "https://a.example/\r\nX: y",
    ],
)
def test_what_is_no_url_to_request(address: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        kinds.url(address)


@given(st.text())
def test_any_text_is_a_url_or_is_refused(value: str) -> None:
    sentence = "must be"
    address: str | None = None
    try:
        address = kinds.url(value)
    except ValueError as error:
        sentence = str(error)
    assert sentence.startswith("must be")
    assert address is None or not set(address) & set(" \t\r\n\0")
