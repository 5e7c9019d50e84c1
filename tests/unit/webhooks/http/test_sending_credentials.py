"""User and password of a URL: Basic at once, Digest when asked."""

from __future__ import annotations

from typing import Any

from tests.support.hostile_server import Heard, HostileServer, answer

CHALLENGE = 'Digest realm="apps", nonce="n1", qop="auth", algorithm=SHA-256, opaque="o"'


def guarded(heard: Heard) -> Any:
    """Takes digest only."""
    if (heard.header("Authorization") or "").startswith("Digest "):
        return answer(body=b"in")
    headers = [("WWW-Authenticate", 'Basic realm="x"'), ("WWW-Authenticate", CHALLENGE)]
    return answer("401 Unauthorized", headers=headers)


async def test_a_digest_challenge_is_answered(client: Any, server: HostileServer) -> None:
    server.says(guarded)

    exchange = await client.send(
        f"http://ann:pw@127.0.0.1:{server.port}/a?b=1#rc=0", read_body=True
    )

    assert (exchange.error, exchange.body) == (None, b"in")
    first, second = server.heard
    assert first.header("Authorization") == "Basic YW5uOnB3"
    given = second.header("Authorization") or ""
    assert 'username="ann"' in given
    assert 'uri="/a?b=1"' in given
    assert first.body == second.body
    assert [attempt.status for attempt in exchange.attempts] == [401, 200]


async def test_a_wrong_password_is_tried_once(client: Any, server: HostileServer) -> None:
    server.says(answer("401 Unauthorized", headers=[("WWW-Authenticate", CHALLENGE)]))

    exchange = await client.send(f"http://ann:no@127.0.0.1:{server.port}/")

    assert (exchange.error, exchange.status) == (11200, 401)
    assert len(server.heard) == 2


async def test_without_credentials_no_challenge_is_answered(
    client: Any, server: HostileServer
) -> None:
    server.says(guarded)

    exchange = await client.send(server.url())

    assert (exchange.error, exchange.status) == (11200, 401)
    assert len(server.heard) == 1


async def test_a_retry_after_a_digest_answers_a_new_challenge(
    client: Any, server: HostileServer
) -> None:
    server.says(guarded, answer("500 No"), guarded)

    exchange = await client.send(f"http://ann:pw@127.0.0.1:{server.port}/#rp=5xx")

    assert exchange.error is None
    assert [attempt.status for attempt in exchange.attempts] == [401, 500, 401, 200]


async def test_odd_characters_in_credentials_are_sent_as_utf8(
    client: Any, server: HostileServer
) -> None:
    await client.send(f"http://%C3%A9:p%3Aw@127.0.0.1:{server.port}/")

    assert server.heard[0].header("Authorization") == "Basic w6k6cDp3"
