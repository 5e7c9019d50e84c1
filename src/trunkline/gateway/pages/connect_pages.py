"""The hosted page: a person enters credentials, or goes to the provider to sign in.

The session's token is the only thing that lets somebody in. It comes in the query of the link and
in the form; looking changes nothing, so that programs that look at links use nothing up.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from trunkline.gateway.connections import (
    Connections,
    EnterCredentials,
    EntryInvalid,
    Requests,
    Session,
    SessionGone,
    Sessions,
    check_entered,
    find_method,
    is_asked_of_a_person,
    is_platform,
    offered_methods,
)
from trunkline.gateway.connectors import Catalogue, Connector, Method
from trunkline.gateway.errors import BadRequest, CredentialsRefused, GatewayError, TooLarge
from trunkline.gateway.oauth import CALLBACK, BeginOAuth, End, Finished
from trunkline.gateway.pages.own_form import is_own_form
from trunkline.gateway.pages.render import message_page, page
from trunkline.gateway.pages.show import FIELD, Way, show, show_fields, with_outcome
from trunkline.gateway.web import read_body
from trunkline.rest.errors import ApiError
from trunkline.rest.forms import parse_form
from trunkline.store import StoreUnavailable

__all__ = ["PAGE", "ConnectPages"]

PAGE = "/gateway/connect"
MOST_BYTES = 256 << 10  # of a form
MOST_FIELDS = 50
TOO_MANY_TRIES = "Credentials were refused too many times."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A page that may be used."""

    token: str = field(repr=False)
    session: Session
    connector: Connector
    methods: tuple[Method, ...]


