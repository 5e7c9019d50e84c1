"""Put the gateway together: its core, its two faces, and what goes on in the background."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from collections.abc import Callable
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from trunkline.accounts import load_account_set
from trunkline.faults import fault
from trunkline.gateway.actions import Actions
from trunkline.gateway.audit import Audit, Entry
from trunkline.gateway.connections import (
    Changes,
    Connections,
    EnterCredentials,
    ProbeCredentials,
    Requests,
    Sessions,
    TestConnection,
    sweep,
)
from trunkline.gateway.connectors import Catalogue, Upstreams
from trunkline.gateway.development import DevelopmentKeys
from trunkline.gateway.errors import GatewayError, Unavailable
from trunkline.gateway.keys import Authenticate, Keys, Tenants
from trunkline.gateway.maton.app import maton_app
from trunkline.gateway.maton.render_error import render_error as maton_error
from trunkline.gateway.membrane.app import membrane_app
from trunkline.gateway.membrane.render_error import render_error as membrane_error
from trunkline.gateway.model import Caller
from trunkline.gateway.oauth import (
    AskForTokens,
    Authorise,
    BeginOAuth,
    CannotRefresh,
    ConnectByClient,
    FinishOAuth,
    OpenSecrets,
    PlatformCredentials,
    RefreshTokens,
    States,
)
from trunkline.gateway.oauth import routes as callback_routes
from trunkline.gateway.pages import ConnectPages
from trunkline.gateway.parts import Parts
from trunkline.gateway.posting import PostByHttpClient
from trunkline.gateway.proxy import (
    AskJson,
    Claims,
    Forward,
    HttpClient,
    Limits,
    Rates,
    serve_until_answered,
)
from trunkline.gateway.sign_in import Notice, PeopleOf, SignIn
from trunkline.gateway.vault import FollowRotation, Vault, VaultError, open_vault
from trunkline.gateway.web import Authenticating
from trunkline.rest.caller import caller_of
from trunkline.server.core import Core
from trunkline.server.gateway_control import ControlledKeys, ControlledVault
from trunkline.store import Overloaded, StoreUnavailable
from trunkline.webhooks.http.network_rules import NetworkRules
from trunkline.worlds import World

__all__ = ["GatewayParts"]

log = structlog.get_logger(__name__)

MATON, MEMBRANE = "/maton", "/membrane"
PERIOD = 60.0  # seconds between looks at what has ended
STOP_SECONDS = 2.0  # that requests to providers have, when the platform stops
PRODUCTION_RATE = 50.0  # requests a second
DEVELOPMENT = "development"  # the name of a world's own key


class GatewayParts:
    """The gateway of one node. `own_key` is the key that a world has in development."""

    def __init__(self, core: Core, vault: Vault, own_key: Callable[[World], str | None]) -> None:
        settings, database, clock, sids = core.settings, core.database, core.clock, core.sids
        self._core = core
        self._own_key = own_key
        development = settings.mode == "development"
        private = settings.gateway_private_networks
        private = development if private is None else private
        self._follow = FollowRotation(database, vault)
        self.audit = Audit(database, clock, sids)
        self.vault = ControlledVault(database, vault, self.audit, clock)
        self._changes = Changes(database)
        catalogue = Catalogue()
        self._tenants = Tenants(database, sids, clock)
        self._authenticate = Authenticate(database, vault, self._tenants, clock)
        self._keys = Keys(
            database, vault, self._tenants, self._authenticate, sids=sids, clock=clock
        )
        self.keys = ControlledKeys(self._keys, self._tenants, self.audit, clock)
        authenticate = DevelopmentKeys(self._authenticate, self._adopt)
        self._sign_in = SignIn(
            database,
            clock=clock,
            sids=sids,
            vault=vault,
            identify=authenticate,
            people=PeopleOf(database, self._tenants),
            told=self._note,
        )
        self._authenticate.verifiers.append(self._sign_in.verify)
        self._connections = Connections(
            database,
            vault,
            catalogue,
            clock,
            sids,
            changes=self._changes,
            newest=settings.gateway_default_connection == "newest",
            development=development,
        )
        upstreams = Upstreams(settings.map, lambda: core.address, private_networks=private)
        limits = Limits(
            body=settings.gateway_max_body_bytes,
            answer=settings.gateway_max_answer_bytes,
            connect=settings.gateway_connect_seconds,
            idle=settings.gateway_timeout_seconds,
        )
        self._client = HttpClient(NetworkRules(private=private), limits)
        self._claims = Claims(database, core.commit, clock)
        tokens = AskForTokens(PostByHttpClient(self._client, upstreams), clock)
        opened = OpenSecrets(vault)
        self._authorise = Authorise(
            catalogue,
            opened,
            RefreshTokens(database, self._connections, opened, tokens, self._changes, clock),
            self._connections,
            PlatformCredentials(database, self._account, clock),
            self._changes,
            clock,
        )
        self._forward = Forward(
            client=self._client,
            claims=self._claims,
            authorise=self._authorise,
            upstreams=upstreams,
            catalogue=catalogue,
            audit=self.audit,
            rates=Rates(
                _rate(settings.gateway_key_rate, development),
                _rate(settings.gateway_connection_rate, development),
            ),
            clock=clock,
            sids=sids,
            limits=limits,
            used=self._connections.note_used,
            unrefreshable=(CannotRefresh,),
        )
        ask = AskJson(self._forward, catalogue)
        self._actions = Actions(database, ask, clock, sids)
        probe = ProbeCredentials(self._connections, catalogue, ask)
        sessions = Sessions(database, clock)
        requests = Requests(
            database,
            clock,
            sids,
            connections=self._connections,
            sessions=sessions,
            changes=self._changes,
        )
        enter = EnterCredentials(
            self._connections,
            sessions,
            catalogue,
            probe=probe,
            by_client=ConnectByClient(self._connections, tokens, describe=probe),
            development=development,
        )
        states = States(database, vault, clock)
        parts = Parts(
            base_url=core.base_url,
            authenticate=authenticate,
            let_in=_counted(authenticate, Rates(_rate(settings.gateway_key_rate, development))),
            tenants=self._tenants,
            catalogue=catalogue,
            upstreams=upstreams,
            connections=self._connections,
            requests=requests,
            sessions=sessions,
            enter=enter,
            check=TestConnection(self._connections, catalogue, vault, ask),
            authorise=self._authorise,
            forward=self._forward,
            actions=self._actions,
            audit=self.audit,
            clock=clock,
            sign_in=self._sign_in,
            new_id=sids.new_id,
            development=development,
        )
        pages = ConnectPages(
            self._connections,
            sessions,
            requests,
            catalogue,
            enter=enter,
            begin=BeginOAuth(states),
            base_url=core.base_url,
            development=development,
        )
        self._finish = FinishOAuth(states, catalogue, self._connections, tokens, describe=probe)
        self._faces: dict[str, ASGIApp] = {
            MATON: maton_app(parts, self._signing_in(MATON), _unexpected),
            MEMBRANE: membrane_app(parts, self._signing_in(MEMBRANE), _unexpected),
            "": _common_app(
                [
                    *pages.routes(),
                    *callback_routes(self._finish, pages.show_result),
                    *self._sign_in.routes(
                        lambda _: core.base_url(), prefixes=(MATON[1:], MEMBRANE[1:])
                    ),
                ]
            ),
        }
        self._stop = asyncio.Event()
        self._sweeping: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, core: Core, own_key: Callable[[World], str | None]) -> GatewayParts:
        """The gateway, going. Raises VaultError, StoreUnavailable."""
        try:
            vault = await open_vault(core.database, core.settings, clock=core.clock)
        except VaultError as error:
            log.error("vault.not_opened", reason=str(error))
            raise
        parts = cls(core, vault, own_key)
        parts._sweeping = asyncio.create_task(parts._sweep())
        return parts

    async def serve(self, face: str, prefix: str, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request to a face, whose path has a prefix that the face does not know of."""
        if prefix:
            path = scope["path"][len(prefix) :] or "/"
            raw = scope["raw_path"].partition(b"?")[0][len(prefix) :] or b"/"
            scope = {**scope, "path": path, "raw_path": raw}
        if self._core.settings.trust_forwarded:
            # Tries are counted by address: all who come through a proxy would share one.
            caller = caller_of(scope, dict(scope["headers"]), trust_forwarded=True)
            scope = {**scope, "client": (caller.ip or "?", 0)}
        with contextlib.suppress(ClientDisconnect):  # nobody is there to be answered
            render = membrane_error if face == MEMBRANE else maton_error
            await serve_until_answered(self._faces[face], scope, receive, send, render)

    async def stop(self) -> None:
        """Finish what is under way, write what waits, close connections."""
        self._stop.set()
        if self._sweeping is not None:
            await self._sweeping
        # Together, because the main process has ten seconds, of which the server took up to five.
        await asyncio.gather(
            self._forward.close(STOP_SECONDS),
            self._finish.stop(seconds=STOP_SECONDS),
            self._authorise.stop(seconds=STOP_SECONDS),
        )
        await self._claims.close()
        await self._authenticate.stop()
        with contextlib.suppress(StoreUnavailable):
            await self._connections.write_uses()
        await self._client.close()
        await self._follow.stop()
        await self.audit.stop()

    async def sign_in_code(self, *, tenant: str, user: str, world_id: str, account_sid: str) -> str:
        """A code with which a person signs in as that user, once, within five minutes."""
        made = await self._tenants.ensure(tenant, world_id, account_sid)
        person = await self._tenants.user(made.id, user)
        return await self._sign_in.codes.make(made.id, person.id)

    def _signing_in(self, prefix: str) -> list[BaseRoute]:
        return [*self._sign_in.routes(lambda _: self._core.base_url() + prefix)]

    async def _adopt(self, text: str) -> bool:
        """Make a world's own key, and what it is to find, when the text is one."""
        for world in self._core.worlds.all():
            own = self._own_key(world)
            if own is not None and hmac.compare_digest(own.encode(), text.encode(errors="replace")):
                break
        else:
            return False
        account = await load_account_set(self._core.database, self._core.box, world.id)
        if account is None:
            return False
        key = await self._keys.adopt(
            text,
            tenant=world.name,
            world_id=world.id,
            account_sid=account.account_sid,
            name=DEVELOPMENT,
        )
        if key.revoked_at is not None:
            return False
        tenant = await self._tenants.ensure(world.name, world.id, account.account_sid)
        caller: Caller = self._tenants.caller(tenant, await self._tenants.user(tenant.id, key.user))
        await self._connections.create(caller, "twilio", method="platform", allow_multiple=False)
        return True

    async def _account(self, account_sid: str) -> tuple[str, str]:
        return account_sid, await self._core.authenticator.auth_token(account_sid)

    def _note(self, notice: Notice) -> None:
        person = notice.grant.person
        self.audit.record(
            Entry(
                at=self._core.clock.now(),
                kind=notice.kind,
                tenant_id=person.tenant_id,
                user_id=person.user_id,
                key_id=person.key_id,
            )
        )

    async def _sweep(self) -> None:
        while not self._stop.is_set():
            for each in (
                self._connections.write_uses,
                self._sign_in.sweep,
                self._actions.sweep,
                lambda: sweep(self._core.database, self._core.clock, self._changes),
            ):
                try:
                    await each()
                except StoreUnavailable:
                    break
                except Exception as error:
                    log.warning("gateway.not_swept", **fault(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), PERIOD)


def _common_app(routes: list[BaseRoute]) -> Starlette:
    app = Starlette(routes=routes, exception_handlers={404: _nothing, 405: _nothing})
    app.router.redirect_slashes = False
    return app


async def _nothing(_request: Request, _error: Exception) -> Response:
    return JSONResponse({"message": "There is nothing under this path."}, 404)


def _counted(authenticate: Authenticating, rates: Rates) -> Authenticating:
    """`authenticate`, with a rate for each key. Raises RateLimited besides."""

    async def let_in(bearer: str) -> Caller:
        caller = await authenticate(bearer)
        rates.take(caller.subject, "")
        return caller

    return let_in


def _rate(given: float | None, development: bool) -> float:
    if given is not None:
        return given
    return 0.0 if development else PRODUCTION_RATE


def _unexpected(error: Exception, request: Request) -> GatewayError:
    if isinstance(error, (StoreUnavailable, Overloaded)):
        return Unavailable()
    log.error("gateway.fault", method=request.method, **fault(error))
    return _Fault()


class _Fault(GatewayError):
    """This is a fault of Trunkline's: its log tells where."""

    code = "internal_error"
    status = 409  # clients send a request again that is answered with 500
