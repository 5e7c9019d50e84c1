"""The authorization server: everything of this package, put together."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from trunkline.clock import Clock
from trunkline.gateway.model import Caller
from trunkline.gateway.sign_in import queries
from trunkline.gateway.sign_in.allowances import Allowances
from trunkline.gateway.sign_in.answer import answer_json, answered
from trunkline.gateway.sign_in.authorization_codes import AuthorizationCodes
from trunkline.gateway.sign_in.authorize_page import AuthorizePage
from trunkline.gateway.sign_in.clients import Clients
from trunkline.gateway.sign_in.device_page import DevicePage
from trunkline.gateway.sign_in.devices import Devices
from trunkline.gateway.sign_in.discovery import JWKS_PATH, protected_resource, server_metadata
from trunkline.gateway.sign_in.endpoints import Endpoints
from trunkline.gateway.sign_in.grants import Grants
from trunkline.gateway.sign_in.identify_person import IdentifyPerson
from trunkline.gateway.sign_in.model import Entropy, Identify, Notice, People
from trunkline.gateway.sign_in.show_page import Pages
from trunkline.gateway.sign_in.sign_in_codes import SignInCodes
from trunkline.gateway.sign_in.signing_keys import SigningKeys
from trunkline.gateway.sign_in.tokens import Tokens
from trunkline.gateway.vault import Vault
from trunkline.sids import SidFactory
from trunkline.store import Database

__all__ = ["SignIn"]

KEPT: Final = timedelta(days=7)  # what ended stays so long: used codes are still recognised
IDLE: Final = timedelta(days=90)  # then a client with which nobody is signed in is forgotten
SWEPT_CLIENTS: Final = 1000


def _nobody_told(_: Notice) -> None:
    pass


class SignIn:
    """See the module.

    `identify` is `gateway/keys`' Authenticate, the vault seals the signing key, and
    `told` hears what is to be audited. Routes are made once for each face; all share one state.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        sids: SidFactory,
        vault: Vault,
        identify: Identify,
        people: People,
        told: Callable[[Notice], None] = _nobody_told,
        entropy: Entropy = os.urandom,
        most_clients: int = 5000,
        most_devices: int = 1000,
        guesses_a_minute: int = 10,
        registrations_a_minute: int = 60,
    ) -> None:
        self._database = database
        self._clock = clock
        self._entropy = entropy
        self._keys = SigningKeys(database, vault, clock, sids)
        self._grants = Grants(database, clock, sids, entropy, told)
        self._tokens = Tokens(database, clock, sids, self._keys, self._grants, people)
        self._clients = Clients(database, clock, sids, most=most_clients)
        self._auth_codes = AuthorizationCodes(database, clock, entropy, self._grants)
        self._devices = Devices(database, clock, entropy, self._grants, most=most_devices)
        self.codes = SignInCodes(database, clock, entropy)
        self._key_guesses = Allowances(clock, most=guesses_a_minute)
        self._device_guesses = Allowances(clock, most=guesses_a_minute)
        self._registrations = Allowances(clock, most=registrations_a_minute)
        self._identify = IdentifyPerson(identify, self.codes, people, self._key_guesses)

    async def verify(self, token: str) -> Caller | None:
        """Whose access token it is, or None; see `Tokens.verify`."""
        return await self._tokens.verify(token)

    async def mint(
        self,
        caller: Caller,
        *,
        user_key: str | None = None,
        name: str | None = None,
        is_admin: bool = False,
        bearer: str | None = None,
        issuer: str = "trunkline",
    ) -> str:
        """An access token for a user of the caller's tenant; see `Tokens.mint`."""
        return await self._tokens.mint(
            caller,
            user_key=user_key,
            name=name,
            is_admin=is_admin,
            bearer=bearer,
            issuer=issuer,
        )

    async def revoke(self, token: str) -> None:
        """End the sign-in that an access token or refresh token is of, if it is one."""
        await self._tokens.revoke(token)

    async def sweep(self) -> None:
        """Delete what ended a week ago, and clients that nobody uses. To be run now and then."""
        now = self._clock.now()
        for statement in queries.SWEEP:
            await self._database.execute(statement, now - KEPT)
        await self._database.execute(queries.FORGET_CLIENTS, now, now - IDLE, SWEPT_CLIENTS)

    def routes(
        self, base: Callable[[Request], str], *, prefixes: Sequence[str] = ()
    ) -> list[Route]:
        """The routes of one face. `base` gives its address, scheme and host with the prefix and
        without a slash at the end: the issuer.

        `prefixes`, at the root only, are the faces whose documents are served there as well, in
        the form of RFC 8414 (3.1): the prefix behind the well-known path.
        """
        pages = Pages(base, self._entropy)
        authorize = AuthorizePage(base, pages, self._clients, self._auth_codes, self._identify)
        device = DevicePage(
            base, pages, self._clients, self._devices, self._identify, self._device_guesses
        )
        endpoints = Endpoints(
            base,
            self._clients,
            self._auth_codes,
            self._devices,
            self._grants,
            self._tokens,
            self._registrations,
        )
        routes = [
            _page("/oauth/authorize", pages.answered(authorize)),
            _page("/oauth/device", pages.answered(device)),
            _route("/oauth/token", endpoints.token, "POST"),
            _route("/oauth/register", endpoints.register, "POST"),
            _route("/oauth/revoke", endpoints.revoke, "POST"),
            _route("/oauth/device_authorization", endpoints.begin_device, "POST"),
            _route(JWKS_PATH, self._jwks, "GET"),
        ]
        for name, document in DOCUMENTS.items():
            path = "/.well-known/" + name
            routes.append(_route(path, _document(document, base, ""), "GET"))
            for prefix in prefixes:
                below = f"{path}/{prefix}"
                routes.append(_route(below, _document(document, base, "/" + prefix), "GET"))
        return routes

    async def _jwks(self, _request: Request) -> Response:
        return answer_json(await self._keys.public())


DOCUMENTS: Final[dict[str, Callable[[str], dict[str, Any]]]] = {
    "oauth-authorization-server": server_metadata,
    "openid-configuration": server_metadata,
    "oauth-protected-resource": protected_resource,
}


def _document(
    document: Callable[[str], dict[str, Any]], base: Callable[[Request], str], prefix: str
) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        return answer_json(document(base(request) + prefix))

    return serve


def _route(path: str, handler: Callable[[Request], Awaitable[Response]], method: str) -> Route:
    return Route(path, answered(handler), methods=[method])


def _page(path: str, handler: Callable[[Request], Awaitable[Response]]) -> Route:
    return Route(path, handler, methods=["GET", "POST"])
