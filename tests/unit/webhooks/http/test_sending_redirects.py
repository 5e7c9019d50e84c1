"""Redirects, and what goes along."""

from __future__ import annotations

import re
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from tests.support.hostile_server import Answer, Heard, HostileServer, answer, hostile_server
from trunkline.webhooks.address_map import AddressMap
from trunkline.webhooks.http import Jar

AUTH_TOKEN = "12345678901234567890123456789012"


def to(location: str, status: str = "302 Found", **more: Any) -> Answer:
    """A redirect."""
    headers = [("Location", location), *more.pop("headers", ())]
    return answer(status, headers=headers, **more)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other"])
async def test_a_post_becomes_a_get(client: Any, server: HostileServer, status: str) -> None:
    server.says(to("/next?z=1", status), answer(body=b"<Response/>"))

    exchange = await client.send(server.url("/first"), read_body=True)

    assert (exchange.error, exchange.body) == (None, b"<Response/>")
    assert [heard.line for heard in server.heard] == [
        "POST /first HTTP/1.1",
        "GET /next?z=1 HTTP/1.1",
    ]
    assert server.heard[1].header("Content-Length") is None
    assert exchange.url == server.url("/next?z=1")
    assert [(a.url, a.status) for a in exchange.attempts] == [
        (server.url("/first"), int(status[:3])),
        (server.url("/next?z=1"), 200),
    ]
    assert RequestValidator(AUTH_TOKEN).validate(exchange.url, {}, exchange.attempts[1].signature)


@pytest.mark.parametrize("status", ["307 Temporary", "308 Permanent"])
async def test_a_post_stays_a_post(client: Any, server: HostileServer, status: str) -> None:
    server.says(to("next", status), answer())

    exchange = await client.send(server.url("/folder/first"))

    assert server.heard[1].line == "POST /folder/next HTTP/1.1"
    assert server.heard[1].body == b"SmsSid=SM1&Body=a+b"
    assert RequestValidator(AUTH_TOKEN).validate(
        server.url("/folder/next"),
        {"SmsSid": "SM1", "Body": "a b"},
        exchange.attempts[1].signature,
    )


async def test_the_parameters_of_a_get_are_not_added_again(
    client: Any, server: HostileServer
) -> None:
    server.says(to("?page=2"), answer())

    await client.get(server.url("/twiml"))

    assert server.heard[1].line == "GET /twiml?page=2 HTTP/1.1"


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        ("/a b?c d", "/a%20b?c%20d"),
        ("/é", "/%C3%A9"),
        ("?only=query", "/first?only=query"),
        ("/x#fragment", "/x"),
        ("/x#rc=5&rp=all", "/x"),
        ("//127.0.0.1:{port}/y", "/y"),
    ],
)
async def test_a_location_is_read_as_browsers_do(
    client: Any, server: HostileServer, location: str, asked: str
) -> None:
    server.says(
        Answer(
            (
                b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
                + location.format(port=server.port).encode()
                + b"\r\n\r\n",
            )
        ),
        answer(),
    )

    await client.send(server.url("/first"))

    assert server.heard[1].line == f"GET {asked} HTTP/1.1"


async def test_ten_redirects_are_followed_and_no_more(client: Any, server: HostileServer) -> None:
    def next_one(heard: Heard) -> Answer:
        number = int(re.findall(r"\d+", heard.line)[0])
        return to(f"/{number + 1}") if number < 10 else answer()

    server.says(next_one)
    assert (await client.send(server.url("/0"))).error is None
    assert len(server.heard) == 11

    server.says(to("/again"))
    exchange = await client.send(server.url("/again"))
    assert exchange.error == 11215
    assert "more than 10 redirects" in exchange.reason
    assert len(exchange.attempts) == 11


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("ftp://127.0.0.1/x", 11100),
        ("javascript:alert(1)", 11100),
        ("http://", 11100),
        ("http://[::1", 11100),
        ("http://127.0.0.1:99999/", 11100),
        ("http://a b/", 11100),
        ("/" + "x" * 5000, 11100),
    ],
)
async def test_a_redirect_to_nowhere_says_so(
    client: Any, server: HostileServer, location: str, error: int
) -> None:
    server.says(to(location))

    exchange = await client.send(server.url())

    assert exchange.error == error
    assert "redirect that cannot be followed" in exchange.reason
    assert len(server.heard) == 1


