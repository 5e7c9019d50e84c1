"""A Location is ASCII in one line, and leads to where the URL led."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.messaging.links.in_ascii import in_ascii


@pytest.mark.parametrize(
    ("url", "header"),
    [
        ("https://shop.example/a?b=%20c&d#e", b"https://shop.example/a?b=%20c&d#e"),
        ("http://b\u00fccher.example/\u00e4", b"http://xn--bcher-kva.example/%C3%A4"),
        ("HTTP://u:p@B\u00dcCHER.example:81?q", b"HTTP://u:p@xn--bcher-kva.example:81?q"),
        ("http://a.example/@b\u00fccher", b"http://a.example/@b%C3%BCcher"),
        ("http://[::1]:8080/x", b"http://[::1]:8080/x"),
        ("http://a.example\\@b\u00fc.example", b"http://a.example%5C@b%C3%BC.example"),
        ("https://a.example/\r\nSet-Cookie: a=b", b"https://a.example/%0D%0ASet-Cookie:%20a=b"),
        ("http://\u2764\u200d.example/", b"http://%E2%9D%A4%E2%80%8D.example/"),
    ],
)
def test_a_url_as_a_header_has_it(url: str, header: bytes) -> None:
    assert in_ascii(url) == header


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_was_written_stays_in_its_line(rest: str) -> None:
    assert all(0x20 < byte < 0x7F for byte in in_ascii(f"https://{rest}"))