class ConnectPages:
    """The pages of sessions. `base_url` is the platform's, without a slash at its end."""

    def __init__(
        self,
        connections: Connections,
        sessions: Sessions,
        requests: Requests,
        catalogue: Catalogue,
        *,
        enter: EnterCredentials,
        begin: BeginOAuth,
        base_url: Callable[[], str],
        development: bool = False,
    ) -> None:
        self._connections = connections
        self._sessions = sessions
        self._requests = requests
        self._catalogue = catalogue
        self._enter = enter
        self._begin = begin
        self._base_url = base_url
        self._development = development

    def routes(self) -> list[Route]:
        """The page and its form."""
        return [
            Route(PAGE, _answered(self.look), methods=["GET"]),
            Route(PAGE, _answered(self.submit), methods=["POST"]),
        ]

    async def look(self, request: Request) -> Response:
        """The form of the method that was asked for; else of the connection's own, or of the only
        one; else the methods to choose from."""
        opened = await self._open(request.query_params.get("session_token", ""))
        wanted = request.query_params.get("method") or opened.session.connection.method
        if wanted is None and len(opened.methods) > 1:
            return page(
                "choose.html",
                title=f"Connect {opened.connector.name}",
                shown=show(opened.session, opened.connector),
                ways=_ways(opened, None),
            )
        return self._form(opened, self._method(opened, wanted))

    async def submit(self, request: Request) -> Response:
        """Try what was entered, or go on to the provider."""
        if not is_own_form(request, self._base_url()):
            return message_page(
                "Not sent from this page",
                "The form came from another site, so nothing was done with it. Open your link, "
                "and fill in the form there.",
                kind="bad",
                status=403,
            )
        form = await _read_form(request)
        opened = await self._open(form.get("session_token", ""))
        method = self._method(opened, form.get("method") or None)
        given = {
            name.removeprefix(FIELD): value
            for name, value in form.items()
            if name.startswith(FIELD)
        }
        try:
            if is_asked_of_a_person(method):
                return await self._leave(opened, method, given)
            await self._enter(opened.session.connection, method.key, given, session=opened.token)
        except EntryInvalid as error:
            return self._form(opened, method, given, status=422, faults=error.faults)
        except SessionGone:
            raise
        except CredentialsRefused as error:
            return await self._refused(opened, method, given, error)
        except GatewayError as error:
            return self._form(opened, method, given, status=error.status, problem=error.message)
        return self._connected(
            opened.connector,
            opened.session.connection.id,
            opened.session.request_id,
            opened.session.go_to,
        )

    async def show_result(self, _request: Request, finished: Finished) -> Response:
        """The page on which a person ends who was at the provider."""
        connection = finished.connection
        connector = self._catalogue.get(connection.connector) if connection else None
        if finished.end is End.CONNECTED and connection is not None and connector is not None:
            try:
                go_to = await self._requests.go_to(connection)
            except StoreUnavailable:
                go_to = None
            return self._connected(connector, connection.id, None, go_to)
        return message_page(
            f"{connector.name} is not connected" if connector else "Not connected",
            f"{finished.message} Ask for a new link to try again."
            if finished.end is not End.STALE
            else finished.message,
            kind="bad",
            status=410 if finished.end is End.STALE else 400,
        )

    async def _open(self, token: str) -> _Opened:
        session = await self._sessions.look(token)
        connector = self._catalogue.of(session.connection)
        return _Opened(
            token=token,
            session=session,
            connector=connector,
            methods=offered_methods(connector, development=self._development),
        )

    def _method(self, opened: _Opened, wanted: str | None) -> Method:
        if wanted is None:
            return opened.methods[0]
        return find_method(opened.connector, wanted, development=self._development)

    async def _leave(self, opened: _Opened, method: Method, given: Mapping[str, str]) -> Response:
        """Spend the session and lead on to the provider; the cookie lets this browser alone finish
        what was begun here, where it was told for whom."""
        entered = check_entered(method, given)
        connection = opened.session.connection
        begun = await self._begin(
            connection,
            method,
            {**entered.secrets, **entered.settings},
            self._base_url() + CALLBACK,
        )
        if urlsplit(begun.url).scheme not in ("https", "http"):
            raise BadRequest("The provider's address is not one of the web.")
        await self._sessions.spend(opened.token)
        response = message_page(
            f"On to {opened.connector.name}",
            f"{opened.connector.name} asks whether you permit the access.",
            go_to=begun.url,
        )
        response.set_cookie(
            begun.cookie.name,
            begun.cookie.value,
            max_age=begun.cookie.seconds,
            path=begun.cookie.path,
            secure=begun.cookie.secure,
            httponly=True,
            samesite="lax",  # it has to come along from the provider's page
        )
        return response

    async def _refused(
        self, opened: _Opened, method: Method, given: Mapping[str, str], error: CredentialsRefused
    ) -> Response:
        try:
            await self._sessions.look(opened.token)
        except SessionGone:
            await self._connections.note_attempt_failed(
                opened.session.connection.id, TOO_MANY_TRIES
            )
            return message_page(
                f"{opened.connector.name} is not connected",
                f"{error.message} That was the last try of this link: ask for a new one.",
                kind="bad",
                status=429,
            )
        problem = f"{error.message} Check them and enter them again."
        return self._form(opened, method, given, status=422, problem=problem)

    def _form(
        self,
        opened: _Opened,
        method: Method,
        given: Mapping[str, str] | None = None,
        *,
        status: int = 200,
        problem: str = "",
        faults: Mapping[str, str] | None = None,
    ) -> Response:
        connector, session = opened.connector, opened.session
        asked = is_asked_of_a_person(method)
        if faults:
            problem = problem or "Not everything is filled in as it should be."
        return page(
            "form.html",
            status=status,
            title=f"Connect {connector.name}",
            shown=show(session, connector),
            action=PAGE,
            token=opened.token,
            method=method.key,
            fields=show_fields(method, session.connection.settings, given or {}, faults or {}),
            account=session.caller.account_sid if is_platform(method) else "",
            callback=self._base_url() + CALLBACK if asked else "",
            destination=connector.name if connector.hosts else "the address above",
            button=f"Go on to {connector.name}" if asked else "Connect",
            problem=problem,
            ways=_ways(opened, method),
        )

    def _connected(
        self, connector: Connector, connection_id: str, request_id: str | None, go_to: str | None
    ) -> Response:
        return message_page(
            f"{connector.name} is connected",
            "Everything worked: the connection can be used now.",
            kind="good",
            go_to=go_to and with_outcome(go_to, connection_id, request_id),
            close=True,
        )


def _ways(opened: _Opened, but: Method | None) -> list[Way]:
    return [
        Way(
            label=each.label,
            url=f"{PAGE}?{urlencode({'session_token': opened.token, 'method': each.key})}",
        )
        for each in opened.methods
        if each is not but
    ]


async def _read_form(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise BadRequest("The form was not sent as a form.")
    try:
        fields = parse_form(await read_body(request, MOST_BYTES), most=MOST_FIELDS)
    except ApiError:
        raise BadRequest("The form holds characters that are no text.") from None
    return {name: values[0] for name, values in fields.items()}


def _answered(
    handler: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """The handler, whose refusals are pages."""

    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except SessionGone as error:
            return message_page("This link cannot be used", error.message, kind="bad", status=410)
        except TooLarge as error:
            return message_page("Too much", error.message, kind="bad", status=413)
        except GatewayError as error:
            return message_page("Not connected", error.message, kind="bad", status=error.status)
        except StoreUnavailable:
            return message_page(
                "Not now",
                "This Trunkline cannot work at the moment. Load this page again in a while.",
                kind="bad",
                status=503,
            )

    return answered
