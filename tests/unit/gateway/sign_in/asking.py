"""What tests ask of the authorization server without a client of somebody else's."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.unit.gateway.sign_in.conftest import House
from trunkline.gateway.sign_in.model import CODE_LIFETIME, Client, Person

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()[:43]
CALLBACK = "http://127.0.0.1:43210/callback"
CLI = "membrane-cli"


def authorize_url(base: str, **changed: str | None) -> str:
    """The address of the page, for the predefined client; None leaves a parameter out."""
    query: dict[str, str | None] = {
        "client_id": CLI,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "platform-user",
        "state": "st&ate",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    given = {name: value for name, value in (query | changed).items() if value is not None}
    return f"{base}/oauth/authorize?{urlencode(given)}"


async def post(url: str, form: Any = None, **more: Any) -> httpx.Response:
    """A POST by a program."""
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.post(url, data=form, timeout=20, **more)


async def get(url: str, **more: Any) -> httpx.Response:
    """A GET by a program."""
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(url, timeout=20, **more)


async def code_for(house: House, **changed: Any) -> str:
    """An authorization code, as the page would make one."""
    caller = await house.caller()
    person = Person(
        tenant_id=caller.tenant_id,
        user_id=caller.user_id,
        key_id=changed.pop("key_id", None),
        is_admin=changed.pop("is_admin", False),
    )
    codes = house.sign_in._auth_codes
    client = await house.sign_in._clients.find(changed.pop("client_id", CLI))
    assert isinstance(client, Client)
    given: dict[str, Any] = {
        "redirect_uri": CALLBACK,
        "challenge": CHALLENGE,
        "scope": "api",
        "resource": None,
        "nonce": None,
        "lifetime": CODE_LIFETIME,
    }
    return await codes.issue(client, person, **(given | changed))


def exchange(code: str, **changed: str | None) -> dict[str, str]:
    """The form that exchanges a code."""
    form: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "client_id": CLI,
        "code": code,
        "code_verifier": VERIFIER,
        "redirect_uri": CALLBACK,
    }
    return {name: value for name, value in (form | changed).items() if value is not None}


async def tokens(house: House, **changed: Any) -> dict[str, Any]:
    """Tokens of a new sign-in."""
    answer = await post(house.base + "/oauth/token", exchange(await code_for(house, **changed)))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refresh(token: str, **changed: str) -> dict[str, str]:
    """The form that exchanges a refresh token."""
    return {"grant_type": "refresh_token", "client_id": CLI, "refresh_token": token} | changed


def refused(answer: httpx.Response, error: str, status: int = 400) -> None:
    """Assert a refusal in the form of RFC 6749, 5.2."""
    assert (answer.status_code, answer.json().get("error")) == (status, error), answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    description = answer.json()["error_description"]
    assert all(" " <= one <= "~" and one not in '"\\' for one in description), description
