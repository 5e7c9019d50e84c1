"""twilio-python, which is asked for only where a test uses it."""

from __future__ import annotations

import contextlib
from typing import Any

from trunkline.testing.errors import TrunklineError, hidden
from trunkline.testing.world import Credentials

__all__ = ["Adopted", "async_client", "client", "close_client", "request_validator"]

__tracebackhide__ = hidden

MISSING = "This needs twilio-python, which is not installed here: pip install 'trunkline[testing]'."


def client(credentials: Credentials) -> Any:
    """A `twilio.rest.Client` with the account's own credentials. Raises TrunklineError."""
    try:
        from twilio.rest import Client  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise TrunklineError(MISSING) from None
    return Client(credentials.account_sid, credentials.auth_token)


def async_client(credentials: Credentials) -> Any:
    """The same for `await client.messages.create_async(…)`. Raises TrunklineError."""
    try:
        from twilio.http.async_http_client import (  # type: ignore[import-untyped]
            AsyncTwilioHttpClient,
        )
        from twilio.rest import Client
    except ModuleNotFoundError:
        raise TrunklineError(MISSING) from None
    # Without a pool: it would belong to one event loop, and nobody would close it.
    http = AsyncTwilioHttpClient(pool_connections=False)
    return Client(credentials.account_sid, credentials.auth_token, http_client=http)


def request_validator(auth_token: str) -> Any:
    """A `twilio.request_validator.RequestValidator`. Raises TrunklineError."""
    try:
        from twilio.request_validator import (  # type: ignore[import-untyped]
            RequestValidator,
        )
    except ModuleNotFoundError:
        raise TrunklineError(MISSING) from None
    return RequestValidator(auth_token)


def close_client(made: Any) -> None:
    """Close the connections of a client that `client` made."""
    with contextlib.suppress(AttributeError):
        made.http_client.session.close()


class Adopted:
    """A client of the app's own that has the credentials of a test for a while."""

    def __init__(self, adopted: Any, credentials: Credentials) -> None:
        """Raises TrunklineError for what is no client."""
        try:
            from twilio.base.client_base import ClientBase  # type: ignore[import-untyped]
        except ModuleNotFoundError:
            raise TrunklineError(MISSING) from None
        if not isinstance(adopted, ClientBase):
            kind = type(adopted).__name__
            raise TrunklineError(f"A twilio.rest.Client can be adopted; this is a {kind}.")
        self._client = adopted
        self._kept = dict(vars(adopted))
        sid, token = credentials.account_sid, credentials.auth_token
        adopted.username, adopted.password, adopted.account_sid = sid, token, sid
        adopted.auth = (sid, token)
        adopted.credential_provider = None
        self._forget_domains()

    def give_back(self) -> None:
        """Let it be as it was."""
        vars(self._client).clear()
        vars(self._client).update(self._kept)

    def _forget_domains(self) -> None:
        # `client.messages` is made once, with the account that was the client's then.
        from twilio.base.domain import Domain  # type: ignore[import-untyped]

        for name, value in self._kept.items():
            if isinstance(value, Domain):
                setattr(self._client, name, None)
