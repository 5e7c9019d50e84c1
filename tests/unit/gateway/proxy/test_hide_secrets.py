"""Secrets of an authorisation are covered, wherever a body is cut."""

from __future__ import annotations

from base64 import b64encode
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.gateway.connectors import Catalogue, Injected
from trunkline.gateway.proxy.hide_secrets import HideSecrets, secrets_of

TOKEN = "f00dfacef00dfacef00dfacef00dface"
BASIC = Injected(headers={"Authorization": "Basic " + b64encode(f"AC1:{TOKEN}".encode()).decode()})


def covered(injected: Injected, *parts: bytes) -> bytes:
    """A body after it was covered piece by piece."""
    found = secrets_of(injected)
    assert found is not None
    hide = HideSecrets(found)
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


ACCOUNT = b'{"sid":"AC1","auth_token": "0123456789abcdef0123456789abcdef","status":"active"}'


@given(st.lists(st.integers(0, len(ACCOUNT)), max_size=6))
def test_tokens_of_other_accounts(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(ACCOUNT)]
    parts = [ACCOUNT[start:end] for start, end in pairwise(places)]
    twilio = Catalogue().get("twilio")
    for path in (
        "/2010-04-01/Accounts.json",
        "/2010-04-01/Account%73/AC1.json",
        "/2010-04-01/Accounts/AC1/Keys.json",
        "/v1/AuthTokens/Promote",
    ):
        found = secrets_of(Injected(), twilio, path)
        assert found is not None
        hide = HideSecrets(found)
        told = b"".join(hide.cover(part, last=False) for part in parts) + hide.cover(b"", last=True)
        assert told == ACCOUNT.replace(b"0123456789abcdef", b"*" * 16)
    assert secrets_of(Injected(), twilio, "/2010-04-01/Accounts/AC1/Messages.json") is None


def test_as_xml() -> None:
    found = secrets_of(Injected(), Catalogue().get("twilio"), "/2010-04-01/Accounts.xml")
    assert found is not None
    told = HideSecrets(found).cover(b"<Sid>AC1</Sid><AuthToken>abcdef</AuthToken>", last=True)
    assert told == b"<Sid>AC1</Sid><AuthToken>******</AuthToken>"


def test_nothing_else_waits() -> None:
    found = secrets_of(BASIC)
    assert found is not None
    hide = HideSecrets(found)
    assert hide.cover(b"data: one\n\n", last=False) == b"data: one\n\n"
    assert hide.cover(b"data: f00d", last=False) == b"data: "
    assert hide.cover(b" for all\n\n", last=False) == b"f00d for all\n\n"


@given(st.data())
def test_one_that_begins_within_another(data: st.DataObject) -> None:
    """Cut or whole, a body is covered in the same places."""
    secrets = data.draw(st.lists(st.text("ab", min_size=8, max_size=14), min_size=2, max_size=3))
    found = secrets_of(Injected(headers={f"X-{n}": each for n, each in enumerate(secrets)}))
    assert found is not None
    pieces = [*secrets, *(each[:6] for each in secrets), "a", "x"]
    body = "".join(data.draw(st.lists(st.sampled_from(pieces), max_size=5))).encode()
    cuts = data.draw(st.lists(st.integers(0, len(body)), max_size=5))
    places = [0, *sorted(cuts), len(body)]
    hide = HideSecrets(found)

    told = [hide.cover(body[start:end], last=False) for start, end in pairwise(places)]

    assert b"".join(told) + hide.cover(b"", last=True) == HideSecrets(found).cover(body, last=True)
