"""A proxy of its own for each test: real upstreams on loopback, stand-ins for the other parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.waiting import eventually
from trunkline.clock import RealClock
from trunkline.gateway.audit import Entry
from trunkline.gateway.connectors import Catalogue, Injected, Upstreams, resolve_target
from trunkline.gateway.errors import GatewayError
from trunkline.gateway.model import Caller, Connection, Status
from trunkline.gateway.proxy import (
    Ask,
    Claims,
    Forward,
    HttpClient,
    Limits,
    PassOn,
    Rates,
    gone_of,
)
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit
from trunkline.webhooks.http import NetworkRules

SECRET = Injected(headers={"Authorization": "Basic c2VjcmV0"})
NEWER = Injected(headers={"Authorization": "Basic bmV3ZXI="})
QUICK = Limits(body=3 << 20, answer=1000, connect=2, idle=0.3)
MESSAGES = "/2010-04-01/Accounts/AC" + "0" * 32 + "/Messages.json"


class CannotRefresh(Exception):
    """There is nothing newer."""


@dataclass
class Authoriser:
    """Gives what it is told to; `newer` is an error, or what follows a refusal."""

    given: Injected = SECRET
    newer: Injected | Exception = field(default_factory=CannotRefresh)
    asked: int = 0
    refused: int = 0

    async def __call__(
        self, connection: Connection, *, refused: Injected | None = None
    ) -> Injected:
        self.asked += 1
        if refused is None:
            return self.given
        self.refused += 1
        if isinstance(self.newer, Exception):
            raise self.newer
        return self.newer


class Notes:
    """The audit log."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._changed = asyncio.Event()

    def require_room(self) -> None:
        """There is always room."""

    def record(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._changed.set()

    async def one(self) -> Entry:
        """The entry of the only request so far, as soon as there is one."""
        while not self.entries:
            self._changed.clear()
            await asyncio.wait_for(self._changed.wait(), 20)
        return self.entries[-1]


class MovingClock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def now(self) -> datetime:
        return self.time

    def forward(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass
class Proxy:
    """A `Forward`, and what it was made of."""

    forward: Forward
    claims: Claims
    authorise: Authoriser
    notes: Notes
    clock: MovingClock
    commit: GroupCommit
    client: HttpClient
    catalogue: Catalogue
    caller: Caller
    connection: Connection
    left: asyncio.Event = field(default_factory=asyncio.Event)  # a client of `face` is gone

    def ask(
        self,
        method: str = "GET",
        path: str = MESSAGES,
        body: Any = None,
        headers: Sequence[tuple[str, str]] = (),
        **more: Any,
    ) -> Ask:
        """A request to Twilio."""
        connector = self.catalogue.of(self.connection)
        target = resolve_target(connector, self.connection.settings, path)
        return Ask(method=method, target=target, headers=headers, body=body, **more)

    async def __call__(self, method: str = "GET", *args: Any, **more: Any) -> tuple[int, bytes]:
        """Send a request and take its answer whole."""
        reply = await self.forward(self.caller, self.connection, self.ask(method, *args, **more))
        try:
            return reply.status, b"".join([part async for part in reply.body])
        finally:
            await reply.aclose()


def caller_of(sids: SidFactory) -> Caller:
    """Somebody."""
    return Caller(
        tenant_id=sids.new_id(),
        tenant_key="tenant",
        user_id=sids.new_id(),
        user_key="default",
        world_id=sids.new_id(),
        account_sid="AC" + "0" * 32,
        key_id=sids.new_id(),
    )


def connection_of(sids: SidFactory, caller: Caller, **changes: Any) -> Connection:
    """A connection to Twilio."""
    now = datetime.now(UTC)
    given: dict[str, Any] = {
        "id": sids.new_id(),
        "tenant_id": caller.tenant_id,
        "user_id": caller.user_id,
        "connector": "twilio",
        "key": None,
        "name": "Twilio",
        "status": Status.ACTIVE,
        "method": "auth_token",
        "created_at": now,
        "updated_at": now,
    }
    return Connection(**{**given, **changes})


@asynccontextmanager
async def proxying(
    database: Database,
    upstream: str,
    *,
    limits: Limits | None = None,
    rates: Rates | None = None,
    private: bool = False,
    connector: str = "twilio",
    caller: Caller | None = None,
    connection: Connection | None = None,
    clock: MovingClock | None = None,
) -> AsyncIterator[Proxy]:
    """A proxy whose api.twilio.com is the server at `upstream` (`http://127.0.0.1:PORT`)."""
    sids = SidFactory(RealClock().milliseconds)
    commit = GroupCommit(database, published=lambda _: None)
    catalogue = Catalogue()
    client = HttpClient(NetworkRules(private=private), limits)
    clock = clock or MovingClock()
    claims = Claims(database, commit, clock)
    authorise, notes = Authoriser(), Notes()
    caller = caller or caller_of(sids)
    connection = connection or connection_of(sids, caller, connector=connector)
    forward = Forward(
        client=client,
        claims=claims,
        authorise=authorise,
        upstreams=Upstreams([f"https://api.twilio.com={upstream}"], lambda: upstream),
        catalogue=catalogue,
        audit=notes,
        rates=rates or Rates(),
        clock=clock,
        sids=sids,
        limits=limits,
        unrefreshable=(CannotRefresh,),
    )
    try:
        yield Proxy(
            forward, claims, authorise, notes, clock, commit, client, catalogue, caller, connection
        )
    finally:
        await forward.close()
        await client.close()
        await commit.close()


def face(proxy: Proxy) -> Starlette:
    """The least of a face: `/{path}` goes to the provider."""

    async def pass_on(request: Request) -> Response:
        raw: bytes = request.scope["raw_path"]
        query: bytes = request.scope["query_string"]
        path = raw.decode("latin-1") + ("?" + query.decode("latin-1") if query else "")
        announced = request.headers.get("content-length")
        heard = gone_of(request.receive)

        async def gone() -> None:
            await heard()
            proxy.left.set()

        has_body = announced not in (None, "0") or "transfer-encoding" in request.headers
        ask = proxy.ask(
            request.method,
            path,
            request.stream() if has_body else None,
            [(n.decode("latin-1"), v.decode("latin-1")) for n, v in request.scope["headers"]],
            length=None if announced is None else int(announced),
            gone=gone,
        )
        try:
            return PassOn(await proxy.forward(proxy.caller, proxy.connection, ask))
        except GatewayError as error:
            told = {"code": error.code, "message": error.message, "data": error.data}
            return JSONResponse(told, error.status)
        except ClientDisconnect:
            return Response(status_code=499)

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Starlette(routes=[Route("/{path:path}", pass_on, methods=methods)])


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the test run's."""
        yield


@asynccontextmanager
async def serving(app: Callable[..., Any]) -> AsyncIterator[str]:
    """A real HTTP server for an ASGI app; its base URL."""
    config = uvicorn.Config(
        app,
        port=0,
        log_config=None,
        lifespan="off",
        access_log=False,
        http="httptools",
        ws="none",
        server_header=False,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        server.force_exit = True
        await task
