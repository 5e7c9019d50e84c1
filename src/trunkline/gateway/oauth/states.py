"""Flows that are under way: between the page that sends a person to the provider and the provider
that sends them back.

A flow is found by its `state`, 256 random bits of which the hash is kept. It is used once, within
ten minutes, and only by the browser that began it: someone who is sent another's link into the
middle of a flow would else give their own account to that other's connection (RFC 6749 section
10.12, RFC 9700 section 4.7).
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from trunkline.clock import Clock
from trunkline.gateway.connections.rows import connection_of_row
from trunkline.gateway.connections.seams import Sealing
from trunkline.gateway.model import Connection, Status
from trunkline.gateway.oauth import queries
from trunkline.gateway.vault import Bound, SealedColumn, VaultError
from trunkline.store import Database

__all__ = ["LIFE", "SEALED", "Cookie", "NewState", "States", "UnderWay", "cookie_name"]

LIFE = timedelta(minutes=10)
SEALED = SealedColumn("gateway_oauth_states", "hash", "sealed")
PURPOSE = "oauth-state"
LONGEST = 128  # characters of a state or a cookie that are looked at
ENTERED = "entered "  # before the names of entered fields, beside the verifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """What the browser that begins a flow keeps, until it comes back to `path`. To be set HttpOnly
    and SameSite=Lax: it has to come along from the provider's page."""

    name: str
    value: str = field(repr=False)
    path: str
    secure: bool
    seconds: int = int(LIFE.total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class NewState:
    """A flow that was just begun."""

    state: str = field(repr=False)
    verifier: str = field(repr=False)
    cookie: Cookie


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """A flow that came back. Its state is used up."""

    connection: Connection
    method: str
    redirect_uri: str
    verifier: str = field(repr=False)
    entered: Mapping[str, str] = field(repr=False)


class States:
    """Keeps the flows. `entropy(n)` gives n random bytes."""

    def __init__(
        self,
        database: Database,
        vault: Sealing,
        clock: Clock,
        *,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._entropy = entropy

    async def keep(
        self, connection: Connection, method: str, entered: Mapping[str, str], redirect_uri: str
    ) -> NewState:
        """Begin a flow; what was entered is sealed until it comes back."""
        state, verifier, browser = (self._text() for _ in range(3))
        secrets = {ENTERED + name: value for name, value in entered.items()}
        secrets["verifier"] = verifier
        now = self._clock.now()
        await self._database.execute(queries.FORGET_OLD_STATES, now)
        await self._database.execute(
            queries.KEEP_STATE,
            _hash(state),
            _hash(browser),
            connection.id,
            method,
            redirect_uri,
            self._vault.seal(secrets, _bound(connection)),
            now,
            now + LIFE,
        )
        callback = urlsplit(redirect_uri)
        cookie = Cookie(
            name=cookie_name(state),
            value=browser,
            path=callback.path or "/",
            secure=callback.scheme == "https",
        )
        return NewState(state=state, verifier=verifier, cookie=cookie)

    async def take(self, state: str, cookies: Mapping[str, str]) -> UnderWay | None:
        """The flow of a state, now used up. None: there is none, it is too old, it was used, it was
        begun by another browser, or its connection is gone."""
        if not 0 < len(state) <= LONGEST or not state.isascii():
            return None
        browser = cookies.get(cookie_name(state), "")
        if not 0 < len(browser) <= LONGEST or not browser.isascii():
            return None
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(
                queries.TAKE_STATE, _hash(state), _hash(browser), self._clock.now()
            )
            if row is None:
                return None
            found = await connection.fetchrow(queries.READ, row["connection_id"])
        subject = connection_of_row(found)
        if subject.status is Status.ARCHIVED:
            return None
        try:
            await self._vault.learn(row["sealed"])
            secrets = self._vault.open(row["sealed"], _bound(subject))
        except VaultError:
            return None
        return UnderWay(
            connection=subject,
            method=row["method"],
            redirect_uri=row["redirect_uri"],
            verifier=secrets["verifier"],
            entered={
                name.removeprefix(ENTERED): value
                for name, value in secrets.items()
                if name.startswith(ENTERED)
            },
        )

    def _text(self) -> str:
        """256 random bits: 43 characters, as RFC 7636 section 4.1 wants a verifier at least."""
        return base64.urlsafe_b64encode(self._entropy(32)).decode().rstrip("=")


def cookie_name(state: str) -> str:
    """The cookie of a flow: one of its own for each, so that two tabs do not disturb each other."""
    return f"trunkline_oauth_{_hash(state).hex()[:16]}"


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("ascii")).digest()


def _bound(connection: Connection) -> Bound:
    return Bound(connection.tenant_id, connection.id, PURPOSE)
