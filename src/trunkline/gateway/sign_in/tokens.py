"""Access tokens: made for a grant, checked at every request, minted for another user.

They are JSON Web Tokens in the form of RFC 9068, because the Membrane SDK reads their `exp`. What a
token may do is not in it: it names its grant, and the grant is looked up, so that a revoked one is
refused at once on every node.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from trunkline.clock import Clock
from trunkline.gateway.errors import AccessDenied, NotAuthenticated
from trunkline.gateway.keys import TOPIC as KEYS_TOPIC
from trunkline.gateway.model import Caller
from trunkline.gateway.sign_in import queries
from trunkline.gateway.sign_in.errors import InvalidGrant
from trunkline.gateway.sign_in.grants import TOPIC, Grants
from trunkline.gateway.sign_in.model import (
    ACCESS_LIFETIME,
    Grant,
    Notice,
    People,
    Person,
    hashed,
    shown_email,
)
from trunkline.gateway.sign_in.signing_keys import (
    ACCESS_TYPE,
    ID_TYPE,
    LONGEST_TOKEN,
    SigningKeys,
)
from trunkline.sids import SidFactory
from trunkline.store import Database

__all__ = ["Tokens"]

FRESH: Final = timedelta(seconds=5)  # how long a grant is believed without another look
MOST_KNOWN: Final = 10_000
MINTED_SCOPE: Final = "api"


@dataclass(frozen=True, slots=True)
class _Seen:
    """A token whose signature was checked."""

    grant_id: str
    expires_at: float  # seconds since 1970


@dataclass(frozen=True, slots=True)
class _Live:
    """Whom a grant stands for, as long as that is believed."""

    caller: Caller
    until: datetime


class Tokens:
    """See the module."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sids: SidFactory,
        keys: SigningKeys,
        grants: Grants,
        people: People,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sids = sids
        self._keys = keys
        self._grants = grants
        self._people = people
        self._seen: OrderedDict[bytes, _Seen] = OrderedDict()
        self._live: OrderedDict[str, _Live] = OrderedDict()
        self._changes = 0
        grants.on_revoked(self._forget)
        database.on_change(TOPIC, self._forget)
        database.on_change(KEYS_TOPIC, self._forget_all)
        database.on_reconnect(self._forget_all)

    async def answer(
        self, grant: Grant, refresh_token: str | None, *, issuer: str, nonce: str | None = None
    ) -> dict[str, Any]:
        """The answer of the token endpoint, with what the Membrane contract adds to it. Raises
        InvalidGrant when the user is gone."""
        caller = await self._caller(grant)
        if caller is None:
            raise InvalidGrant
        token, seconds = await self._access_token(grant, caller, issuer)
        answer: dict[str, Any] = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": seconds,
            "scope": grant.scope,
            "default_workspace_key": caller.tenant_key,
            "default_tenant_key": caller.user_key,
            "email": shown_email(caller),
            "org_id": caller.tenant_id,
        }
        if refresh_token is not None:
            answer["refresh_token"] = refresh_token
        if "openid" in grant.scope.split():
            answer["id_token"] = await self._id_token(grant, caller, issuer, nonce)
        return answer

    async def verify(self, token: str) -> Caller | None:
        """Whose access token it is; None for everything that is none of ours, or has ended.

        Mostly two look-ups in memory. Raises StoreUnavailable when the database must be asked and
        is away: the token may be good.
        """
        seen = await self._look_at(token)
        if seen is None or seen.expires_at <= self._clock.now().timestamp():
            return None
        known = self._live.get(seen.grant_id)
        if known is not None and self._clock.now() < known.until:
            return known.caller
        changes = self._changes
        grant = await self._grants.find(seen.grant_id)
        caller = await self._caller(grant) if grant is not None else None
        if grant is None or caller is None:
            self._live.pop(seen.grant_id, None)
            return None
        if changes == self._changes:  # else what was read may be of before the change
            until = min(self._clock.now() + FRESH, grant.expires_at)
            self._live[seen.grant_id] = _Live(caller, until)
            self._live.move_to_end(seen.grant_id)
            if len(self._live) > MOST_KNOWN:
                self._live.popitem(last=False)
        return caller

    async def mint(
        self,
        caller: Caller,
        *,
        user_key: str | None = None,
        name: str | None = None,
        is_admin: bool = False,
        bearer: str | None = None,
        issuer: str = "trunkline",
    ) -> str:
        """An access token for a user of the caller's tenant: one hour, not renewable.

        For another user than themself the caller must be an administrator. `bearer` is the token
        that the caller came with: when that is one of ours, revoking its sign-in ends the new
        token, too; an API key does so always. `name` is not kept. Raises AccessDenied,
        NotAuthenticated (the sign-in ended meanwhile), and what `People.user` raises.
        """
        user_id = caller.user_id
        if user_key not in (None, caller.user_key, caller.user_id):
            if not caller.is_admin:
                raise AccessDenied("A token for another user needs an administrator's key.")
            assert user_key is not None
            user_id = await self._people.user(caller.tenant_id, user_key)
        seen = await self._look_at(bearer) if bearer else None
        person = Person(
            tenant_id=caller.tenant_id,
            user_id=user_id,
            key_id=caller.key_id,
            is_admin=is_admin and caller.is_admin,
        )
        async with self._database.transaction() as connection:
            parent = None
            if seen is not None:
                row = await connection.fetchrow(
                    queries.SHARE_GRANT, seen.grant_id, self._clock.now()
                )
                if row is None:
                    raise NotAuthenticated
                parent = queries.grant_of(row)
                if parent.person.tenant_id != caller.tenant_id:
                    raise AccessDenied
                person = replace(person, key_id=parent.person.key_id)
            grant = await self._grants.begin(
                connection,
                person,
                scope=MINTED_SCOPE,
                parent_id=parent.id if parent is not None else None,
                lifetime=ACCESS_LIFETIME,
                not_after=parent.expires_at if parent is not None else None,
            )
        minted_for = await self._caller(grant)
        if minted_for is None:
            raise AccessDenied
        self._grants.told(Notice(kind="sign_in.minted", grant=grant))
        token, _ = await self._access_token(grant, minted_for, issuer)
        return token

    async def revoke(self, token: str) -> None:
        """End the grant of an access token or refresh token, used and expired ones, too; nothing
        for any other text (RFC 7009, 2.2)."""
        seen = await self._look_at(token)
        grant_id = seen.grant_id if seen is not None else await self._grants.of_refresh(token)
        if grant_id is not None:
            await self._grants.revoke(grant_id)

    async def _caller(self, grant: Grant) -> Caller | None:
        person = grant.person
        caller = await self._people.caller(person.tenant_id, person.user_id)
        if caller is None or caller.tenant_id != person.tenant_id:
            return None
        return replace(caller, key_id=None, is_admin=person.is_admin)

    async def _look_at(self, token: str) -> _Seen | None:
        if len(token) > LONGEST_TOKEN:
            return None
        key = hashed(token)
        seen = self._seen.get(key)
        if seen is not None:
            return seen
        claims = await self._keys.check(token, ACCESS_TYPE)
        if claims is None:
            return None
        seen = _Seen(claims["grant"], claims["exp"])
        self._seen[key] = seen
        if len(self._seen) > MOST_KNOWN:
            self._seen.popitem(last=False)
        return seen

    async def _access_token(self, grant: Grant, caller: Caller, issuer: str) -> tuple[str, int]:
        now = int(self._clock.now().timestamp())
        until = min(now + int(ACCESS_LIFETIME.total_seconds()), int(grant.expires_at.timestamp()))
        claims = {
            "iss": issuer,
            "sub": caller.user_id,
            "aud": grant.resource or issuer,
            "client_id": grant.client_id or "minted",
            "iat": now,
            "exp": until,
            "jti": self._sids.new_id(),
            "scope": grant.scope,
            "grant": grant.id,
            "tenant": caller.tenant_key,
            "user": caller.user_key,
        }
        return await self._keys.sign(claims, ACCESS_TYPE), until - now

    async def _id_token(self, grant: Grant, caller: Caller, issuer: str, nonce: str | None) -> str:
        now = int(self._clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": issuer,
            "sub": caller.user_id,
            "aud": grant.client_id,
            "iat": now,
            "exp": now + int(ACCESS_LIFETIME.total_seconds()),
            "email": shown_email(caller),
        }
        if nonce is not None:
            claims["nonce"] = nonce
        return await self._keys.sign(claims, ID_TYPE)

    def _forget(self, grant_id: str) -> None:
        self._changes += 1
        self._live.pop(grant_id, None)

    def _forget_all(self, _: str = "") -> None:
        self._changes += 1
        self._live.clear()