async def test_a_redirect_without_a_location_is_success_for_a_callback_only(
    client: Any, server: HostileServer
) -> None:
    server.says(answer("302 Found"))

    assert (await client.send(server.url())).error is None
    exchange = await client.send(server.url(), read_body=True)
    assert exchange.error == 11206
    assert "302 without a Location" in exchange.reason


async def test_credentials_and_cookies_stay_with_their_host(
    client: Any, server: HostileServer
) -> None:
    jar = Jar()
    jar.update(server.url(), ["session=1"], 0)
    async with hostile_server(host="127.0.0.2") as other:
        there = other.url(host="127.0.0.2")
        jar.update(there, ["another=2"], 0)
        server.says(to("/here"), to(there), answer())
        other.says(to("/there"), to(server.url("/back")))
        await client.send(f"http://ann:pw@127.0.0.1:{server.port}/", cookies=jar)

    sent = [(h.header("Authorization"), h.header("Cookie")) for h in server.heard]
    assert sent[:2] == [("Basic YW5uOnB3", "session=1")] * 2
    assert sent[2:] == [(None, None)]  # whoever redirects back is not believed
    sent = [(h.header("Authorization"), h.header("Cookie")) for h in other.heard]
    assert sent == [(None, None)] * 2


async def test_a_cookie_set_by_a_redirect_goes_to_where_it_leads(
    client: Any, server: HostileServer
) -> None:
    jar = Jar()
    server.says(to("/two", headers=[("Set-Cookie", "seen=1; Path=/")]), answer())

    exchange = await client.send(server.url("/one"), cookies=jar)

    assert server.heard[1].header("Cookie") == "seen=1"
    assert exchange.set_cookies == [(server.url("/one"), ["seen=1; Path=/"])]
    assert len(jar) == 0  # its owner puts them in


async def test_a_hop_that_fails_is_retried_by_itself(client: Any, server: HostileServer) -> None:
    server.says(to("/two"), answer("500 No"), answer())

    exchange = await client.send(server.url("/one#rp=5xx"))

    assert exchange.error is None
    assert [heard.line.split()[1] for heard in server.heard] == ["/one", "/two", "/two"]


async def test_a_location_does_not_change_how_long_we_try(
    client: Any, server: HostileServer
) -> None:
    server.says(to("/two#rp=5xx&rc=5"), answer("500 No"))

    exchange = await client.send(server.url("/one"))

    assert len(exchange.attempts) == 2


async def test_a_mapped_address_is_mapped_in_redirects_too(opened: Any) -> None:
    async with hostile_server() as server:
        addresses = AddressMap.read(f"https://api.example.com={server.url('')}")
        async with opened(private=False) as client:
            server.says(to("https://api.example.com/two"), to("/three"), answer())
            exchange = await client.send("https://api.example.com/one", locate=addresses.locate)

    assert [(h.line, h.header("Host")) for h in server.heard[1:]] == [
        ("GET /two HTTP/1.1", "api.example.com"),
        ("GET /three HTTP/1.1", "api.example.com"),
    ]
    assert exchange.url == "https://api.example.com/three"


async def test_a_redirect_to_a_private_address_is_refused(opened: Any) -> None:
    async with hostile_server() as server, hostile_server() as inside:
        addresses = AddressMap.read(f"https://api.example.com={server.url('')}")
        async with opened(private=False) as client:
            server.says(to(inside.url("/metadata")))
            exchange = await client.send("https://api.example.com/one", locate=addresses.locate)

    assert exchange.error == 11210
    assert "private" in exchange.reason
    assert inside.connections == 0


async def test_the_body_of_a_redirect_is_not_waited_for(client: Any, server: HostileServer) -> None:
    server.says(
        Answer(
            (b"HTTP/1.1 302 Found\r\nLocation: /two\r\nContent-Length: 9999999\r\n\r\n",),
            then="hang",
        ),
        answer(),
    )

    assert (await client.send(server.url("/one#tt=2000"))).error is None
