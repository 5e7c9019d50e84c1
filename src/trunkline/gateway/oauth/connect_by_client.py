"""Connect by a client's own credentials, where nobody is asked: RFC 6749 section 4.4."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from trunkline.gateway.connectors.declare import Method
from trunkline.gateway.errors import BadRequest, CredentialsRefused, Unavailable
from trunkline.gateway.model import Connection
from trunkline.gateway.oauth.ask_for_tokens import AskForTokens
from trunkline.gateway.oauth.failures import GrantRefused, NotNow
from trunkline.gateway.oauth.finish_oauth import establish_with
from trunkline.gateway.oauth.seams import Credentials, Describe
from trunkline.gateway.oauth.token_request import check_client

__all__ = ["ConnectByClient"]


class ConnectByClient:
    """Turns an entered client id and secret into an active connection, or says why not. A failed
    attempt changes nothing."""

    def __init__(
        self,
        credentials: Credentials,
        ask: AskForTokens,
        *,
        describe: Describe | None = None,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._credentials = credentials
        self._ask = ask
        self._describe = describe
        self._entropy = entropy

    async def __call__(
        self,
        connection: Connection,
        method: Method,
        secrets: Mapping[str, str],
        settings: Mapping[str, str],
        /,
    ) -> Connection:
        """The connection, active. Raises InputInvalid, CredentialsRefused when the provider does
        not accept the client, Unavailable when it cannot be asked now, NotFound."""
        oauth = method.oauth
        if oauth is None or oauth.authorize_url is not None:
            raise BadRequest("A person has to be asked for this method.")
        values = {**settings, **secrets}
        check_client(oauth, values)
        try:
            tokens = await self._ask(oauth, values, "client_credentials")
        except GrantRefused as error:
            raise CredentialsRefused(error.reason) from None
        except NotNow as error:
            raise Unavailable(error.reason, retry_after=error.retry_after) from None
        return await establish_with(
            connection,
            method,
            secrets,
            settings,
            tokens,
            credentials=self._credentials,
            describe=self._describe,
            entropy=self._entropy,
        )
