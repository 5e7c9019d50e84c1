"""The gateway, by bytes: browsers of other sites, odd paths, bodies, versions of HTTP."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

import pytest

from tests.support.gateway import Gateway, gateway_key
from tests.support.platform import World

SITE = {"Origin": "https://app.example"}
ASKS = {
    **SITE,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type,membrane-api-version",
}


@pytest.fixture
def gateway(platform: World) -> Gateway:
    """A key of a tenant that only this test uses."""
    return gateway_key(platform)


def exchange(gateway: Gateway, head: str, body: bytes = b"") -> tuple[bytes, bytes]:
    """Head and body of the answer to bytes."""
    place = urlsplit(gateway.base_url)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=30) as wire:
        wire.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        told = b""
        while part := wire.recv(65536):
            told += part
    head_of, _, rest = told.partition(b"\r\n\r\n")
    return head_of.lower(), rest


@pytest.mark.parametrize("path", ["/connections", "/connections/x/proxy/a", "/actions/y/run"])
def test_a_browser_may_ask_from_any_site(gateway: Gateway, path: str) -> None:
    """It asks first, without the token."""
    told = gateway.ask("OPTIONS", "/membrane" + path, headers=ASKS, key="")
    assert (told.status, told.body) == (204, b"")
    assert told.headers["access-control-allow-origin"] == "*"
    assert "POST" in told.headers["access-control-allow-methods"]
    assert told.headers["access-control-allow-headers"] == ASKS["Access-Control-Request-Headers"]
    for never in ("allow-credentials", "allow-private-network"):
        assert f"access-control-{never}" not in told.headers


def test_a_browser_reads_answers_refusals_and_what_is_passed_on(gateway: Gateway) -> None:
    connection = gateway.connect("trunkline", {})
    paths = {
        "/connections": 200,
        "/connections/nope": 404,
        f"/connections/{connection}/proxy/2010-04-01/Accounts.json": 200,
    }
    for path, status in paths.items():
        told = gateway.ask("GET", "/membrane" + path, headers=SITE)
        assert told.status == status
        # The provider's own words about origins hold for its own host.
        assert told.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in told.headers
        assert told.headers["access-control-expose-headers"] == "*"


@pytest.mark.parametrize(
    "path",
    ["/membrane/oauth/authorize", "/membrane/screens/connect", "/gateway/connect", "/maton/user"],
)
def test_pages_of_people_are_no_other_sites_matter(gateway: Gateway, path: str) -> None:
    for method, headers in (("GET", SITE), ("OPTIONS", ASKS)):
        told = gateway.ask(method, path, headers=headers, key="")
        assert not any(name.startswith("access-control-") for name in told.headers)


@pytest.mark.parametrize("face", ["/maton", "/membrane"])
def test_every_answer_has_an_id(gateway: Gateway, face: str) -> None:
    ids = {
        gateway.ask("GET", face + path).headers["x-request-id"]
        for path in ("/connections", "/connections/x", "/nothing/here", "/oauth/jwks")
    }
    assert len(ids) == 4


def test_paths_as_people_write_them(gateway: Gateway) -> None:
    one = gateway.connect("trunkline", {})
    for face in ("/maton", "/membrane"):
        escaped = one.replace("-", "%2D")
        for path in ("/connections/", f"/connections/{one}/", f"/connections/{escaped}"):
            assert gateway.ask("GET", face + path).status == 200, path
        for path in (f"/connections/{one};x=1", f"/connections//{one}", f"/connections/{one}%2Fx"):
            told = gateway.ask("GET", face + path)
            assert told.status == 404, path
            assert told.json["message"]
    # What is the provider's stays as it is: a slash or a parameter at its end is part of it.
    proxy = f"/membrane/connections/{one}/proxy"
    for end in ("/2010-04-01/Accounts.json/", "/2010-04-01/Accounts.json;x=1"):
        assert b"20404" in gateway.ask("GET", proxy + end).body
    assert gateway.ask("GET", "/maton/trunk%6Cine/2010-04-01/Accounts.json").status == 200
    assert gateway.ask("GET", f"/membrane/connections/{one}%2Fproxy%2Fx").status == 404


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{bad", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b'{"connectorKey":5}', "application/json", 400),
        (b"connectorKey=twilio", "application/x-www-form-urlencoded", 400),
        (b'{"connectorKey":"twilio","unheardOf":1}', "text/plain", 201),
    ],
)
def test_bodies(gateway: Gateway, body: bytes, kind: str, status: int) -> None:
    headers = {"Content-Type": kind}
    told = gateway.ask("POST", "/membrane/connection-requests", body, headers=headers)
    assert told.status == status
    if status == 400:
        assert (told.json["type"], told.json["key"]) == ("bad_request", "bad_request")


@pytest.mark.parametrize("face", ["/maton", "/membrane"])
def test_a_body_too_large_is_answered_and_not_cut_off(gateway: Gateway, face: str) -> None:
    body = json.dumps({"app": "twilio", "name": "x" * (3 << 20)}).encode()
    told = gateway.ask("POST", face + "/connections", body)
    assert told.status == 413
    assert "1048576" in told.json["message"]


def test_versions_and_methods_of_http(gateway: Gateway) -> None:
    key = f"Authorization: Bearer {gateway.api_key}"
    head, body = exchange(gateway, f"GET /maton/connections HTTP/1.0\n{key}")
    assert head.startswith(b"http/1.1 200")
    assert json.loads(body) == {"connections": []}
    head, body = exchange(
        gateway, f"HEAD /membrane/connections HTTP/1.1\nHost: x\nConnection: close\n{key}"
    )
    assert (head[:12], body) == (b"http/1.1 200", b"")
    assert gateway.ask("PUT", "/membrane/connection-requests", {}).status == 404
    told = gateway.ask("OPTIONS", "/membrane/connections")
    assert (told.status, told.json["key"]) == (404, "not_found")


@pytest.mark.parametrize("name", ["oauth-authorization-server", "oauth-protected-resource"])
@pytest.mark.parametrize("face", ["/maton", "/membrane"])
def test_documents_of_a_face_are_found_by_both_rules(
    gateway: Gateway, name: str, face: str
) -> None:
    """RFC 8414 puts the path of the issuer behind the well-known one; the SDKs before it."""
    behind = gateway.ask("GET", f"/.well-known/{name}{face}", key="")
    before = gateway.ask("GET", f"{face}/.well-known/{name}", key="")
    assert behind.status == before.status == 200
    assert behind.json == before.json
    assert gateway.base_url + face in (behind.json.get("issuer"), behind.json.get("resource"))
