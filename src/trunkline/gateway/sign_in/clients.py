"""The programs that people sign in with: those known from the start, and what registers itself.

Dynamic registration is RFC 7591, open to everybody, so it is bounded: in number, in size, in what
it may say. Only public clients are registered: nobody gets a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from trunkline.clock import Clock
from trunkline.gateway.sign_in import queries
from trunkline.gateway.sign_in.errors import (
    InvalidClientMetadata,
    InvalidRedirectUri,
    TemporarilyUnavailable,
)
from trunkline.gateway.sign_in.model import (
    AUTHORIZATION_CODE,
    DEVICE_CODE,
    GRANT_TYPES,
    REFRESH_TOKEN,
    SCOPES,
    Client,
)
from trunkline.gateway.sign_in.redirects import (
    OUT_OF_BAND,
    is_acceptable,
    is_loopback,
    is_registered,
)
from trunkline.sids import SidFactory
from trunkline.store import Database

__all__ = ["OWN_CLIENTS", "Clients", "may_redirect"]

# The SDK's MEMBRANE_CLI_CLIENT_ID, and our own command line.
OWN_CLIENTS: Final = {
    one.id: one
    for one in (
        Client(
            id="membrane-cli",
            name="Membrane CLI",
            redirect_uris=(OUT_OF_BAND,),
            grant_types=GRANT_TYPES,
            is_own=True,
        ),
        Client(
            id="trunkline-cli",
            name="Trunkline CLI",
            redirect_uris=(OUT_OF_BAND,),
            grant_types=GRANT_TYPES,
            is_own=True,
        ),
    )
}
MOST_URIS = 10
LONGEST_NAME = 100
UNNAMED = "A program without a name"
YOUNG = timedelta(minutes=10)  # its person is still reading the page
LONGEST_ID = 64


class Clients:
    """See the module. `most` is how many may be registered."""

    def __init__(
        self, database: Database, clock: Clock, sids: SidFactory, *, most: int = 5000
    ) -> None:
        self._database = database
        self._clock = clock
        self._sids = sids
        self._most = most

    async def find(self, client_id: str) -> Client | None:
        """The client, or None."""
        if client_id in OWN_CLIENTS:
            return OWN_CLIENTS[client_id]
        if not client_id or len(client_id) > LONGEST_ID:
            return None
        row = await self._database.fetchrow(queries.FETCH_CLIENT, client_id)
        return queries.client_of(row) if row is not None else None

    async def register(self, metadata: Mapping[str, Any]) -> dict[str, Any]:
        """A new client, as RFC 7591 (3.2.1) answers it. When there are too many, the oldest ones
        with which nobody is signed in make room. Raises InvalidClientMetadata,
        InvalidRedirectUri, TemporarilyUnavailable."""
        now = self._clock.now()
        client = Client(
            id="tlc_" + self._sids.new_id(),
            name=_name(metadata.get("client_name")),
            grant_types=_grant_types(metadata),
            redirect_uris=_redirect_uris(metadata),
        )
        async with self._database.transaction() as connection:
            await connection.execute(queries.LOCK, queries.LOCK_CLIENTS)
            count = await connection.fetchval(queries.COUNT_CLIENTS)
            if count >= self._most:
                await connection.execute(
                    queries.FORGET_CLIENTS, now, now - YOUNG, count - self._most + 1
                )
                if await connection.fetchval(queries.COUNT_CLIENTS) >= self._most:
                    raise TemporarilyUnavailable("Too many clients are registered: try later.")
            await connection.execute(
                queries.INSERT_CLIENT,
                client.id,
                client.name,
                list(client.redirect_uris),
                list(client.grant_types),
                now,
            )
        return {
            "client_id": client.id,
            "client_id_issued_at": int(now.timestamp()),
            "client_name": client.name,
            "redirect_uris": list(client.redirect_uris),
            "grant_types": list(client.grant_types),
            "response_types": ["code"] if AUTHORIZATION_CODE in client.grant_types else [],
            "token_endpoint_auth_method": "none",
            "scope": " ".join(SCOPES),
        }


def may_redirect(client: Client, uri: str) -> bool:
    """Whether a code for the client may be sent to `uri`."""
    if client.is_own and is_loopback(uri):
        return True
    return is_registered(uri, client.redirect_uris)


def _name(given: Any) -> str:
    if given is None or given == "":
        return UNNAMED
    # Not printable are control characters and those that turn the direction of what follows.
    if not isinstance(given, str) or len(given) > LONGEST_NAME or not given.isprintable():
        raise InvalidClientMetadata(
            f"client_name must be a text of at most {LONGEST_NAME} printable characters."
        )
    return given.strip() or UNNAMED


def _grant_types(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    method = metadata.get("token_endpoint_auth_method", "none")
    if method not in ("none", None):
        raise InvalidClientMetadata(
            "Only public clients can register: token_endpoint_auth_method must be none."
        )
    given = metadata.get("grant_types")
    if given is None:
        given = [AUTHORIZATION_CODE, REFRESH_TOKEN]
    if not isinstance(given, list) or any(one not in GRANT_TYPES for one in given):
        raise InvalidClientMetadata("grant_types holds one that is not in the metadata.")
    types = tuple(one for one in GRANT_TYPES if one in given)
    if AUTHORIZATION_CODE not in types and DEVICE_CODE not in types:
        raise InvalidClientMetadata("grant_types holds none by which a person can sign in.")
    if AUTHORIZATION_CODE in types and metadata.get("response_types") not in (None, ["code"]):
        raise InvalidClientMetadata("response_types must be code.")
    return types


def _redirect_uris(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    given = metadata.get("redirect_uris")
    if given is None and AUTHORIZATION_CODE not in _grant_types(metadata):
        return ()
    if not isinstance(given, list) or not 0 < len(given) <= MOST_URIS:
        raise InvalidRedirectUri(f"redirect_uris must be a list of 1 to {MOST_URIS}.")
    if not all(isinstance(one, str) and is_acceptable(one) for one in given):
        raise InvalidRedirectUri
    return tuple(dict.fromkeys(given))
