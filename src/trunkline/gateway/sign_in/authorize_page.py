"""The page on which a person lets a program sign in (RFC 6749, 4.1.1; RFC 7636; RFC 9207).

First who they are, then, with the tenant's name in view, whether they allow it. What the program
asks for stays in the address and is checked at every step.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from trunkline.gateway.sign_in.authorization_codes import AuthorizationCodes, admin_for
from trunkline.gateway.sign_in.clients import Clients, may_redirect
from trunkline.gateway.sign_in.errors import (
    AccessDenied,
    InvalidRequest,
    OAuthError,
    PageRefused,
    UnauthorizedClient,
    UnsupportedResponseType,
)
from trunkline.gateway.sign_in.identify_person import Identified, IdentifyPerson
from trunkline.gateway.sign_in.model import (
    AUTHORIZATION_CODE,
    CODE_LIFETIME,
    SHOWN_CODE_LIFETIME,
    Client,
    Person,
)
from trunkline.gateway.sign_in.read_request import Fields, read_fields, read_query
from trunkline.gateway.sign_in.redirects import (
    OUT_OF_BAND,
    csp_source,
    shown_destination,
    with_query,
)
from trunkline.gateway.sign_in.requests_for_access import read_resource, read_scope
from trunkline.gateway.sign_in.show_page import Pages, expect_own_form

__all__ = ["CODE_PAGE", "AuthorizePage"]

CODE_PAGE = "/oauth/code"  # below the base: a redirect URI that shows the code, too
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # RFC 7636, 4.2: SHA-256 in base64url
LONGEST_NONCE = 255
LONGEST_STATE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Return:
    """To whom the answer goes, and where: all that is known before the rest is checked."""

    client: Client
    redirect_uri: str
    is_shown: bool  # the page shows the code instead of sending it
    state: str | None
    issuer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the program asks for."""

    back: _Return
    scope: str
    challenge: str
    resource: str | None
    nonce: str | None


