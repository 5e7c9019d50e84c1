"""Configured URLs: what is requested for them, and which cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.webhooks.target import InvalidTarget, read_target


@pytest.mark.parametrize(
    ("configured", "requested"),
    [
        ("https://example.com/sms?a=1&b=%7e%2f+x&c", "https://example.com/sms?a=1&b=%7e%2f+x&c"),
        ("https://example.com/%zz%?%", "https://example.com/%zz%?%"),
        ("https://example.com/a;b=c/!$&'()*+,:@?a[]=1&it's=b", None),
        ("https://example.com", "https://example.com/"),
        ("https://example.com?a=1", "https://example.com/?a=1"),
        ("https://example.com/x?", "https://example.com/x"),
        ("https://example.com/x?a=1#rc=2", "https://example.com/x?a=1"),
        ("https://example.com#section", "https://example.com/"),
        ("https://user:pass@example.com/x", "https://example.com/x"),
        ("https://example.com:443/x", "https://example.com/x"),
        ("http://example.com:0080/x", "http://example.com/x"),
        ("http://example.com:/x", "http://example.com/x"),
        ("http://example.com:443/x", "http://example.com:443/x"),
        ("https://example.com:8443/x", "https://example.com:8443/x"),
        ("HTTPS://Example.COM/Sms?A=B", "https://example.com/Sms?A=B"),
        (" https://example.com/x\n", "https://example.com/x"),
        ("https://example.com/a b?c d", "https://example.com/a%20b?c%20d"),
        ('https://example.com/"<>\\^`{|}', "https://example.com/%22%3C%3E%5C%5E%60%7B%7C%7D"),
        ("https://example.com/é/?q=👋", "https://example.com/%C3%A9/?q=%F0%9F%91%8B"),
        ("https://Bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://例え。テスト/", "https://xn--r8jz45g.xn--zckzah/"),
        ("http://my_app:3000/x", "http://my_app:3000/x"),
        ("http://127.1/x", "http://127.0.0.1/x"),
        ("http://0x7f000001/x", "http://127.0.0.1/x"),
        ("http://１２７.0.0.1/x", "http://127.0.0.1/x"),
        ("http://[2001:DB8:0::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("https://example.com/a/../b/./c/..", "https://example.com/b/"),
        ("https://example.com/../%2e%2E/a/.", "https://example.com/a/"),
        ("https://example.com/a..b/.well-known//x/...", None),
        ("https://example.com//a//", None),
    ],
)
def test_what_is_requested(configured: str, requested: str | None) -> None:
    assert read_target(configured).url == (requested or configured)


@pytest.mark.parametrize(
    ("configured", "host", "port", "authority", "header"),
    [
        ("http://example.com", "example.com", 80, "example.com:80", "example.com"),
        ("https://example.com:443", "example.com", 443, "example.com:443", "example.com"),
        ("https://example.com:80", "example.com", 80, "example.com:80", "example.com:80"),
        ("http://[::1]:3000/x", "::1", 3000, "[::1]:3000", "[::1]:3000"),
        ("https://[::1]/x", "::1", 443, "[::1]:443", "[::1]"),
    ],
)
def test_where_it_leads(configured: str, host: str, port: int, authority: str, header: str) -> None:
    target = read_target(configured)
    assert (target.host, target.port) == (host, port)
    assert (target.authority, target.host_header) == (authority, header)


@pytest.mark.parametrize(
    ("userinfo", "username", "password"),
    [
        ("", None, None),
        ("@", None, None),
        ("me@", "me", ""),
        ("me:secret@", "me", "secret"),
        (":secret@", "", "secret"),
        ("me%40work:s%3Ac:r%C3%A9t@", "me@work", "s:c:rét"),
        ("me@work:secret@", "me@work", "secret"),
    ],
)
def test_credentials_are_taken_from_the_url(
    userinfo: str, username: str | None, password: str | None
) -> None:
    target = read_target(f"https://{userinfo}example.com:8443/x")
    assert (target.username, target.password) == (username, password)
    assert target.url == "https://example.com:8443/x"


def test_credentials_are_not_shown() -> None:
    shown = repr(read_target("https://somebody:secret@example.com/"))
    assert "secret" not in shown
    assert "somebody" not in shown


def test_the_fragment_is_read_as_overrides() -> None:
    target = read_target("https://example.com/x#rc=2&rt=99")
    assert target.overrides.rc == 2
    assert target.overrides.rt == 15_000
    assert [problem.code for problem in target.problems] == [11243]
    assert read_target("https://example.com/x#section").problems == ()


@pytest.mark.parametrize(
    "configured",
    [
        "",
        "example.com/x",
        "/x",
        "//example.com/x",
        "ftp://example.com/x",
        "wss://example.com/x",
        "http:/example.com",
        "http:example.com",
        "javascript://example.com/",
        "http://",
        "http:///x",
        "http://?x",
        "http://#x",
        "http://user@/x",
        "http://:80/x",
        "http://example.com:0/",
        "http://example.com:65536/",
        "http://example.com:8a/",
        "http://example.com:" + "8" * 3000,
        "http://exa mple.com/",
        "http://exa%6dple.com/",
        "http://a..b/",
        "http://.example.com/",
        "http://" + "a" * 64 + ".example/",
        "http://" + "a." * 130 + "example/",
        "http://256.0.0.1/",
        "http://1.2.3.4.5/",
        "http://example.com\\@evil.example/",
        "http://example.com\\/x",
        "http://[::1/",
        "http://::1/",
        "http://[::1]x/",
        "http://[fe80::1%25eth0]/",
        "http://[example.com]/",
        "http://exa\u2100mple.com\u3002/",
        "http://" + "ü" * 300 + ".example/",
        "http://xn--ü.example/",
        "http://example.com/\x00",
        "http://example.com/a\r\nX: y",
        "http://example.com/\x7f",
        "http://user:a%0d%0ab@example.com/",
        "http://example.com/\ud800",
        "http://example.com/" + "a" * 4096,
    ],
)
def test_a_url_that_cannot_be_requested_is_refused(configured: str) -> None:
    with pytest.raises(InvalidTarget) as refused:
        read_target(configured)
    assert refused.value.code == 11100
    assert str(refused.value).endswith(".")


def test_a_refusal_does_not_repeat_credentials() -> None:
    with pytest.raises(InvalidTarget) as refused:
        read_target("http://somebody:secret@exa mple.com/")
    assert "secret" not in str(refused.value)


@given(st.text(), st.sampled_from(["http://", "https://example.com/", "http://example.com/?", ""]))
def test_any_text_is_read_or_refused(text: str, start: str) -> None:
    try:
        target = read_target(start + text)
    except InvalidTarget:
        return
    assert target.url.isascii()
    assert target.url.isprintable()
    assert " " not in target.url
    assert target.url == f"{target.scheme}://{target.host_header}{target.path}"
    assert target.path.startswith("/")
    again = read_target(target.url)
    assert (again.url, again.authority, again.username) == (target.url, target.authority, None)


def test_a_url_of_nothing_but_dots_is_read_at_once() -> None:
    assert read_target("http://example.com" + "/.." * 1300).url == "http://example.com/"
