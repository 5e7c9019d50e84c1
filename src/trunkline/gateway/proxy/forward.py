"""Pass a request on to the provider of a connection, and its answer back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Final
from urllib.parse import quote_plus, unquote_plus

from starlette.requests import ClientDisconnect

from trunkline.clock import Clock
from trunkline.gateway.connectors import Catalogue, Injected, Upstreams
from trunkline.gateway.errors import (
    AnswerTooLarge,
    BadRequest,
    GatewayError,
    OutcomeUnknown,
    TargetRefused,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from trunkline.gateway.model import Caller, Connection
from trunkline.gateway.proxy.ask import SAFE, UNSAFE, Ask, Limits
from trunkline.gateway.proxy.claims import Claims
from trunkline.gateway.proxy.exchange import CLIENT_GONE, Exchange, Reply
from trunkline.gateway.proxy.fingerprint import fingerprint
from trunkline.gateway.proxy.header_rules import answer_headers, request_headers
from trunkline.gateway.proxy.hide_secrets import secrets_of
from trunkline.gateway.proxy.http_client import (
    AnswerLost,
    HttpClient,
    NotReached,
    Refused,
    UpstreamAnswer,
)
from trunkline.gateway.proxy.json_to_form import json_to_form
from trunkline.gateway.proxy.rates import Rates, Room
from trunkline.gateway.proxy.seams import Authorising, Recorder
from trunkline.gateway.proxy.take_body import HELD, Passing, take_body
from trunkline.sids import SidFactory

__all__ = ["Forward"]

UNAUTHORIZED: Final = 401
SLOW: Final = 0.5  # seconds after which it is looked whether the caller of a safe request is there


class Forward:
    """The proxy: rates, authorisation, the claim of what changes something, the request itself.

    `used` hears of each connection by which a provider answered.

    `unrefreshable` are the exceptions of `authorise` that mean: there is nothing newer than what
    was refused; then the provider's 401 is passed on.
    """

    def __init__(
        self,
        *,
        client: HttpClient,
        claims: Claims,
        authorise: Authorising,
        upstreams: Upstreams,
        catalogue: Catalogue,
        audit: Recorder,
        rates: Rates,
        clock: Clock,
        sids: SidFactory,
        limits: Limits | None = None,
        room: Room | None = None,
        used: Callable[[Connection], None] | None = None,
        unrefreshable: tuple[type[Exception], ...] = (),
    ) -> None:
        self._client = client
        self._claims = claims
        self._authorise = authorise
        self._upstreams = upstreams
        self._catalogue = catalogue
        self._audit = audit
        self._rates = rates
        self._room = room or Room()
        self._clock = clock
        self._sids = sids
        self._limits = limits or Limits()
        self._used = used
        self._unrefreshable = unrefreshable
        self._under_way: set[asyncio.Task[Reply]] = set()

    async def __call__(self, caller: Caller, connection: Connection, ask: Ask) -> Reply:
        """The head of the provider's answer, whatever its status; the reply is to be closed.

        Raises GatewayError. Of what may have reached the provider and changes something it is
        OutcomeUnknown or another 4xx, never a 5xx, which clients take as leave to send it again.
        Raises ClientDisconnect when nobody is there any more to be answered. An unsafe request is
        carried out to its end also when the task that waits here is cancelled.
        """
        exchange = Exchange(
            self._sids.new_id(), self._clock.now(), caller, connection, ask, self._audit
        )
        try:
            if ask.method not in SAFE and ask.method not in UNSAFE:
                raise BadRequest("There is no such method here.")
            self._rates.take(caller.subject, connection.id)
            exchange.leave = self._room.take(caller.tenant_id)
            limits = self._limits
            exchange.body = await take_body(ask, limits.body, limits.idle)
            if ask.method in SAFE:
                return await self._watched(exchange, connection, ask)
            self._audit.require_room()  # nothing is sent without a trace
            task = asyncio.create_task(self._claimed(exchange, caller, connection, ask))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            try:
                return await asyncio.shield(task)
            except asyncio.CancelledError:
                exchange.gone = True
                task.add_done_callback(partial(_close_unwanted, exchange))
                raise
        except GatewayError as error:
            exchange.end(error.status, error.code)
            error.noted = True
            raise
        except ClientDisconnect:
            exchange.end(CLIENT_GONE, "client_gone")
            raise
        except asyncio.CancelledError:
            if ask.method in SAFE:
                exchange.end(CLIENT_GONE, "client_gone")
            raise
        except BaseException:
            exchange.end(500, "unexpected")
            raise

    async def close(self, grace: float = 5.0) -> None:
        """Wait so many seconds for the unsafe requests that are under way, and for what is to be
        written of them. Of those that take longer nobody knows the outcome."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=grace)
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)
            await asyncio.sleep(0)  # their callbacks
        await self._claims.close()

    async def _watched(self, exchange: Exchange, connection: Connection, ask: Ask) -> Reply:
        """A safe request: called off when its caller goes away."""
        if ask.gone is None or isinstance(exchange.body, Passing):
            return await self._asked(exchange, connection, ask)
        task = asyncio.current_task()
        assert task is not None
        off: list[UpstreamAnswer | None] = [None]

        async def watch() -> None:
            assert ask.gone is not None
            await ask.gone()
            exchange.gone = True
            if off[0] is None:
                task.cancel()
            else:
                off[0].close()

        def begin() -> None:
            exchange.watch = asyncio.ensure_future(watch())

        exchange.watch = asyncio.get_running_loop().call_later(SLOW, begin)
        try:
            return await self._asked(exchange, connection, ask, off)
        except asyncio.CancelledError:
            if exchange.gone and task.uncancel() == 0:
                raise ClientDisconnect from None
            raise

    async def _claimed(
        self, exchange: Exchange, caller: Caller, connection: Connection, ask: Ask
    ) -> Reply:
        """An unsafe request: claimed before it is sent, and seen through to its end."""
        body = exchange.body
        injected = ask.injected or await self._authorise(connection)
        begun = body if isinstance(body, bytes) else body.begun[:HELD]
        claim = await self._claims.claim(
            fingerprint(
                caller.subject,
                connection.id,
                ask.method,
                ask.target.origin + ask.target.path_qs,
                ask.headers,
                begun,
                len(body) if isinstance(body, bytes) else body.length,
            ),
            id=exchange.id,
            tenant_id=caller.tenant_id,
            connection_id=connection.id,
            method=ask.method,
        )
        exchange.claim = claim
        if ask.gone is not None:
            if isinstance(body, Passing):
                body.at_end = partial(_watch, exchange, ask)
            else:
                _watch(exchange, ask)
        return await self._asked(exchange, connection, ask, injected=injected)

    async def _asked(
        self,
        exchange: Exchange,
        connection: Connection,
        ask: Ask,
        off: list[UpstreamAnswer | None] | None = None,
        injected: Injected | None = None,
    ) -> Reply:
        """Send it, once more with a new authorisation when the first is refused."""
        if injected is None:
            injected = ask.injected or await self._authorise(connection)
        answer = await self._sent(exchange, connection, ask, injected)
        if (
            answer.status == UNAUTHORIZED
            and ask.injected is None
            and isinstance(exchange.body, bytes)
        ):
            answer = await self._sent_again(exchange, connection, ask, injected, answer)
        if exchange.claim is not None:
            exchange.claim.answered(answer.status)
        if off is not None:
            off[0] = answer
        if self._used is not None:
            self._used(connection)
        self._check_length(answer, ask.method)
        headers = answer_headers(
            answer.headers, answer.status, connection.id, exchange.id, exchange.hidden
        )
        return Reply(answer, headers, exchange, self._limits.answer)

    async def _sent_again(
        self,
        exchange: Exchange,
        connection: Connection,
        ask: Ask,
        refused: Injected,
        answer: UpstreamAnswer,
    ) -> UpstreamAnswer:
        """The answer with newer credentials; the refusal itself where there are none."""
        try:
            injected = await self._authorise(connection, refused=refused)
        except self._unrefreshable:
            return answer
        except BaseException:
            answer.close()
            if exchange.claim is not None:
                exchange.claim.release()  # a refused request did nothing
            raise
        if injected == refused:
            return answer
        answer.close()
        return await self._sent(exchange, connection, ask, injected)

    async def _sent(
        self, exchange: Exchange, connection: Connection, ask: Ask, injected: Injected
    ) -> UpstreamAnswer:
        """One request on the wire. Raises GatewayError as `__call__` has it."""
        method, body = ask.method, exchange.body
        data: bytes | AsyncIterator[bytes] | None
        try:
            connector = self._catalogue.of(connection)
            kind = connector.method(connection.method)
            where = self._upstreams.where(
                ask.target, platform=kind is not None and kind.kind == "PLATFORM"
            )
            headers = request_headers(ask.headers, injected, where.host_header)
            url = _with_query(where.url, injected)
            exchange.hidden = secrets_of(injected, connector, ask.target.path)
            if isinstance(body, bytes):
                headers, data = json_to_form(connector.forms, ask.target.path, headers, body)
                data = data or None
            else:
                data = aiter(body)
                if body.length is not None:
                    headers.append(("Content-Length", str(body.length)))
        except BaseException:
            if exchange.claim is not None:
                exchange.claim.release()
            raise
        try:
            return await self._client.send(method, url, headers=headers, body=data, open=where.open)
        except NotReached as error:
            if exchange.claim is not None:
                exchange.claim.release()
            raise _unreachable(error) from None
        except AnswerLost as error:
            if isinstance(body, Passing) and body.error is not None:
                raise body.error from None
            if exchange.claim is None:
                if error.timeout:
                    raise UpstreamTimeout from None
                raise UpstreamUnreachable(f"The provider did not answer: {error}.") from None
            raise OutcomeUnknown(
                f"The provider was asked, and {error}: look whether it was done before asking "
                "again.",
                data={"request_id": exchange.id},
            ) from None

    def _check_length(self, answer: UpstreamAnswer, method: str) -> None:
        """Whether it says that it is too large, before anything of it is passed on."""
        told = answer.header(b"content-length")
        if method != "HEAD" and told is not None and told.isdigit():
            most = self._limits.answer
            if len(told) > 18 or int(told) > most:
                answer.close()
                raise AnswerTooLarge(
                    f"The provider's answer is larger than {most} bytes.",
                    data={"status": answer.status},
                )