class AuthorizePage:
    """GET and POST /oauth/authorize."""

    def __init__(
        self,
        base: Callable[[Request], str],
        pages: Pages,
        clients: Clients,
        codes: AuthorizationCodes,
        identify: IdentifyPerson,
    ) -> None:
        self._base = base
        self._pages = pages
        self._clients = clients
        self._codes = codes
        self._identify = identify

    async def __call__(self, request: Request) -> Response:
        """The page, or what follows from the form on it."""
        query, twice = read_query(request)
        back = await self._return(request, query, twice)
        try:
            asked = _read(back, query, twice)
        except OAuthError as error:
            return self._refused(request, back, error)
        if request.method != "POST":
            return await self._arrive(request, asked, query.get("sign_in_code"))
        fields = await read_fields(request, json=False)
        expect_own_form(request, back.issuer, fields)
        decision = fields.get("decision")
        if decision == "deny":
            return self._refused(request, back, AccessDenied())
        if decision == "allow":
            return await self._allow(request, asked, fields.get("sign_in_code", ""))
        found = await self._identify.by_entry(request, fields.get("key", ""))
        if found is None:
            return self._ask_who(request, asked, "This key or code is not known, or has ended.")
        return self._ask_whether(request, asked, found)

    async def _return(self, request: Request, query: Fields, twice: frozenset[str]) -> _Return:
        """Where answers may go. Nothing is sent anywhere before this is known."""
        if twice & {"client_id", "redirect_uri"}:
            raise PageRefused("The address of this page is not complete: begin again.")
        client = await self._clients.find(query.get("client_id", ""))
        if client is None:
            raise PageRefused(
                "This gateway does not know the program that sent you here: begin again there."
            )
        issuer = self._base(request)
        uri = query.get("redirect_uri", "")
        is_shown = uri == OUT_OF_BAND or uri == issuer + CODE_PAGE
        may_show = client.is_own or uri in client.redirect_uris
        if not (may_show if is_shown else may_redirect(client, uri)):
            raise PageRefused(
                "The program that sent you here wants its answer at an address that it did not "
                "register: nothing was sent there."
            )
        state = query.get("state")
        return _Return(
            client=client, redirect_uri=uri, is_shown=is_shown, state=state, issuer=issuer
        )

    async def _arrive(self, request: Request, asked: _Asked, code: str | None) -> Response:
        if code is None:
            return self._ask_who(request, asked)
        found = await self._identify.by_code(request, code)
        if found is None:
            return self._ask_who(
                request, asked, "The sign-in code in the address was used, or is too old."
            )
        return self._ask_whether(request, asked, found)

    def _ask_who(self, request: Request, asked: _Asked, problem: str = "") -> Response:
        return self._pages.show(
            request,
            "identify.html",
            status=403 if problem else 200,
            form_action=csp_source(asked.back.redirect_uri),
            problem=problem,
            **_shown(asked.back),
        )

    def _ask_whether(self, request: Request, asked: _Asked, found: Identified) -> Response:
        return self._pages.show(
            request,
            "consent.html",
            form_action=csp_source(asked.back.redirect_uri),
            caller=found.caller,
            sign_in_code=found.sign_in_code,
            is_admin=admin_for(found.person, asked.scope),
            **_shown(asked.back),
        )

    async def _allow(self, request: Request, asked: _Asked, sign_in_code: str) -> Response:
        found = await self._identify.by_last_code(request, sign_in_code)
        if found is None:
            return self._ask_who(request, asked, "You waited too long, or allowed it already.")
        back = asked.back
        code = await self._issue(asked, found.person)
        if back.is_shown:
            minutes = int(SHOWN_CODE_LIFETIME.total_seconds() // 60)
            return self._pages.show(
                request, "code.html", client=back.client, code=code, minutes=minutes
            )
        return _redirect(back, {"code": code})

    async def _issue(self, asked: _Asked, person: Person) -> str:
        back = asked.back
        return await self._codes.issue(
            back.client,
            person,
            redirect_uri=back.redirect_uri,
            challenge=asked.challenge,
            scope=asked.scope,
            resource=asked.resource,
            nonce=asked.nonce,
            lifetime=SHOWN_CODE_LIFETIME if back.is_shown else CODE_LIFETIME,
        )

    def _refused(self, request: Request, back: _Return, error: OAuthError) -> Response:
        if back.is_shown:
            heading = "Not allowed" if isinstance(error, AccessDenied) else "This did not work"
            return self._pages.say(request, heading, error.description, error.status)
        return _redirect(back, {"error": error.error, "error_description": error.description})


def _read(back: _Return, query: Fields, twice: frozenset[str]) -> _Asked:
    if twice:
        raise InvalidRequest("A parameter comes twice.")
    if query.get("response_type") != "code":
        raise UnsupportedResponseType
    if AUTHORIZATION_CODE not in back.client.grant_types:
        raise UnauthorizedClient
    if len(back.state or "") > LONGEST_STATE:
        raise InvalidRequest("The state is too long.")
    challenge = query.get("code_challenge", "")
    if query.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(challenge):
        raise InvalidRequest("PKCE is required: code_challenge with code_challenge_method=S256.")
    nonce = query.get("nonce")
    if nonce is not None and len(nonce) > LONGEST_NONCE:
        raise InvalidRequest("The nonce is too long.")
    return _Asked(
        back=back,
        scope=read_scope(query.get("scope")),
        challenge=challenge,
        resource=read_resource(query.get("resource"), back.issuer),
        nonce=nonce,
    )


def _shown(back: _Return) -> dict[str, Any]:
    return {
        "client": back.client,
        "destination": shown_destination(back.redirect_uri),
        "shown": back.is_shown,
    }


def _redirect(back: _Return, values: dict[str, str]) -> Response:
    if back.state is not None:
        values["state"] = back.state
    # The issuer tells a client that knows several servers which one answers (RFC 9207).
    target = with_query(back.redirect_uri, {**values, "iss": back.issuer})
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return RedirectResponse(target, 303, headers)
