"""URLs in texts, as people read them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.messaging.links.find_urls import replace_urls, urls_in

PIECES = st.lists(
    st.sampled_from(
        ["https://a.b/", "HTTP://c.d", "http://", "x", "(", ")", "[", "}", " ", ".", "!", "ü", "\n"]
    ),
    max_size=30,
).map("".join)


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in urls_in(text)]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("see https://a.example/b?c=d#e.", ["https://a.example/b?c=d#e"]),
        ("(https://a.example/b)", ["https://a.example/b"]),
        ("https://a.example/b_(c)", ["https://a.example/b_(c)"]),
        ("(see https://a.example/b_(c)).", ["https://a.example/b_(c)"]),
        ("'https://a.example', \"https://b.example\"", ["https://a.example", "https://b.example"]),
        ("HTTPS://A.EXAMPLE!!", ["HTTPS://A.EXAMPLE"]),
        ("http://a.example:8080/?x[]=1", ["http://a.example:8080/?x[]=1"]),
        ("https://münchen.example/straße", ["https://münchen.example/straße"]),
        ("https://a_b.example/", ["https://a_b.example/"]),
        ("one\nhttp://a.example\ntwo", ["http://a.example"]),
        ("http://a.example/%41", ["http://a.example/%41"]),
        ("a.example and www.a.example", []),
        ("ftp://a.example javascript:alert(1) mailto:a@b.example", []),
        ("http:// https://? http://:80 http://.", []),
        ("http://a.example:99999999/", []),
        ("", []),
    ],
)
def test_what_is_a_url(text: str, urls: list[str]) -> None:
    assert found(text) == urls


@given(PIECES)
def test_nothing_but_urls_is_touched(text: str) -> None:
    short = {url: f"<{n}>" for n, url in enumerate(dict.fromkeys(found(text)))}
    replaced = replace_urls(text, short)

    for url, mark in short.items():
        replaced = replaced.replace(mark, url)

    assert replaced == text
    assert replace_urls(text, {}) == text


@given(PIECES)
def test_urls_are_apart_and_in_order(text: str) -> None:
    spans = urls_in(text)
    assert all(start < end for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert all(text[start:end].lower().startswith("http") for start, end in spans)
