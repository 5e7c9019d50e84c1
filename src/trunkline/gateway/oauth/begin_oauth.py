"""Send a person to a provider, so that they permit us to act for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from trunkline.gateway.connectors.declare import Method
from trunkline.gateway.errors import BadRequest, InputInvalid
from trunkline.gateway.model import Connection
from trunkline.gateway.oauth.endpoints import endpoint, scope_of
from trunkline.gateway.oauth.states import Cookie, States
from trunkline.gateway.oauth.token_request import check_client

__all__ = ["BeginOAuth", "Begun"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Where the browser goes, and the cookie that it takes along."""

    url: str = field(repr=False)
    cookie: Cookie


class BeginOAuth:
    """Begins a flow: RFC 6749 section 4.1.1 with PKCE (RFC 7636)."""

    def __init__(self, states: States) -> None:
        self._states = states

    async def __call__(
        self,
        connection: Connection,
        method: Method,
        entered: Mapping[str, str],
        redirect_uri: str,
    ) -> Begun:
        """The provider's page for this connection. `entered`: every field of the method, the
        settings among them; `redirect_uri`: the callback, exactly as the provider knows it.

        Raises InputInvalid, BadRequest, StoreUnavailable.
        """
        oauth = method.oauth
        if oauth is None or oauth.authorize_url is None:
            raise BadRequest("Nobody is asked for this method.")
        check_client(oauth, entered)
        new = await self._states.keep(connection, method.key, entered, redirect_uri)
        parameters = {
            **oauth.authorize_params,
            "scope": scope_of(oauth, entered) or None,
            "state": new.state,
        }
        if oauth.pkce:
            parameters["code_challenge"] = create_s256_code_challenge(new.verifier)
            parameters["code_challenge_method"] = "S256"
        try:
            url = prepare_grant_uri(
                endpoint(oauth.authorize_url, entered),
                entered["client_id"],
                "code",
                redirect_uri,
                **parameters,
            )
        except ValueError:  # of a query in the address that was entered
            raise InputInvalid("An OAuth endpoint is not an https address.") from None
        return Begun(url=url, cookie=new.cookie)
