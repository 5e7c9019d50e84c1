"""A gateway that strangers reach: whose account, whose network, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import time
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from tests.support.gateway import Answered, Gateway, gateway_key
from tests.support.platform import RunningPlatform, World, read_credentials

PROGRAM = {
    "client_id": "trunkline-cli",
    "redirect_uri": "http://127.0.0.1:1/",
    "response_type": "code",
    "code_challenge": "A" * 43,
    "code_challenge_method": "S256",
}


@pytest.fixture(scope="module")
def production(short_tmp: Path) -> Iterator[World]:
    """A platform in production, behind a proxy of the operator's."""
    environment = {
        "TRUNKLINE_MODE": "production",
        "TRUNKLINE_TRUST_FORWARDED": "true",
        "TRUNKLINE_GATEWAY_KEY_RATE": "20",
    }
    process = RunningPlatform(short_tmp / "gateway production", environment=environment)
    runtime = process.start()
    yield read_credentials(runtime["base_url"], runtime["control_token"], "default")
    assert process.stop() == 0


def signed(gateway: Gateway, user: str, **claims: object) -> str:
    """A token that the tenant's own server made for one of its customers."""
    said = {"id": user, "iss": gateway.key["workspace_key"], "exp": int(time()) + 600, **claims}
    secret = OctKey.import_key(gateway.key["workspace_secret"])
    return jwt.encode({"alg": "HS256"}, said, secret)


def connect_account(gateway: Gateway, token: str) -> Answered:
    return gateway.ask("POST", "/membrane/connections", {"connectorKey": "trunkline"}, key=token)


def test_a_customer_of_the_tenant_does_not_get_its_account(production: World) -> None:
    gateway = gateway_key(production, "whole")

    for path in ("connections", "connection-requests"):
        wanted = {"connectorKey": "trunkline"}
        token = signed(gateway, "customer")
        refused = gateway.ask("POST", f"/membrane/{path}", wanted, key=token)
        assert (refused.status, refused.json["key"]) == (403, "access_denied")

    assert connect_account(gateway, gateway.token).status == 201
    assert connect_account(gateway, signed(gateway, "boss", isAdmin=True)).status == 201
    own = gateway_key(production, "whole", user="colleague")
    assert connect_account(own, own.token).status == 201


def test_the_platform_does_not_stand_in_for_twilio(production: World) -> None:
    gateway = gateway_key(production, "nobody")
    for method in ("platform", "PLATFORM"):
        wanted = {"connectorKey": "twilio", "authOptionKey": method, "credentials": {}}
        assert gateway.ask("POST", "/membrane/connections", wanted).status == 400


@pytest.mark.parametrize(
    "base_url",
    ["{own}", "https://127.0.0.1", "https://[::ffff:127.0.0.1]", "https://localhost:1"],
)
def test_the_operators_network_is_not_reached(production: World, base_url: str) -> None:
    gateway = gateway_key(production, "curious")
    entered = {"base_url": base_url.format(own=production.base_url), "token": "t"}
    made = gateway.connect("rest", entered, "bearer")

    answer = gateway.ask("GET", f"/membrane/connections/{made}/proxy/trunkline/v1/status")

    assert (answer.status, answer.json["key"]) == (400, "target_refused")


def test_wrong_codes_of_one_address_keep_nobody_else_out(production: World) -> None:
    gateway = gateway_key(production, "people")
    page = "/membrane/oauth/authorize?" + urlencode({**PROGRAM, "sign_in_code": "tls_" + "a" * 43})

    def guess(address: str) -> int:
        # The first one is what the guesser says of itself; the last one the proxy wrote.
        forwarded = {"X-Forwarded-For": f"192.0.2.77, {address}"}
        return gateway.ask("GET", page, key="", headers=forwarded).status

    tried = [guess("203.0.113.1") for _ in range(12)]
    assert (tried[0], tried[-1]) == (403, 429)
    assert guess("203.0.113.2") == 403


def test_a_key_has_so_many_requests_a_second(production: World) -> None:
    gateway = gateway_key(production, "busy")
    answers = [gateway.ask("GET", "/membrane/self") for _ in range(80)]

    refused = [answer for answer in answers if answer.status != 200]
    assert {(answer.status, answer.json["key"]) for answer in refused} == {
        (429, "rate_limit_exceeded")
    }
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
