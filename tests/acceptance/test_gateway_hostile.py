"""Requests to the gateway that nobody means well with."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.support.gateway import Gateway, gateway_key
from tests.support.platform import World

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def gateway(platform: World) -> Gateway:
    """A key of a tenant that only this test uses."""
    return gateway_key(platform)


@pytest.mark.parametrize(
    "path",
    [
        "/membrane/connections%2F{id}/proxy/2010-04-01/Accounts.json",
        "/membrane/connections/{id}/%70roxy/2010-04-01/Accounts.json",
        "/%6dembrane/connections/{id}/proxy/2010-04-01/Accounts.json",
        "/membrane/connections/{id}%2Fproxy%2Fx/proxy/2010-04-01/Accounts.json",
        "/%6daton/trunkline/2010-04-01/Accounts.json",
    ],
)
def test_a_path_of_two_readings_leads_nowhere(gateway: Gateway, path: str) -> None:
    made = gateway.connect("trunkline", {})

    assert gateway.ask("GET", path.format(id=made)).status == 404


@pytest.mark.parametrize(
    "body",
    [
        b"a=1&" * 200_000,
        b"payload=%ff",
        b"payload=" + b"[" * 100_000,
        b'payload={"connectorParameters":{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}}",
        b'payload={"name":"%5Cu0000"}',
        urlencode({"payload": '{"token": 5}'}).encode(),
    ],
    ids=["fields", "bytes", "cut off", "deep", "NUL", "a number"],
)
def test_forms_of_a_browser_that_are_none(gateway: Gateway, body: bytes) -> None:
    answer = gateway.ask("POST", "/membrane/connect", body, headers=FORM, key="")

    assert (answer.status, answer.json["key"]) == (400, "bad_request")


@pytest.mark.parametrize("depth", [500, 950, 100_000])
def test_deep_json(gateway: Gateway, depth: int) -> None:
    made = gateway.connect("trunkline", {})
    deep = b"[" * depth + b"]" * depth

    answer = gateway.ask(
        "POST",
        f"/membrane/connections/{made}/actions/get-account-balance/run",
        deep,
        headers={"Content-Type": "application/json"},
    )

    assert answer.status == 400
    assert answer.json["key"] in ("bad_request", "invalid_input")


@pytest.mark.parametrize("host", ["evil.example", "api.maton.ai", "connect.maton.ai"])
def test_links_do_not_follow_the_host_header(gateway: Gateway, host: str) -> None:
    found = gateway.ask(
        "GET", "/.well-known/oauth-authorization-server/maton", headers={"Host": host}, key=""
    )
    made = gateway.ask(
        "POST", "/membrane/connection-requests", {"connectorKey": "twilio"}, headers={"Host": host}
    )

    assert found.json["issuer"] == gateway.base_url + "/maton"
    assert made.json["url"].startswith(gateway.base_url + "/")


def test_other_sites_get_no_pages_and_never_a_persons_cookies(gateway: Gateway) -> None:
    headers = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Private-Network": "true",
    }
    for method in ("OPTIONS", "GET"):
        for page in ("/gateway/connect", "/membrane/oauth/authorize", "/maton/user"):
            answer = gateway.ask(method, page, headers=headers)
            assert "access-control-allow-origin" not in answer.headers
        answer = gateway.ask(method, "/membrane/self", headers=headers)
        assert "access-control-allow-credentials" not in answer.headers
        assert "access-control-allow-private-network" not in answer.headers
