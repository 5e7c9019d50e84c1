"""The jar of a conversation."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.hostile_server import HostileServer, answer
from trunkline.webhooks.http import Jar

URL = "https://app.example.com/sms/in"
NOW = 1_800_000_000.0  # January 2027


def jar(*headers: str, url: str = URL) -> Jar:
    """A jar with the cookies of one answer."""
    jar = Jar()
    jar.update(url, headers, NOW)
    return jar


@pytest.mark.parametrize(
    ("header", "url", "goes"),
    [
        ("a=1", URL, True),
        ("a=1", "https://app.example.com/sms/other", True),
        ("a=1", "https://app.example.com/smsx", False),
        ("a=1", "https://app.example.com/", False),
        ("a=1; Path=/", "https://app.example.com", True),
        ("a=1; Path=/x", URL, False),
        ("a=1; Path=x", URL, True),
        ("a=1; Path=/", "https://www.app.example.com/", False),
        ("a=1; Path=/; Domain=example.com", "https://www.example.com/", True),
        ("a=1; Path=/; Domain=.Example.COM", "https://example.com/", True),
        ("a=1; Path=/; Domain=example.com", "https://badexample.com/", False),
        ("a=1; Path=/; Domain=com", "https://app.example.com/", False),
        ("a=1; Path=/; Domain=other.com", "https://app.example.com/", False),
        ("a=1; Path=/; Domain=", "https://app.example.com/", True),
        ("a=1; Path=/; Secure", "https://app.example.com/", True),
        ("a=1; Path=/; Secure", "http://app.example.com/", False),
        ("a=1; Path=/", "http://app.example.com:8080/", True),
        ("a=1; HttpOnly; SameSite=Lax", URL, True),
        ("a=1; Max-Age=10", URL, True),
        ("a=1; Max-Age=0", URL, False),
        ("a=1; Max-Age=-1", URL, False),
        ("a=1; Max-Age=x", URL, True),
        ("a=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT", URL, True),
        ("a=1; Expires=Wednesday, 21-Oct-37 07:28:00 GMT", URL, True),
        ("a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT", URL, False),
        ("a=1; Expires=0", URL, True),
        ("a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT; Max-Age=9", URL, True),
        ("a=1; Max-Age=9; Expires=Wed, 21 Oct 2015 07:28:00 GMT", URL, True),
    ],
)
def test_where_a_cookie_goes(header: str, url: str, goes: bool) -> None:
    assert jar(header).header_for(url, NOW) == ("a=1" if goes else None)


def test_a_cookie_ends_in_its_time() -> None:
    cookies = jar("a=1; Max-Age=10", "b=2")

    assert cookies.header_for(URL, NOW + 9) == "a=1; b=2"
    assert cookies.header_for(URL, NOW + 11) == "b=2"


def test_a_cookie_is_replaced_and_taken_back() -> None:
    cookies = jar("a=1")

    assert not cookies.update(URL, ["a=1"], NOW)
    assert cookies.update(URL, ["a=2"], NOW)
    assert cookies.header_for(URL, NOW) == "a=2"
    assert cookies.update(URL, ["a=; Max-Age=0"], NOW)
    assert cookies.header_for(URL, NOW) is None
    assert not cookies.update(URL, [], NOW)


def test_the_closest_path_comes_first() -> None:
    assert jar("a=1; Path=/", "b=2; Path=/sms").header_for(URL, NOW) == "b=2; a=1"


def test_an_address_has_no_domain_above_it() -> None:
    cookies = jar("a=1; Domain=0.1; Path=/", "b=2; Path=/", url="http://127.0.0.1/")

    assert cookies.header_for("http://127.0.0.1/", NOW) == "b=2"
    assert cookies.header_for("http://9.0.0.1/", NOW) is None


def test_values_are_sent_as_they_came() -> None:
    assert jar('a="x y"', "b=é", "c=a=b").header_for(URL, NOW) == 'a="x y"; b=é; c=a=b'


@pytest.mark.parametrize(
    "header", ["", "a", "=1", "a b=1", "a=\x00", "a=\r\nX: y", "a=\ud800", "é=1", "a=" + "x" * 5000]
)
def test_what_is_no_cookie_is_passed_over(header: str) -> None:
    assert len(jar(header)) == 0


def test_a_jar_holds_fifty_and_the_newest_stay() -> None:
    cookies = jar(*(f"c{n}=1" for n in range(60)))

    assert len(cookies) == 50
    header = cookies.header_for(URL, NOW) or ""
    assert "c59=1" in header
    assert "c9=1" not in header.split("; ")


def test_the_header_does_not_grow_beyond_what_servers_take() -> None:
    cookies = jar(*(f"c{n}={'x' * 1000}" for n in range(40)))

    assert 7000 < len(cookies.header_for(URL, NOW) or "") <= 8000


HEADERS = st.lists(
    st.one_of(
        st.text(max_size=60),
        st.builds(
            "{}={}; {}={}".format,
            st.text(alphabet="abc", min_size=1, max_size=3),
            st.text(max_size=9),
            st.sampled_from(["Path", "Domain", "Max-Age", "Expires", "Secure"]),
            st.one_of(st.text(max_size=12), st.sampled_from(["/", "example.com", "99", "-1"])),
        ),
    ),
    max_size=8,
)


@given(HEADERS)
def test_nothing_that_an_app_sets_breaks_a_request(headers: list[str]) -> None:
    cookies = jar(*headers)

    header = cookies.header_for(URL, NOW)
    if header is not None:
        assert not set(header) & {chr(n) for n in [*range(32), 127]}
        header.encode("utf-8")
    again = Jar.from_list(json.loads(json.dumps(cookies.to_list())))
    assert again.header_for(URL, NOW) == header
    assert again.to_list() == cookies.to_list()


async def test_a_conversation_is_told_apart_by_its_cookies(
    client: Any, server: HostileServer
) -> None:
    jar = Jar()
    server.says(answer(headers=[("Set-Cookie", "s=\u00e9; Path=/"), ("Set-Cookie", "t=2")]))

    exchange = await client.send(server.url("/a/b"), cookies=jar)
    for url, headers in exchange.set_cookies:
        assert jar.update(url, headers, NOW)
    await client.send(server.url("/a/c"), cookies=jar)
    await client.send(server.url("/other"), cookies=jar)

    sent = [heard.header("Cookie") for heard in server.heard]
    assert [text and text.encode("latin-1").decode() for text in sent] == [
        None,
        "t=2; s=é",
        "s=é",
    ]


async def test_a_conversation_gets_its_first_cookies_with_its_first_document(
    client: Any, server: HostileServer
) -> None:
    server.says(answer(headers=[("Set-Cookie", "s=1")]))

    assert (await client.get(server.url("/"))).set_cookies == [
        (server.url("/?SmsSid=SM1&Body=a+b"), ["s=1"])
    ]
    assert (await client.send(server.url())).set_cookies == []  # a callback has none
