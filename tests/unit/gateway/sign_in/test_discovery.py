"""How clients find the server: at each face, and in the form of RFC 8414."""

from __future__ import annotations

import pytest

from tests.unit.gateway.sign_in.asking import get, tokens
from tests.unit.gateway.sign_in.conftest import House
from trunkline.gateway.sign_in import challenge

SERVER = ("oauth-authorization-server", "openid-configuration")


@pytest.mark.parametrize("prefix", ["", "/maton", "/membrane"])
@pytest.mark.parametrize("name", SERVER)
async def test_metadata(served: House, prefix: str, name: str) -> None:
    issuer = served.base + prefix
    for url in (f"{issuer}/.well-known/{name}", f"{served.base}/.well-known/{name}{prefix}"):
        answer = await get(url)
        assert answer.status_code == 200
        document = answer.json()
        assert document["issuer"] == issuer
        assert document["authorization_endpoint"] == issuer + "/oauth/authorize"
        assert document["code_challenge_methods_supported"] == ["S256"]
        for endpoint in ("token", "registration", "revocation", "device_authorization"):
            url = document[f"{endpoint}_endpoint"]
            assert url.startswith(issuer + "/oauth/")
            assert (await get(url)).status_code == 405  # it is there, for POST
        assert (await get(document["jwks_uri"])).status_code == 200


@pytest.mark.parametrize("prefix", ["", "/maton", "/membrane"])
async def test_protected_resource(served: House, prefix: str) -> None:
    base = served.base + prefix
    where = f"{base}/.well-known/oauth-protected-resource"
    for url in (where, f"{served.base}/.well-known/oauth-protected-resource{prefix}"):
        document = (await get(url)).json()
        assert document["resource"] == base
        assert document["authorization_servers"] == [base]
        assert document["bearer_methods_supported"] == ["header"]
    assert challenge(base) == f'Bearer resource_metadata="{where}"'


async def test_no_other_prefix(served: House) -> None:
    for name in (*SERVER, "oauth-protected-resource"):
        assert (await get(f"{served.base}/.well-known/{name}/evil")).status_code == 404


async def test_others_can_check_our_tokens(served: House) -> None:
    from joserfc import jwt
    from joserfc.jwk import KeySet

    found = await tokens(served, scope="openid")
    keys = (await get(served.base + "/oauth/jwks")).json()
    assert all("d" not in key for key in keys["keys"])
    for name, kind in (("access_token", "at+jwt"), ("id_token", "JWT")):
        token = jwt.decode(found[name], KeySet.import_key_set(keys), algorithms=["ES256"])
        assert token.header["typ"] == kind
        assert token.claims["iss"] == served.base