def _watch(exchange: Exchange, ask: Ask) -> None:
    """Take note when the caller of an unsafe request goes away before it has the answer."""

    async def watch() -> None:
        assert ask.gone is not None
        await ask.gone()
        exchange.gone = True

    exchange.watch = asyncio.create_task(watch())


def _close_unwanted(exchange: Exchange, task: asyncio.Task[Reply]) -> None:
    """An unsafe request ended for which nobody waited to the end."""
    if task.cancelled():
        exchange.end(CLIENT_GONE, "client_gone")
        return
    error = task.exception()
    if error is None:
        task.result().close()
    elif isinstance(error, GatewayError):
        exchange.end(error.status, error.code)
    else:
        exchange.end(500, "unexpected")


def _unreachable(error: NotReached) -> GatewayError:
    if isinstance(error, Refused):
        return TargetRefused(f"The provider is not asked: {error}.")
    return UpstreamUnreachable(f"The provider cannot be reached: {error}. Nothing was sent to it.")


def _with_query(url: str, injected: Injected) -> str:
    """The URL with what authorises the request, in place of parameters of the same name."""
    if not injected.query:
        return url
    path, _, query = url.partition("?")
    kept = [
        part
        for part in query.split("&")
        if part and unquote_plus(part.partition("=")[0]) not in injected.query
    ]
    kept += [f"{quote_plus(name)}={quote_plus(value)}" for name, value in injected.query.items()]
    return f"{path}?{'&'.join(kept)}"
