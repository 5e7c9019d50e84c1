"""URLs and texts as they may be shown."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.webhooks.shown_url import bounded, origin, shown_url, without_query


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@h.example/x?a=b@c#rc=1", "https://h.example/x?a=b@c"),
        ("https://u:p@h.example", "https://h.example"),
        ("https://h.example?mail=a@b.example", "https://h.example?mail=a@b.example"),
        ("https://u:p@[::1]:8080/x", "https://[::1]:8080/x"),
        ("https://a@b:c@h.example/x", "https://h.example/x"),
        ("https://u:half/half@h.example/x@y", "https://y"),
        ("https://u:h?lf@h.example/", "https://h.example/"),
        ("//u:p@h.example/", "//u:p@h.example/"),
        ("u:p@h.example", "h.example"),
        ("", ""),
    ],
)
def test_a_url_is_shown_without_userinfo_and_fragment(url: str, shown: str) -> None:
    assert shown_url(url) == shown


@given(
    password=st.text(min_size=1).map(lambda text: quote(text, safe="")),
    path=st.text(),
    host=st.sampled_from(("h.example", "h.example:81", "[::1]", "[::1]:81")),
)
def test_no_password_is_ever_shown(password: str, path: str, host: str) -> None:
    secret = f"pw-{password}-pw"
    shown = shown_url(f"https://user:{secret}@{host}/{path}#{secret}")
    assert secret not in shown.replace(path, "")
    assert shown.startswith(f"https://{host}/")
    assert urlsplit(shown).fragment == ""
    assert len(shown) <= 2048


@given(st.text())
def test_anything_can_be_shown_as_a_url(text: str) -> None:
    assert "\0" not in shown_url(text)


@pytest.mark.parametrize(
    ("url", "rest"),
    [
        ("https://h.example/x?a=b?c#d", "https://h.example/x"),
        ("https://h.example?", "https://h.example"),
        ("/x?Body=my secret", "/x"),
        ("https://h.example/x", "https://h.example/x"),
        ("", ""),
    ],
)
def test_a_query_is_cut_off_with_all_behind_it(url: str, rest: str) -> None:
    assert without_query(url) == rest


def test_a_text_is_cut_and_can_be_stored() -> None:
    assert bounded("a\0b\ud800c" + "x" * 100, 6) == "abcx"


def test_of_an_origin_nothing_else_is_shown() -> None:
    assert origin("https://cdn.example:8443/a/secret.png?x=y") == "https://cdn.example:8443"
    assert origin("https://cdn.example?x=y") == "https://cdn.example"
