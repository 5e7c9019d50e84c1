"""`proxy.fingerprint`."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.gateway.proxy.fingerprint import fingerprint

BASE = ("subject", "connection", "POST", "https://h/p?a=1", (), b"body", 4)


@pytest.mark.parametrize("place", range(7))
def test_each_part_counts(place: int) -> None:
    other = list(BASE)
    other[place] = {4: (("Content-Type", "x"),), 5: b"other", 6: 5}.get(place, "else")
    assert fingerprint(*other) != fingerprint(*BASE)  # type: ignore[arg-type]


@given(st.lists(st.text(), min_size=4, max_size=4), st.lists(st.text(), min_size=4, max_size=4))
def test_different_parts_are_different_requests(one: list[str], other: list[str]) -> None:
    same = fingerprint(*one, (), b"") == fingerprint(*other, (), b"")
    assert same == (one == other)


def test_headers_that_do_not_change_what_is_done_do_not_count() -> None:
    with_trace = (*BASE[:4], (("traceparent", "1"), ("User-Agent", "x")), *BASE[5:])
    assert fingerprint(*with_trace) == fingerprint(*BASE)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["Idempotency-Key", "i-twilio-idempotency-token"])
def test_a_caller_can_say_that_it_is_another_one(name: str) -> None:
    def made(key: str) -> bytes:
        return fingerprint(*BASE[:4], [(name, key)], b"body", 4)  # type: ignore[arg-type]

    assert made("1") == made("1") != made("2")


def test_a_multipart_body_that_is_made_again_is_the_same() -> None:
    def made(text: str) -> bytes:
        request = httpx.Request("POST", "http://h/", files={"file": ("a.txt", text.encode())})
        headers = list(request.headers.items())
        return fingerprint("s", "c", "POST", "/p", headers, request.read())

    one = httpx.Request("POST", "http://h/", files={"file": b"x"})
    other = httpx.Request("POST", "http://h/", files={"file": b"x"})
    assert one.headers["content-type"] != other.headers["content-type"]  # as this is about
    assert made("x") == made("x") != made("y")
