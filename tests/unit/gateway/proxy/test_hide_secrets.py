"""Secrets of an authorisation are covered, wherever a body is cut."""

from __future__ import annotations

from base64 import b64encode
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.gateway.connectors import Injected
from trunkline.gateway.proxy.hide_secrets import HideSecrets, secrets_of

TOKEN = "f00dfacef00dfacef00dfacef00dface"
BASIC = Injected(headers={"Authorization": "Basic " + b64encode(f"AC1:{TOKEN}".encode()).decode()})


def covered(injected: Injected, *parts: bytes) -> bytes:
    """A body after it was covered piece by piece."""
    found = secrets_of(injected)
    assert found is not None
    hide = HideSecrets(*found)
    *before, last = parts
    return b"".join([hide.cover(part, last=False) for part in before]) + hide.cover(last, last=True)


@given(st.binary(max_size=80), st.binary(max_size=80), st.lists(st.integers(0, 300), max_size=6))
def test_however_it_is_cut(before: bytes, after: bytes, cuts: list[int]) -> None:
    body = before + TOKEN.encode() + after + TOKEN.encode()
    places = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    parts = [body[start:end] for start, end in pairwise(places)]

    told = covered(BASIC, *parts)

    assert told == body.replace(TOKEN.encode(), b"*" * 32)


@given(st.lists(st.binary(max_size=40), min_size=1))
def test_everything_else_is_as_it_came(parts: list[bytes]) -> None:
    body = b"".join(parts)
    if TOKEN.encode() not in body:
        assert covered(BASIC, *parts) == body


@pytest.mark.parametrize(
    ("injected", "secret"),
    [
        (BASIC, b64encode(f"AC1:{TOKEN}".encode())),
        (Injected(headers={"Authorization": "Bearer KEY0123456789"}), b"KEY0123456789"),
        (Injected(headers={"X-Api-Key": "a/b+c=d&e f/g"}), b"a\\/b+c=d&e f\\/g"),
        (Injected(headers={"X-Api-Key": "a/b+c=d&ef/g"}), b"a%2Fb%2Bc%3Dd%26ef%2Fg"),
        (Injected(query={"api_key": 'quote"quote'}), b'quote\\"quote'),
    ],
    ids=["basic", "bearer", "JSON", "URL", "query"],
)
def test_as_providers_write_it(injected: Injected, secret: bytes) -> None:
    assert covered(injected, b"<" + secret + b">") == b"<" + b"*" * len(secret) + b">"


def test_what_is_too_short_to_be_told_from_other_text() -> None:
    assert secrets_of(Injected(headers={"X-Api-Key": "abc"})) is None
    assert secrets_of(Injected()) is None
