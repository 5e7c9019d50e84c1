"""The endpoints that programs call: tokens, registration, revocation, devices."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from trunkline.gateway.sign_in.allowances import Allowances
from trunkline.gateway.sign_in.answer import answer_json
from trunkline.gateway.sign_in.authorization_codes import AuthorizationCodes
from trunkline.gateway.sign_in.clients import Clients
from trunkline.gateway.sign_in.devices import INTERVAL, Devices
from trunkline.gateway.sign_in.errors import (
    InvalidClient,
    InvalidRequest,
    TooManyTries,
    UnauthorizedClient,
    UnsupportedGrantType,
)
from trunkline.gateway.sign_in.grants import Grants
from trunkline.gateway.sign_in.model import (
    AUTHORIZATION_CODE,
    DEVICE_CODE,
    DEVICE_LIFETIME,
    REFRESH_TOKEN,
    Client,
)
from trunkline.gateway.sign_in.read_request import Fields, address_of, read_fields, read_json
from trunkline.gateway.sign_in.requests_for_access import read_resource, read_scope
from trunkline.gateway.sign_in.tokens import Tokens

__all__ = ["Endpoints"]


class Endpoints:
    """See the module. `base` gives the address of the face that a request came to, which is the
    issuer."""

    def __init__(
        self,
        base: Callable[[Request], str],
        clients: Clients,
        codes: AuthorizationCodes,
        devices: Devices,
        grants: Grants,
        tokens: Tokens,
        registrations: Allowances,
    ) -> None:
        self._base = base
        self._clients = clients
        self._codes = codes
        self._devices = devices
        self._grants = grants
        self._tokens = tokens
        self._registrations = registrations

    async def token(self, request: Request) -> Response:
        """POST /oauth/token: a code, a device code or a refresh token becomes tokens."""
        fields = await read_fields(request)
        base = self._base(request)
        resource = read_resource(fields.get("resource"), base)
        kind = _required(fields, "grant_type")
        if kind == REFRESH_TOKEN:
            # A client that was forgotten meanwhile may go on: it has its token.
            grant, refresh = await self._grants.rotate(
                _required(fields, "refresh_token"),
                client_id=fields.get("client_id"),
                resource=resource,
            )
            return _tokens(await self._tokens.answer(grant, refresh, issuer=base))
        if kind == AUTHORIZATION_CODE:
            redeemed = await self._codes.redeem(
                _required(fields, "code"),
                await self._client(fields, kind),
                redirect_uri=fields.get("redirect_uri"),
                verifier=_required(fields, "code_verifier"),
                resource=resource,
            )
        elif kind == DEVICE_CODE:
            redeemed = await self._devices.redeem(
                _required(fields, "device_code"), await self._client(fields, kind), resource
            )
        else:
            raise UnsupportedGrantType
        return _tokens(
            await self._tokens.answer(
                redeemed.grant, redeemed.refresh_token, issuer=base, nonce=redeemed.nonce
            )
        )

    async def register(self, request: Request) -> Response:
        """POST /oauth/register: a program makes itself known (RFC 7591)."""
        self._count(request)
        return answer_json(await self._clients.register(await read_json(request)), 201)

    async def revoke(self, request: Request) -> Response:
        """POST /oauth/revoke: the sign-in that the token is of ends. 200 for unknown ones, too
        (RFC 7009, 2.2); who has a token may always make it worthless."""
        fields = await read_fields(request)
        await self._tokens.revoke(_required(fields, "token"))
        return Response(status_code=200, headers={"Cache-Control": "no-store"})

    async def begin_device(self, request: Request) -> Response:
        """POST /oauth/device_authorization (RFC 8628, 3.1)."""
        self._count(request)
        fields = await read_fields(request)
        base = self._base(request)
        client = await self._client(fields, DEVICE_CODE)
        device_code, user_code = await self._devices.start(
            client, read_scope(fields.get("scope")), read_resource(fields.get("resource"), base)
        )
        page = base + "/oauth/device"
        return answer_json(
            {
                "device_code": device_code,
                "user_code": user_code,
                "verification_uri": page,
                "verification_uri_complete": f"{page}?user_code={user_code}",
                "expires_in": int(DEVICE_LIFETIME.total_seconds()),
                "interval": INTERVAL,
            }
        )

    async def _client(self, fields: Fields, kind: str) -> Client:
        client = await self._clients.find(_required(fields, "client_id"))
        if client is None:
            raise InvalidClient
        if kind not in client.grant_types:
            raise UnauthorizedClient
        return client

    def _count(self, request: Request) -> None:
        address = address_of(request)
        wait = self._registrations.wait(address)
        if wait:
            raise TooManyTries(retry_after=wait)
        self._registrations.take(address)


def _tokens(answer: dict[str, object]) -> Response:
    return answer_json(answer, headers={"Pragma": "no-cache"})


def _required(fields: Fields, name: str) -> str:
    if name not in fields:
        raise InvalidRequest(f"The parameter {name} is missing.")
    return fields[name]
