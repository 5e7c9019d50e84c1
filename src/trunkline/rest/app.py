"""The ASGI application that answers Twilio's REST API with declared operations.

A request passes, in this order: the route (404, 405), credentials (401), the account of the path
(404), what these credentials may do (401, 403), the limit of concurrent requests (429), the body
(408, 413, 415), its parameters (400), and the operation's method. Nothing before the method has
an effect.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from time import perf_counter
from typing import Any
from urllib.parse import quote

from trunkline.rest import catalogue
from trunkline.rest.answers import (
    Answer,
    answer_error,
    answer_preflight,
    answer_result,
    response_headers,
)
from trunkline.rest.authenticate import Credentials, account_of_path, admit, anybody
from trunkline.rest.base_url import BaseUrls
from trunkline.rest.body import ClientGone, Receive, read_form, read_json
from trunkline.rest.caller import caller_of
from trunkline.rest.concurrency import ConcurrencyLimit
from trunkline.rest.errors import ApiError
from trunkline.rest.failures import OnError, as_api_error, log_error
from trunkline.rest.forms import parse_form
from trunkline.rest.json_body import bind_json
from trunkline.rest.operation import AfterAnswer, Authenticator, BoundOperation, Call, Operation
from trunkline.rest.parameters import bind
from trunkline.rest.router import Place, Router
from trunkline.rest.undisturbed import Undisturbed
from trunkline.sids import SidFactory

__all__ = ["TwilioApi"]

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class _Exchange:
    """One request on its way through the application, with what its answer will need."""

    __slots__ = (
        "afterwards",
        "concurrent",
        "headers",
        "method",
        "operation",
        "place",
        "scope",
        "sid",
        "xml",
    )

    def __init__(self, scope: Scope, headers: dict[bytes, bytes], place: Place, sid: str) -> None:
        self.scope = scope
        self.headers = headers
        self.method: str = scope["method"]
        self.place = place
        self.sid = sid
        self.xml = place.xml
        self.concurrent = 1
        self.operation: Operation | None = None
        self.afterwards = AfterAnswer()


class TwilioApi:
    """See the module. `credentials` is to be told when accounts and keys change.

    `max_body` is in bytes, `body_seconds` how long a body may take to arrive. `public_url` and
    `trust_forwarded` decide what absolute links start with (see `BaseUrls`). `on_error` is called
    for every exception that is no `ApiError`; it must not raise.
    """

    def __init__(
        self,
        operations: Sequence[BoundOperation],
        authenticator: Authenticator,
        *,
        sids: SidFactory,
        max_body: int = 1 << 20,
        max_concurrent_per_account: int = 400,
        public_url: str | None = None,
        trust_forwarded: bool = False,
        body_seconds: float = 30.0,
        on_error: OnError = log_error,
    ) -> None:
        self.credentials = Credentials(authenticator)
        self._router = Router(operations)
        self._sids = sids
        self._max_body = max_body
        self._body_seconds = body_seconds
        self._concurrency = ConcurrencyLimit(max_concurrent_per_account)
        self._base_urls = BaseUrls(public_url, trust_forwarded)
        self._trust_forwarded = trust_forwarded
        self._on_error = on_error
        self._undisturbed = Undisturbed()

    async def finish(self) -> None:
        """Wait for operations whose clients went away, e.g. before the database is closed."""
        await self._undisturbed.finish()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"no {scope['type']} here, only http")
        started = perf_counter()
        headers = dict(scope["headers"])
        raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
        place = self._router.locate(headers.get(b"host"), raw_path)
        exchange = _Exchange(scope, headers, place, self._sids.new("RQ"))
        try:
            await self._exchange(exchange, started, receive, send)
        finally:
            exchange.afterwards.end()

    async def _exchange(
        self, exchange: _Exchange, started: float, receive: Receive, send: Send
    ) -> None:
        try:
            answer = await self._answer(exchange, receive)
        except ClientGone:
            return
        except Exception as error:
            answer = self._refusal(error, exchange)
        told = response_headers(
            answer,
            exchange.sid,
            perf_counter() - started,
            exchange.concurrent,
            exchange.place.product or "api",
        )
        await send({"type": "http.response.start", "status": answer.status, "headers": told})
        body = b"" if exchange.method == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, exchange: _Exchange, receive: Receive) -> Answer:
        place = exchange.place
        if exchange.method == "OPTIONS":
            return self._preflight(place)
        route = self._router.find(place, exchange.method)
        exchange.xml = route.xml
        operation = exchange.operation = route.bound.operation

        authorization = exchange.headers.get(b"authorization")
        named = route.path.pop("AccountSid", None)
        if operation.public and not place.suffix and authorization is None:
            principal = await anybody(self.credentials, named, place.resource)
            account = principal.account
        else:
            principal = await self.credentials.check(authorization)
            account = await account_of_path(self.credentials, principal, named, place.resource)
            admit(principal, account, operation)

        exchange.concurrent = self._concurrency.running(account.sid)  # told in a 429, too
        exchange.concurrent = self._concurrency.enter(account.sid)
        try:
            query = parse_form(exchange.scope.get("query_string", b""))
            form: dict[str, list[str]] = {}
            parameters: Any
            if not operation.takes_body:
                parameters = bind(operation.parameters, query)
            elif operation.body == "json":
                document = await read_json(
                    receive, exchange.headers, most=self._max_body, seconds=self._body_seconds
                )
                parameters = bind_json(operation.parameters, document)
            else:
                form = await read_form(
                    receive, exchange.headers, most=self._max_body, seconds=self._body_seconds
                )
                parameters = bind(operation.parameters, form)
            call = Call(
                operation=operation,
                principal=principal,
                account=account,
                path=route.path,
                query=query,
                form=form,
                resource=place.resource,
                base_url=self._base_urls.of(
                    exchange.scope, exchange.headers, operation.product, place.prefix
                ),
                request_sid=exchange.sid,
                suffix=place.suffix,
                caller=caller_of(
                    exchange.scope, exchange.headers, trust_forwarded=self._trust_forwarded
                ),
                afterwards=exchange.afterwards,
            )
            result = await self._carry_out(route.bound, call, parameters)
            return answer_result(result, call, exchange.xml)
        finally:
            self._concurrency.leave(account.sid)

    async def _carry_out(self, bound: BoundOperation, call: Call, parameters: Any) -> Any:
        work = bound.handler(call, parameters)
        if call.operation.method == "GET":
            return await work

        def report(error: Exception) -> None:
            if not isinstance(error, ApiError):
                self._on_error(error, call.request_sid, call.operation)

        return await self._undisturbed.run(work, report)

    def _preflight(self, place: Place) -> Answer:
        methods = self._router.methods(place)
        if not methods:
            raise catalogue.NOT_FOUND(path=place.resource)
        return answer_preflight(methods)

    def _refusal(self, error: Exception, exchange: _Exchange) -> Answer:
        if not isinstance(error, ApiError):
            self._on_error(error, exchange.sid, exchange.operation)
        return answer_error(as_api_error(error), exchange.xml)
