"""What is on the wire, and what an ordinary answer becomes."""

from __future__ import annotations

import socket
from hashlib import sha256
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from tests.support.hostile_server import Answer, HostileServer, answer
from trunkline.webhooks.address_map import AddressMap

AUTH_TOKEN = "12345678901234567890123456789012"
UUID = "01234567-89ab-cdef-0123-456789abcdef"


async def test_a_callback_has_twilios_headers_and_no_other(
    client: Any, server: HostileServer
) -> None:
    exchange = await client.send(server.url("/status?x=1#rc=2"))

    assert exchange.error is None
    (heard,) = server.heard
    assert heard.line == "POST /status?x=1 HTTP/1.1"
    assert heard.body == b"SmsSid=SM1&Body=a+b"
    signature = exchange.attempts[0].signature
    assert heard.headers == [
        ("Host", f"127.0.0.1:{server.port}"),
        ("User-Agent", "TwilioProxy/1.1"),
        ("Accept", "*/*"),
        ("Accept-Encoding", "gzip"),
        ("I-Twilio-Idempotency-Token", UUID),
        ("X-Twilio-Signature", signature),
        ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
        ("Content-Length", "19"),
    ]
    parameters = {"SmsSid": "SM1", "Body": "a b"}
    url = server.url("/status?x=1")
    assert RequestValidator(AUTH_TOKEN).validate(url, parameters, signature)


async def test_a_get_has_its_parameters_in_the_query_and_signs_it(
    client: Any, server: HostileServer
) -> None:
    exchange = await client.get(server.url("/twiml?x=1"))

    (heard,) = server.heard
    assert heard.line == "GET /twiml?x=1&SmsSid=SM1&Body=a+b HTTP/1.1"
    assert [name for name, _ in heard.headers] == [
        "Host",
        "User-Agent",
        "Accept",
        "Accept-Encoding",
        "I-Twilio-Idempotency-Token",
        "X-Twilio-Signature",
    ]
    signed = server.url("/twiml?x=1&SmsSid=SM1&Body=a+b")
    assert RequestValidator(AUTH_TOKEN).validate(signed, {}, exchange.attempts[0].signature)
    # What is stored has no text of a message in it.
    assert exchange.url == exchange.attempts[0].url == server.url("/twiml?x=1")


async def test_a_json_body_is_signed_by_its_digest(client: Any, server: HostileServer) -> None:
    body = b'{"error_code":"11200"}'
    exchange = await client.send(server.url("/debugger"), json_body=body)

    (heard,) = server.heard
    path = f"/debugger?bodySHA256={sha256(body).hexdigest()}"
    assert heard.line == f"POST {path} HTTP/1.1"
    assert heard.body == body
    assert heard.header("Content-Type") == "application/json"
    assert RequestValidator(AUTH_TOKEN).validate(
        server.url(path), body.decode(), exchange.attempts[0].signature
    )


@pytest.mark.parametrize(
    "path", ["/a%2Fb/%c3%A9?q=%20+&r=%7E~", "/a//b/?", "/?x=[1]&y='*()!", "/x%zz?&&=&a=b=c"]
)
async def test_a_url_is_on_the_wire_as_it_is_signed(
    client: Any, server: HostileServer, path: str
) -> None:
    exchange = await client.send(server.url(path))

    target = exchange.url.removeprefix(server.url(""))
    assert server.heard[0].line == f"POST {target} HTTP/1.1"
    assert RequestValidator(AUTH_TOKEN).validate(
        exchange.url, {"SmsSid": "SM1", "Body": "a b"}, exchange.attempts[0].signature
    )


async def test_a_form_without_parameters_has_a_length(client: Any, server: HostileServer) -> None:
    await client.send(server.url(), parameters=())

    assert server.heard[0].header("Content-Length") == "0"


