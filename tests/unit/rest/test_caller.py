"""Where a request came from."""

from __future__ import annotations

import pytest

from trunkline.rest.caller import Caller, caller_of

SCOPE = {"client": ("192.0.2.1", 5)}


@pytest.mark.parametrize(
    ("headers", "trusted", "ip"),
    [
        ({}, False, "192.0.2.1"),
        ({b"x-forwarded-for": b"203.0.113.7"}, False, "192.0.2.1"),
        ({b"x-forwarded-for": b"198.51.100.9, 203.0.113.7"}, True, "203.0.113.7"),
        ({b"x-forwarded-for": b"203.0.113.7, unknown"}, True, "192.0.2.1"),
        ({b"x-forwarded-for": b"\xff"}, True, "192.0.2.1"),
    ],
)
def test_the_address_is_the_peers_or_what_its_proxy_says(
    headers: dict[bytes, bytes], trusted: bool, ip: str
) -> None:
    assert caller_of(SCOPE, headers, trust_forwarded=trusted).ip == ip


def test_what_a_client_calls_itself_is_kept_short_and_clean() -> None:
    agent = b"a\0b" + b"x" * 1000
    found = caller_of({}, {b"user-agent": agent}, trust_forwarded=False)
    assert found.ip is None
    assert found.user_agent is not None
    assert found.user_agent.startswith("abx")
    assert len(found.user_agent) <= 500
    told = caller_of({}, {b"user-agent": "Café\x85/1".encode()}, trust_forwarded=False)
    assert told.user_agent == "Café/1"
    assert caller_of({}, {b"user-agent": b""}, trust_forwarded=False) == Caller()
