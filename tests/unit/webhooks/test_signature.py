"""Signatures are accepted by the validator that Python apps use, as it comes from PyPI."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from trunkline.webhooks.form import encode, with_query
from trunkline.webhooks.signature import sign, with_body_digest
from trunkline.webhooks.target import read_target

TOKEN = "12345678901234567890123456789012"
URL = "https://example.com/sms?step=1"
VALIDATOR = RequestValidator(TOKEN)

Pairs = list[tuple[str, str]]
# Few names, so that they meet; values of any characters, lone surrogates too.
pairs = st.lists(st.tuples(st.sampled_from(["Body", "body", "To", "é", "😀", "\uff5e"]), st.text()))
any_pairs = st.lists(st.tuples(st.text(min_size=1), st.text()))


class Form:
    """A form as Flask and Django hand it to the validator."""

    def __init__(self, body: bytes) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in parse_qsl(body.decode(), keep_blank_values=True, errors="strict"):
            self._values.setdefault(name, []).append(value)

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def getlist(self, name: str) -> list[str]:
        return self._values[name]


def accepted(url: str, parameters: Pairs, signature: str, token: str = TOKEN) -> bool:
    """Whether an app lets a form POST in."""
    return RequestValidator(token).validate(url, Form(encode(parameters)), signature)


def test_the_signature_of_twilios_own_example() -> None:
    # From "Validating requests" of the security page, also in the tests of twilio-python.
    parameters = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
        ("Caller", "+14158675309"),
    ]
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert sign("12345", url, parameters) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@given(pairs)
def test_any_form_is_accepted(parameters: Pairs) -> None:
    assert accepted(URL, parameters, sign(TOKEN, URL, parameters))


@given(any_pairs)
def test_any_names_are_accepted(parameters: Pairs) -> None:
    assert accepted(URL, parameters, sign(TOKEN, URL, parameters))


@given(pairs, st.randoms(use_true_random=False))
def test_the_order_of_the_wire_does_not_matter(parameters: Pairs, random: object) -> None:
    shuffled = list(parameters)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sign(TOKEN, URL, shuffled) == sign(TOKEN, URL, parameters)


@given(pairs)
def test_a_get_request_is_accepted(parameters: Pairs) -> None:
    url = with_query(URL, parameters)
    assert VALIDATOR.validate(url, {}, sign(TOKEN, url, ()))


@given(st.dictionaries(st.text(), st.text()), st.sampled_from(["", "?", "?a=1", "?a=1&"]))
def test_a_json_body_is_accepted_and_another_is_not(value: dict[str, str], query: str) -> None:
    body = json.dumps(value).encode()
    url = with_body_digest(f"https://example.com/events{query}", body)
    signature = sign(TOKEN, url, ())
    assert VALIDATOR.validate(url, body.decode(), signature)
    assert not VALIDATOR.validate(url, body.decode() + " ", signature)


@pytest.mark.parametrize(
    "configured",
    [
        "http://example.com",
        "http://example.com:80/x",
        "https://example.com:443/x",
        "https://example.com:8443/x?a=1",
        "http://example.com:443/x",
        "HTTPS://Example.COM/X",
        "https://user:pass@example.com/x#rc=2",
        "https://user:pass@example.com:8443/x",
        "https://example.com?a=1&b",
        "https://example.com/x?",
        "https://example.com/a/../b/./c",
        'https://example.com/a b/é/%7e%2F%zz?q=it\'s "so" <b>|{}^`\\&a[]=1&😀',
        "https://bücher.example/x",
        "http://[::1]:8080/x",
        "http://[2001:DB8::1]/x",
        "http://127.1/x",
    ],
)
def test_what_is_requested_for_a_configured_url_is_accepted(configured: str) -> None:
    url = read_target(configured).url
    parameters = [("To", "+14155550100"), ("Body", "Grüße 👋"), ("FromCity", "")]
    assert accepted(url, parameters, sign(TOKEN, url, parameters))


# Of `http://host/path;` the validator drops the semicolon: no signature suits it.
path = st.from_regex(r"(/([^\s/?#;\\]|[ \\])*)*", fullmatch=True).filter(str.isprintable)
query = st.from_regex(r"(\?([^\s#]|[ ])*)?", fullmatch=True).filter(str.isprintable)


@given(st.sampled_from(["http", "https"]), st.sampled_from(["", ":8080", ":80"]), path, query)
def test_any_path_and_query_is_accepted(scheme: str, port: str, path: str, query: str) -> None:
    url = read_target(f"{scheme}://example.com{port}{path}{query}").url
    assert VALIDATOR.validate(url, {}, sign(TOKEN, url, ()))


def test_each_distinct_value_of_a_name_counts_once_sorted() -> None:
    repeated = [("Tag", "b"), ("Tag", "a"), ("Tag", "b")]
    assert sign(TOKEN, URL, repeated) == sign(TOKEN, URL + "TagaTagb", ())
    assert accepted(URL, repeated, sign(TOKEN, URL, repeated))


def test_an_empty_value_contributes_its_name() -> None:
    assert sign(TOKEN, URL, [("FromZip", "")]) == sign(TOKEN, URL + "FromZip", ())


@pytest.mark.parametrize(
    ("url", "parameters", "token"),
    [
        (URL + "2", [("Body", "x")], TOKEN),
        (URL, [("Body", "y")], TOKEN),
        (URL, [("Body", "x"), ("More", "")], TOKEN),
        (URL, [("Body", "x")], TOKEN[::-1]),
    ],
    ids=["url", "value", "parameter", "token"],
)
def test_what_was_not_signed_is_not_accepted(url: str, parameters: Pairs, token: str) -> None:
    assert not accepted(url, parameters, sign(TOKEN, URL, [("Body", "x")]), token)