async def test_a_mapped_target_is_told_its_public_address(opened: Any) -> None:
    from tests.support.hostile_server import hostile_server

    async with hostile_server() as server:
        addresses = AddressMap.read(f"https://api.example.com={server.url('')}")
        # Also where private addresses are refused: a map is the operator's own.
        async with opened(private=False) as client:
            exchange = await client.send("https://api.example.com/sms?x=1", locate=addresses.locate)

    assert exchange.error is None
    heard = server.heard[0]
    assert heard.line == "POST /sms?x=1 HTTP/1.1"
    assert heard.header("Host") == "api.example.com"
    assert heard.headers[-2:] == [
        ("X-Forwarded-Host", "api.example.com"),
        ("X-Forwarded-Proto", "https"),
    ]
    assert RequestValidator(AUTH_TOKEN).validate(
        "https://api.example.com/sms?x=1",
        {"SmsSid": "SM1", "Body": "a b"},
        exchange.attempts[0].signature,
    )


async def test_an_answer_is_kept_with_its_type(client: Any, server: HostileServer) -> None:
    server.says(answer(body=b"<Response/>", headers=[("Content-Type", "text/xml; charset=x")]))

    exchange = await client.send(server.url(), read_body=True)

    assert (exchange.status, exchange.content_type) == (200, "text/xml; charset=x")
    assert exchange.body == b"<Response/>"
    assert exchange.reason == ""
    (attempt,) = exchange.attempts
    assert (attempt.status, attempt.error, attempt.reason) == (200, None, None)
    assert attempt.url == server.url()


async def test_the_body_of_an_answer_to_a_callback_is_not_kept(
    client: Any, server: HostileServer
) -> None:
    server.says(answer(body=b"thank you"))

    assert (await client.send(server.url())).body == b""


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "599 Custom"])
async def test_a_status_that_says_no_is_11200(
    client: Any, server: HostileServer, status: str
) -> None:
    server.says(answer(status, body=b"why"))

    exchange = await client.send(server.url("/hook"), read_body=True)

    assert exchange.error == 11200
    assert exchange.reason == f"POST {server.url('/hook')} answered {status[:3]}."
    assert (exchange.status, exchange.body) == (int(status[:3]), b"why")
    assert len(server.heard) == 1  # by default only a failure to connect is retried


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified", "300 Choices"])
async def test_other_statuses_below_400_are_success(
    client: Any, server: HostileServer, status: str
) -> None:
    server.says(answer(status))

    exchange = await client.send(server.url())

    assert (exchange.error, exchange.status) == (None, int(status[:3]))


async def test_connections_are_kept_for_the_next_request(
    client: Any, server: HostileServer
) -> None:
    server.says(answer(body=b"x" * 4096))

    for _ in range(3):
        assert (await client.send(server.url())).error is None

    assert server.connections == 1


async def test_a_refused_connection_is_11205_after_one_retry(client: Any) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

        exchange = await client.send(f"http://127.0.0.1:{port}/")

    assert (exchange.error, exchange.status) == (11205, None)
    assert "connection refused" in exchange.reason
    assert [attempt.error for attempt in exchange.attempts] == [11205, 11205]


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"GET /sms?Body=a+b HTTP/1.1", "no valid HTTP: Bad status line."),
        (
            b"HTTP/1.1 200 OK\r\nX-Echo: " + b"a b " * 5_000,
            "no valid HTTP: Got more than 8190 bytes when reading.",
        ),
        (b"HTTP/1.1 200 OK\r\nX-Echo: a b\0", "no valid HTTP: Invalid HTTP header."),
        (b"HTTP/1.1 200 OK\r\na b\0: 1", "no valid HTTP: Invalid header token."),
    ],
    ids=["the request itself", "a long header", "NUL in a header", "NUL in a name"],
)
async def test_reasons_do_not_quote_what_is_no_http(
    client: Any, server: HostileServer, head: bytes, reason: str
) -> None:
    """An app may repeat the text that it was asked about."""
    server.says(Answer((head + b"\r\n\r\n",), then="close"))

    exchange = await client.get(server.url("/sms#rc=0"))

    assert (exchange.error, exchange.reason) == (11206, f"GET {server.url('/sms')}: {reason}")
    assert exchange.attempts[0].reason == exchange.reason


async def test_reasons_do_not_tell_credentials(client: Any, server: HostileServer) -> None:
    server.says(answer("500 No"))

    exchange = await client.send(f"http://ann:s3cret@127.0.0.1:{server.port}/#rc=0")

    assert exchange.error == 11200
    assert "s3cret" not in repr(exchange)
    assert server.heard[0].header("Authorization") == "Basic YW5uOnMzY3JldA=="
