"""New tokens for a connection: asked for once, by one node, and saved before anybody uses them."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from trunkline.clock import Clock
from trunkline.faults import fault
from trunkline.gateway.connections.changes import Changes, owner_of, until_set
from trunkline.gateway.connections.rows import connection_of_row
from trunkline.gateway.connectors.declare import Method, OAuth
from trunkline.gateway.errors import (
    CredentialsRefused,
    GatewayError,
    NotFound,
    Unavailable,
)
from trunkline.gateway.model import Connection, Status
from trunkline.gateway.oauth import queries
from trunkline.gateway.oauth.ask_for_tokens import AskForTokens
from trunkline.gateway.oauth.failures import GrantRefused, NotNow
from trunkline.gateway.oauth.open_secrets import OpenSecrets
from trunkline.gateway.oauth.saving import keep_trying
from trunkline.gateway.oauth.seams import Credentials
from trunkline.gateway.oauth.tokens import Tokens, kept_with, refresh_time
from trunkline.gateway.vault import VaultError
from trunkline.store import Database, StoreUnavailable

__all__ = ["RefreshTokens"]

log = structlog.get_logger(__name__)

LEASE = 30.0  # seconds that one node has for it, longer than a token request may take
LOOK_AGAIN = 0.5  # seconds between looks whether another node is done, if it is not announced
SAVING = 300.0  # seconds for which tokens that came are tried to be saved
LONGEST_BACKOFF = 60.0
MOST_DELAYS = 10_000

StillNeeded = Callable[[Connection], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A connection as the database has it, and what keeps one from asking."""

    connection: Connection
    delay: float  # seconds until one may ask again
    failures: int
    doubt: bool  # the tokens may be used up: an answer was lost


