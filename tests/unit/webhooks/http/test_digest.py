"""Digest access authentication, by the examples of its standard."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from trunkline.webhooks.http.digest import answer_challenge

# RFC 7616, 3.9.1
REALM = 'realm="http-auth@example.org", qop="auth, auth-int", '
NONCE = 'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
OPAQUE = 'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
MD5 = f"Digest {REALM}algorithm=MD5, {NONCE}{OPAQUE}"
SHA256 = f"Digest {REALM}algorithm=SHA-256, {NONCE}{OPAQUE}"


def ask(*challenges: str) -> str | None:
    """The answer of the RFC's client."""
    return answer_challenge(
        challenges,
        user="Mufasa",
        password="Circle of Life",
        method="GET",
        target="/dir/index.html",
        cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )


def response(text: str | None) -> str:
    """The digest in an answer."""
    found = re.search(r'response="([0-9a-f]+)"', text or "")
    return found[1] if found else ""


def test_the_examples_of_the_rfc() -> None:
    assert response(ask(MD5)) == "8ca523f5e9506fed4657c9700eebdbec"
    sha256 = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    assert response(ask(SHA256)) == sha256
    # The better of two is taken, whether in two headers or in one, behind another scheme.
    assert response(ask(MD5, SHA256)) == sha256
    assert response(ask(f'Basic realm="a, Digest b", {MD5}, {SHA256}')) == sha256


def test_the_example_of_rfc_2617_without_quality() -> None:
    text = answer_challenge(
        ['Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'],
        user="Mufasa",
        password="Circle Of Life",
        method="GET",
        target="/dir/index.html",
        cnonce="unused",
    )
    assert response(text) == "670fd8c2df070c60b045671b8b24ff02"
    assert text is not None
    assert "cnonce" not in text
    assert "algorithm" not in text


def test_fields_come_back_as_they_were_quoted() -> None:
    text = ask('digest nonce="a\\"b", realm="", opaque="c\\\\d"')

    assert text is not None
    assert 'nonce="a\\"b"' in text
    assert 'opaque="c\\\\d"' in text


def test_what_cannot_be_answered_is_not() -> None:
    assert ask() is None
    assert ask('Basic realm="x"') is None
    assert ask('Digest realm="x"') is None
    assert ask('Digest realm="x", nonce=""') is None
    assert ask('Digest realm="x", nonce="y", qop="auth-int"') is None
    assert ask('Digest realm="x", nonce="y", algorithm=MD5-sess') is None


@given(st.text(max_size=300))
def test_no_challenge_breaks_anything(text: str) -> None:
    ask(text)
    made = ask(f"Digest {text}", f'Digest nonce="{text}", realm="{text}"')
    assert made is None or "\r" not in text or made.count("\r") <= text.count("\r") * 4
