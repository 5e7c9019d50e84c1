"""Connections that do not behave: whoever is beside them is served as ever."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.support.platform import World
from tests.support.raw_http import FORM, ask, connected, form, head, messages, stored

QUICK = 5.0  # seconds: far more than an answer takes, far less than any timeout
IDLE = 500


@contextmanager
def quick() -> Iterator[None]:
    """What is done within must not have waited for anybody."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started < QUICK


def test_a_body_that_comes_a_byte_at_a_time(platform: World) -> None:
    body = form(platform, Body="slow and steady")
    given = {"Content-Type": FORM, "Content-Length": str(len(body))}
    with connected(platform) as wire:
        wire.send(head(platform, "POST", messages(platform), given))
        for byte in body[:20]:
            wire.send(bytes([byte]))
            with quick():
                assert stored(platform) == []
        wire.send(body[20:])
        answer = wire.answer()
    assert answer is not None
    assert answer.status == 201
    assert [message["body"] for message in stored(platform)] == ["slow and steady"]


def test_a_body_that_never_comes(platform: World) -> None:
    given = {"Content-Type": FORM, "Content-Length": "100"}
    with ExitStack() as stack:
        for _ in range(50):
            wire = stack.enter_context(connected(platform))
            wire.send(head(platform, "POST", messages(platform), given) + b"To=")
        with quick():
            assert ask(platform, "POST", messages(platform), form(platform)).status == 201
    assert len(stored(platform)) == 1


def test_headers_that_never_end(platform: World) -> None:
    with ExitStack() as stack:
        for _ in range(50):
            wire = stack.enter_context(connected(platform))
            wire.send(head(platform, "GET", messages(platform))[:-2])
        with quick():
            assert ask(platform, "POST", messages(platform), form(platform)).status == 201


def test_hundreds_of_idle_connections(platform: World) -> None:
    with ExitStack() as stack:
        for _ in range(IDLE):
            stack.enter_context(connected(platform))
        with quick():
            assert ask(platform, "POST", messages(platform), form(platform)).status == 201


def test_clients_that_hang_up_before_the_answer(platform: World) -> None:
    request = head(
        platform,
        "POST",
        messages(platform),
        {"Content-Type": FORM, "Content-Length": str(len(form(platform)))},
    )
    for _ in range(50):
        with connected(platform) as wire:
            wire.send(request + form(platform))
    with quick():
        assert ask(platform, "POST", messages(platform), form(platform)).status == 201
    assert len(stored(platform)) <= 51


def test_a_client_that_does_not_read_its_answers(platform: World) -> None:
    for _ in range(20):
        ask(platform, "POST", messages(platform), form(platform, Body="x" * 1600))
    with connected(platform) as wire:
        wire.socket.setblocking(False)
        page = head(platform, "GET", messages(platform, ".json?PageSize=1000"))
        try:
            for _ in range(300):
                wire.socket.send(page)
        except BlockingIOError:
            pass  # neither side takes any more
        wire.socket.settimeout(20)
        with quick():
            assert ask(platform, "POST", messages(platform), form(platform)).status == 201


def test_pipelined_requests_are_answered_in_their_order(platform: World) -> None:
    bodies = [f"number {n}" for n in range(20)]
    requests = b""
    for text in bodies:
        body = form(platform, Body=text)
        given = {"Content-Type": FORM, "Content-Length": str(len(body))}
        requests += head(platform, "POST", messages(platform), given) + body
        requests += head(platform, "GET", "/nothing")
    with connected(platform) as wire:
        wire.send(requests)
        for text in bodies:
            answer, nothing = wire.answer(), wire.answer()
            assert answer is not None
            assert (answer.status, answer.told["body"]) == (201, text)
            assert nothing is not None
            assert nothing.status == 404
    assert [message["body"] for message in stored(platform)] == bodies[::-1]


@pytest.mark.parametrize("host", [None, "localhost"])
def test_http_1_0_is_answered_and_hung_up(platform: World, host: str | None) -> None:
    with connected(platform) as wire:
        given = {"Host": host}
        wire.send(head(platform, "GET", messages(platform), given, version="HTTP/1.0"))
        answer = wire.answer()
        assert answer is not None
        assert answer.status == 200
        assert wire.answer() is None


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200,  # TLS
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /\r\n\r\n",
        b"\r\n\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\0" * 100_000,
        b"A" * 1_000_000,
        b"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n: none\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: \0\r\n\r\n",
        b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n",
        b"GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n",
        b"GET /x HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"GET /x HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    ],
)
def test_what_is_not_http_or_hardly(platform: World, data: bytes) -> None:
    with connected(platform) as wire:
        wire.send(data)
        wire.end()
        answer = wire.answer()
    assert answer is None or 400 <= answer.refusal[0] < 500
    assert ask(platform, "GET", messages(platform)).status == 200


def test_a_client_that_waits_for_permission_to_send(platform: World) -> None:
    body = form(platform)
    given = {
        "Content-Type": FORM,
        "Content-Length": str(len(body)),
        "Expect": "100-continue",
    }
    with connected(platform) as wire:
        wire.send(head(platform, "POST", messages(platform), given))
        permission = wire.answer()
        assert permission is not None
        assert permission.status == 100
        wire.send(body)
        answer = wire.answer()
    assert answer is not None
    assert answer.status == 201