class RefreshTokens:
    """Renews the tokens of one connection, for whoever calls it: the caller keeps two calls for one
    connection apart (`Authorise`). `seconds_to_save` and `lease` are for tests."""

    def __init__(
        self,
        database: Database,
        credentials: Credentials,
        open_secrets: OpenSecrets,
        ask: AskForTokens,
        changes: Changes,
        clock: Clock,
        *,
        entropy: Callable[[int], bytes] = os.urandom,
        lease: float = LEASE,
        seconds_to_save: float = SAVING,
    ) -> None:
        self._database = database
        self._credentials = credentials
        self._open = open_secrets
        self._ask = ask
        self._changes = changes
        self._clock = clock
        self._entropy = entropy
        self._lease = lease
        self._seconds_to_save = seconds_to_save
        self._delays: dict[tuple[str, int], datetime] = {}

    async def __call__(
        self,
        connection: Connection,
        method: Method,
        still_needed: StillNeeded,
        *,
        after_refusal: bool = False,
    ) -> Connection:
        """The connection with credentials for which `still_needed` is false: new ones, or those
        that somebody else got meanwhile. `after_refusal`: the provider refused the ones before.

        Raises CredentialsRefused when the provider takes the refresh token no more (the connection
        is failed then), Unavailable while nobody can tell, NotFound.
        """
        self._check_delay(connection)
        owner = self._entropy(16).hex()
        with self._changes.watch(owner_of(connection.tenant_id, connection.user_id)) as changed:
            while True:
                changed.clear()
                found = await self._read(connection.id)
                current = found.connection
                if current.status is Status.FAILED and connection.status is Status.ACTIVE:
                    raise CredentialsRefused(current.error or "")
                if current.method != method.key or not await still_needed(current):
                    return current
                if found.delay > 0:
                    self._note_delay(current, found.delay)
                    self._check_delay(current)
                elif await self._database.fetchval(
                    queries.LEASE, current.id, current.revision, owner, self._lease
                ):
                    renewed = await self._renew(found, method, owner, after_refusal)
                    if renewed is not None:
                        return renewed
                else:  # another node is asking
                    await until_set(changed, LOOK_AGAIN)

    async def _read(self, connection_id: str) -> _Found:
        row = await self._database.fetchrow(queries.READ, connection_id)
        if row is None or row["status"] == Status.ARCHIVED:
            raise NotFound("There is no such connection.")
        return _Found(
            connection=connection_of_row(row),
            delay=row["delay"] or 0.0,
            failures=row["failures"],
            doubt=row["doubt"],
        )

    async def _renew(
        self, found: _Found, method: Method, owner: str, after_refusal: bool
    ) -> Connection | None:
        """Ask, having the lease. None when the credentials were changed by somebody else meanwhile:
        what came here is of no use any more."""
        current = found.connection
        assert method.oauth is not None
        try:
            secrets = await self._open(current)
            tokens = await self._ask_for(method.oauth, current, secrets)
            refused_at = tokens.asked_at if after_refusal else None
            kept = kept_with(secrets, tokens, refused_at=refused_at)
            return await self._save(found, kept, tokens)
        except GrantRefused as error:
            return await self._refused(found, error)
        except NotNow as error:
            raise await self._not_now(found, error) from None
        finally:
            await self._release(current, owner)

    async def _ask_for(
        self, oauth: OAuth, current: Connection, secrets: Mapping[str, str]
    ) -> Tokens:
        settings = {k: v for k, v in current.settings.items() if isinstance(v, str)}
        values = {**settings, **secrets}
        try:
            if oauth.authorize_url is None:
                return await self._ask(oauth, values, "client_credentials")
            token = secrets.get("refresh_token", "")
            return await self._ask(oauth, values, "refresh_token", refresh_token=token)
        except (GrantRefused, NotNow, GatewayError):
            raise
        except Exception as error:
            log.error("oauth.request_failed", connection=current.id, **fault(error))
            raise NotNow("The tokens could not be renewed.", doubt=True) from None

    async def _save(
        self, found: _Found, secrets: Mapping[str, str], tokens: Tokens
    ) -> Connection | None:
        """Write tokens that came. Nobody uses them before; and they come only once, so that this
        goes on for minutes while the database is away."""
        current = found.connection
        part = int.from_bytes(self._entropy(2)) / 0xFFFF
        try:
            saved = await keep_trying(
                lambda: self._credentials.renew(
                    current.id,
                    secrets,
                    revision=current.revision,
                    refresh_at=refresh_time(tokens, part=part),
                ),
                seconds=self._seconds_to_save,
            )
        except (StoreUnavailable, VaultError) as error:
            log.error("oauth.tokens_lost", connection=current.id, **fault(error))
            lost = NotNow("The renewed tokens could not be saved.", doubt=True)
            raise await self._not_now(found, lost) from None
        if saved is None:
            log.warning("oauth.renewed_too_late", connection=current.id)
            return None
        log.info("oauth.renewed", connection=saved.id, revision=saved.revision)
        if found.failures:
            await self._if_possible(queries.END_DELAY, current.id)
        return saved

    async def _refused(self, found: _Found, error: GrantRefused) -> Connection | None:
        current = found.connection
        reason = f"{error.reason} Connect it again."
        if found.doubt:
            reason = (
                f"{error.reason} The answer to the renewal before was lost, which may have used "
                "up what it is renewed by. Connect it again."
            )
        failed = await self._credentials.fail(current.id, reason, revision=current.revision)
        if failed is None and current.status is Status.ACTIVE:
            return None
        log.warning("oauth.refused", connection=current.id)
        raise CredentialsRefused(reason)

    async def _not_now(self, found: _Found, error: NotNow) -> Unavailable:
        current = found.connection
        part = int.from_bytes(self._entropy(2)) / 0xFFFF
        backoff = min(2.0 ** min(found.failures, 10), LONGEST_BACKOFF) * (0.5 + part / 2)
        seconds = max(error.retry_after or 0.0, backoff)
        self._note_delay(current, seconds)
        await self._if_possible(queries.DELAY, current.id, current.revision, error.doubt, seconds)
        log.warning("oauth.not_renewed", connection=current.id, reason=error.reason)
        return Unavailable(error.reason, retry_after=seconds)

    async def _release(self, connection: Connection, owner: str) -> None:
        await self._if_possible(queries.RELEASE, connection.id, owner)

    async def _if_possible(self, query: str, *values: object) -> None:
        try:
            await self._database.execute(query, *values)
        except StoreUnavailable as error:
            log.warning("oauth.note_not_written", **fault(error))

    def _note_delay(self, connection: Connection, seconds: float) -> None:
        if len(self._delays) >= MOST_DELAYS:
            self._delays.clear()  # the database has them, too
        until = self._clock.now() + timedelta(seconds=seconds)
        self._delays[(connection.id, connection.revision)] = until

    def _check_delay(self, connection: Connection) -> None:
        """Raise Unavailable until one may ask again; without a query."""
        key = (connection.id, connection.revision)
        until = self._delays.get(key)
        if until is None:
            return
        left = (until - self._clock.now()).total_seconds()
        if left > 0:
            raise Unavailable(
                "The provider did not renew the tokens of this connection a moment ago.",
                retry_after=left,
            )
        del self._delays[key]
