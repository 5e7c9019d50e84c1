"""Tokens of a gateway's authorization server: exchanged, refreshed, revoked.

RFC 6749 and RFC 7636 (PKCE); discovery is RFC 8414.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from trunkline.cli.failure import Failure
from trunkline.cli.gateway.http import exchange, post_form
from trunkline.cli.gateway.stored import changing_stored

__all__ = [
    "CLIENT_ID",
    "Endpoints",
    "ask_for_token",
    "discover",
    "is_stale",
    "refresh",
    "revoke",
]

CLIENT_ID = "membrane-cli"
SOON = 60  # seconds before its end at which a token is renewed
MOST = 1 << 20  # bytes of an answer


class SignedOut(Failure):
    """The session has ended."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a gateway signs people in."""

    authorize: str
    token: str
    revoke: str


def discover(base: str) -> Endpoints:
    """The endpoints of a gateway's authorization server. Raises Failure."""
    url = f"{base}/.well-known/oauth-authorization-server"
    with exchange("GET", url, None, {"Accept": "application/json"}, seconds=30.0) as answer:
        status, data = answer.status, answer.read(MOST)
    try:
        told: Any = json.loads(data) if status == 200 else None
        found = Endpoints(
            told["authorization_endpoint"],
            told["token_endpoint"],
            told.get("revocation_endpoint") or f"{base}/oauth/revoke",
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Failure(
            f"{base} is no gateway: see that --apiUri names one, with /membrane at its end."
        ) from None
    for place in (found.authorize, found.token, found.revoke):
        if not isinstance(place, str) or urlsplit(place).scheme not in ("http", "https"):
            raise Failure(f"{base} names a place to sign in that is no http address.")
    return found


def ask_for_token(url: str, fields: dict[str, str]) -> dict[str, Any]:
    """What is kept of the answer of a token endpoint. Raises SignedOut where the code or the
    refresh token is not taken, Failure."""
    status, data = post_form(url, {**fields, "client_id": CLIENT_ID})
    try:
        told = json.loads(data)
        if status >= 400:
            why = told.get("error_description") or told.get("message") or told["error"]
            kind = SignedOut if told.get("error") == "invalid_grant" else Failure
            raise kind(f"The gateway refuses to sign in: {str(why).rstrip('.')}.")
        site = {
            "accessToken": str(told["access_token"]),
            "expiresAt": int(time.time()) + int(told.get("expires_in") or 3600),
            "refreshToken": told.get("refresh_token"),
            "workspaceKey": told.get("default_workspace_key"),
            "tenantKey": told.get("default_tenant_key"),
            "email": told.get("email"),
        }
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Failure(f"The gateway answered {status}, and no token.") from None
    if not site["accessToken"].isascii() or not site["accessToken"].isprintable():
        raise Failure("The gateway answered with a token that cannot be sent.")
    return {name: value for name, value in site.items() if value is not None}


def is_stale(site: dict[str, Any]) -> bool:
    """Whether its access token ends soon, or has ended."""
    ends = site.get("expiresAt")
    return isinstance(ends, (int, float)) and ends - SOON <= time.time()


def refresh(base: str, used: str) -> str:
    """A new access token instead of the one that was `used`; it is kept. Raises Failure."""
    with changing_stored() as stored:
        site = stored.of(base)
        if site is None:
            raise _signed_out(base)
        if site["accessToken"] != used and not is_stale(site):
            return str(site["accessToken"])  # another command was faster
        if not isinstance(site.get("refreshToken"), str):
            raise _signed_out(base)
        given = {"grant_type": "refresh_token", "refresh_token": site["refreshToken"]}
        try:
            new = ask_for_token(discover(base).token, given)
        except SignedOut:
            raise _signed_out(base) from None
        stored.renew(base, {**site, **new})
        return str(new["accessToken"])


def revoke(base: str, site: dict[str, Any]) -> None:
    """End the session at the gateway. Raises Failure."""
    token = site.get("refreshToken") or site["accessToken"]
    post_form(discover(base).revoke, {"token": str(token), "client_id": CLIENT_ID}, seconds=10.0)


def _signed_out(base: str) -> Failure:
    return Failure(f"You are not signed in to {base} any more: sign in with `trunkline login`.")
