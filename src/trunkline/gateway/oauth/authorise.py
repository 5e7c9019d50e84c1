"""What a request to a provider gets, so that it is authorised."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from trunkline.clock import Clock
from trunkline.faults import fault
from trunkline.gateway.connections.changes import Changes
from trunkline.gateway.connectors.declare import Injected, Method
from trunkline.gateway.errors import (
    ConnectionNotActive,
    CredentialsRefused,
    GatewayError,
    Unavailable,
)
from trunkline.gateway.model import Connection, Status
from trunkline.gateway.oauth.open_secrets import OpenSecrets
from trunkline.gateway.oauth.opened import Opened, OpenedSecrets
from trunkline.gateway.oauth.platform_credentials import PlatformCredentials
from trunkline.gateway.oauth.refresh_tokens import RefreshTokens
from trunkline.gateway.oauth.seams import ConnectorOf, Credentials
from trunkline.gateway.oauth.tokens import expiry_of, refused_time, renewable
from trunkline.store import StoreUnavailable

__all__ = ["Authorise", "CannotRefresh"]

log = structlog.get_logger(__name__)

SHORT_WAIT = 2.0  # seconds for which one waits for new tokens while the old ones work
LONG_WAIT = 30.0
ROUNDS = 3
# New tokens that are refused, too: the provider means something else by its 401.
REFUSED_AGAIN = timedelta(seconds=60)
ENDED = "Its access has ended, and the provider gave nothing to renew it with. Connect it again."


class CannotRefresh(Exception):
    """What the provider refused cannot be renewed: its answer is passed on as it is."""


class Authorise:
    """Opens a connection's credentials, and renews its tokens in time: once, however many ask."""

    def __init__(
        self,
        catalogue: ConnectorOf,
        open_secrets: OpenSecrets,
        refresh: RefreshTokens,
        credentials: Credentials,
        platform: PlatformCredentials,
        changes: Changes,
        clock: Clock,
    ) -> None:
        self._catalogue = catalogue
        self._open_secrets = open_secrets
        self._refresh = refresh
        self._credentials = credentials
        self._platform = platform
        self._clock = clock
        self._opened = OpenedSecrets()
        self._renewals: dict[str, asyncio.Task[Connection]] = {}
        changes.on_change(self._opened.forget)

    async def __call__(
        self, connection: Connection, *, refused: Injected | None = None
    ) -> Injected:
        """What the next request of a connection gets; also of one that failed, which is tested.
        `refused`: the provider answered 401 to a request that had this.

        Raises ConnectionNotActive; CannotRefresh when nothing better than `refused` can be had;
        CredentialsRefused when the provider does not renew the tokens any more (the connection is
        failed then); Unavailable while that cannot be known; NotFound when it was deleted.
        """
        if connection.status not in (Status.ACTIVE, Status.FAILED):
            raise ConnectionNotActive
        method = self._method(connection)
        if method.kind == "PLATFORM":
            injected = await self._platform(connection, method)
            if injected == refused:
                raise CannotRefresh
            return injected
        opened = self._opened.get(connection) or await self._open(connection, method)
        if refused is None and not _is_due(connection, opened, self._clock.now()):
            return opened.injected
        if method.oauth is None:
            if opened.injected == refused:
                raise CannotRefresh
            return opened.injected
        return await self._renewed(connection, method, opened, refused)

    async def stop(self, *, seconds: float = 10) -> None:
        """Let renewals end that are under way: tokens that come have to be saved."""
        running = list(self._renewals.values())
        if running:
            _, late = await asyncio.wait(running, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _method(self, connection: Connection) -> Method:
        connector = self._catalogue.get(connection.connector)
        if connector is None or connection.method is None:
            raise ConnectionNotActive
        method = connector.method(connection.method)
        if method is None:
            raise ConnectionNotActive("This connection's method is not known any more.")
        return method

    async def _open(self, connection: Connection, method: Method) -> Opened:
        kept = self._opened.get(connection)
        if kept is not None:
            return kept
        secrets = await self._open_secrets(connection)
        try:
            injected = method.apply(secrets)
        except KeyError:
            raise ConnectionNotActive(
                "The credentials of this connection are incomplete: connect it again."
            ) from None
        opened = Opened(
            injected=injected,
            expires_at=expiry_of(secrets) if method.oauth is not None else None,
            renewable=renewable(method, secrets),
            refused_at=refused_time(secrets),
        )
        self._opened.put(connection, opened)
        return opened

    async def _renewed(
        self, given: Connection, method: Method, opened: Opened, refused: Injected | None
    ) -> Injected:
        """Credentials of the connection as it is now, renewed if need be."""
        current = self._opened.newest(given)
        for _ in range(ROUNDS):
            if current is not given:
                opened = await self._open(current, self._method(current))
            now = self._clock.now()
            if opened.injected != refused and not _is_due(current, opened, now):
                return opened.injected
            if not opened.renewable:
                return await self._not_renewable(current, opened, refused, now)
            if (
                refused is not None
                and opened.refused_at is not None
                and now < opened.refused_at + REFUSED_AGAIN
            ):
                raise CannotRefresh
            works = opened.injected != refused and opened.works(now)
            try:
                current = await self._renewal(current, method, opened, refused, works)
            except Unavailable:
                if works:
                    return opened.injected
                raise
        raise Unavailable("The credentials of this connection change too fast.")

    async def _not_renewable(
        self, current: Connection, opened: Opened, refused: Injected | None, now: datetime
    ) -> Injected:
        if opened.injected == refused:
            raise CannotRefresh
        if opened.works(now):
            return opened.injected
        try:
            await self._credentials.fail(current.id, ENDED, revision=current.revision)
        except StoreUnavailable as error:
            log.warning("oauth.end_not_written", **fault(error))
        raise CredentialsRefused(ENDED)

    async def _renewal(
        self,
        current: Connection,
        method: Method,
        opened: Opened,
        refused: Injected | None,
        works: bool,
    ) -> Connection:
        """The renewal of this connection that is under way, or a new one. It goes on when nobody
        waits any more."""
        task = self._renewals.get(current.id)
        if task is None:
            task = asyncio.create_task(self._renew(current, method, opened, refused))
            self._renewals[current.id] = task
            task.add_done_callback(lambda done: self._ended(current.id, done))
        await asyncio.wait({task}, timeout=SHORT_WAIT if works else LONG_WAIT)
        if not task.done():
            raise Unavailable("The tokens of this connection are being renewed.", retry_after=1)
        if task.cancelled():
            raise Unavailable("The gateway is being stopped.")
        error = task.exception()
        if isinstance(error, GatewayError):
            # Each that waits gets one of its own: an exception that is raised often grows.
            raise type(error)(error.message, data=error.data, retry_after=error.retry_after)
        if isinstance(error, CannotRefresh):
            raise CannotRefresh
        if isinstance(error, StoreUnavailable):
            raise Unavailable("The gateway's database cannot be reached.")
        return task.result()

    async def _renew(
        self, current: Connection, method: Method, opened: Opened, refused: Injected | None
    ) -> Connection:
        async def still_needed(stored: Connection) -> bool:
            as_stored = await self._open(stored, method)
            if stored.revision == current.revision and as_stored.injected != opened.injected:
                raise CannotRefresh  # these credentials are not those of the stored connection
            if as_stored.injected == refused:
                return True
            return _is_due(stored, as_stored, self._clock.now()) and as_stored.renewable

        newest = await self._refresh(
            current, method, still_needed, after_refusal=refused is not None
        )
        self._opened.note(newest)
        return newest

    def _ended(self, connection_id: str, task: asyncio.Task[Connection]) -> None:
        del self._renewals[connection_id]
        if not task.cancelled():
            task.exception()  # told to those who wait, if anybody does


def _is_due(connection: Connection, opened: Opened, now: datetime) -> bool:
    refresh_at = connection.refresh_at if opened.renewable else opened.expires_at
    return refresh_at is not None and now >= refresh_at
