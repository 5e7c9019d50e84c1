"""The request to a token endpoint, as bytes. Pure.

RFC 6749 sections 2.3.1, 4.1.3, 4.4.2 and 6; RFC 7636 section 4.5.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from authlib.oauth2.rfc6749.parameters import prepare_token_request

from trunkline.gateway.connectors.declare import OAuth
from trunkline.gateway.errors import InputInvalid
from trunkline.gateway.oauth.endpoints import endpoint, scope_of

__all__ = ["TokenRequest", "check_client", "token_request"]

UNSENDABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
LONGEST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRequest:
    """One POST."""

    url: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


def check_client(oauth: OAuth, entered: Mapping[str, str]) -> None:
    """Refuse entered fields with which no token request can be made. Raises InputInvalid, which
    names the field and does not quote it."""
    for name, value in entered.items():
        if len(value) > LONGEST or UNSENDABLE.search(value):
            raise InputInvalid(f"{name} is too long or holds characters that it cannot have.")
    if not entered.get("client_id"):
        raise InputInvalid("client_id is missing.")
    endpoint(oauth.token_url, entered)
    if oauth.authorize_url is not None:
        endpoint(oauth.authorize_url, entered)


def token_request(
    oauth: OAuth, values: Mapping[str, str], grant_type: str, **parameters: str
) -> TokenRequest:
    """The request for tokens: `values` are all entered fields, with the client's id and secret;
    `parameters` what the grant needs. Raises InputInvalid."""
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    form = {**oauth.token_params, **parameters}
    if grant_type == "client_credentials" and (scope := scope_of(oauth, values)):
        form.setdefault("scope", scope)
    name, secret = values.get("client_id", ""), values.get("client_secret", "")
    if oauth.client_auth == "client_secret_basic" and secret:
        # Both are form-encoded before they are joined: RFC 6749 section 2.3.1.
        pair = f"{quote_plus(name)}:{quote_plus(secret)}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    else:
        form["client_id"] = name
        if secret and oauth.client_auth != "none":  # a public client has none
            form["client_secret"] = secret
    body = prepare_token_request(grant_type, **form)
    return TokenRequest(url=endpoint(oauth.token_url, values), body=body.encode(), headers=headers)
