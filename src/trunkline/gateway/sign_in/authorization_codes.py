"""Authorization codes: what a person allowed, to be exchanged once and soon (RFC 6749, 4.1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import timedelta

from trunkline.clock import Clock
from trunkline.gateway.sign_in import queries
from trunkline.gateway.sign_in.errors import InvalidGrant, InvalidTarget
from trunkline.gateway.sign_in.grants import Grants
from trunkline.gateway.sign_in.model import (
    PLATFORM_USER,
    Client,
    Entropy,
    Grant,
    Notice,
    Person,
    hashed,
    new_secret,
)
from trunkline.store import Database

__all__ = ["AuthorizationCodes", "Redeemed", "admin_for"]

VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636, 4.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed:
    """What a code or a device code was exchanged for."""

    grant: Grant
    refresh_token: str | None
    nonce: str | None = None


class AuthorizationCodes:
    """See the module."""

    def __init__(self, database: Database, clock: Clock, entropy: Entropy, grants: Grants) -> None:
        self._database = database
        self._clock = clock
        self._entropy = entropy
        self._grants = grants

    async def issue(
        self,
        client: Client,
        person: Person,
        *,
        redirect_uri: str,
        challenge: str,
        scope: str,
        resource: str | None,
        nonce: str | None,
        lifetime: timedelta,
    ) -> str:
        """A code for what the person allowed."""
        code = new_secret("", self._entropy)
        now = self._clock.now()
        await self._database.execute(
            queries.INSERT_CODE,
            hashed(code),
            client.id,
            redirect_uri,
            challenge,
            nonce,
            person.tenant_id,
            person.user_id,
            person.key_id,
            admin_for(person, scope),
            scope,
            resource,
            now,
            now + lifetime,
        )
        return code

    async def redeem(
        self,
        code: str,
        client: Client,
        *,
        redirect_uri: str | None,
        verifier: str,
        resource: str | None,
    ) -> Redeemed:
        """The grant of a code, which is used up.

        `redirect_uri` may be left out, as in OAuth 2.1 (draft 15, 10.2), because the verifier
        proves more; where it is given, it must be the same. A code that comes a second time
        revokes what came of the first (RFC 6749, 4.1.2). Raises InvalidGrant, InvalidTarget.
        """
        now = self._clock.now()
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(queries.LOCK_CODE, hashed(code))
            if row is None or row["client_id"] != client.id:
                raise InvalidGrant
            used_for = row["grant_id"]
            if row["used_at"] is None:
                _check(row["challenge"], verifier)
                if row["expires_at"] <= now or redirect_uri not in (None, row["redirect_uri"]):
                    raise InvalidGrant
                if row["resource"] is not None and resource not in (None, row["resource"]):
                    raise InvalidTarget
                grant, refresh = await self._grants.sign_in(
                    connection,
                    queries.person_of(row),
                    client,
                    scope=row["scope"],
                    resource=row["resource"] or resource,
                )
                await connection.execute(queries.USE_CODE, hashed(code), now, grant.id)
        if row["used_at"] is not None:
            if used_for is not None:
                await self._grants.revoke(str(used_for), "sign_in.reuse")
            raise InvalidGrant
        self._grants.told(Notice(kind="sign_in", grant=grant))
        return Redeemed(grant=grant, refresh_token=refresh, nonce=row["nonce"])


def admin_for(person: Person, scope: str) -> bool:
    """Only who asks to act for the whole tenant, and may, is an administrator in their tokens."""
    return person.is_admin and PLATFORM_USER in scope.split()


def _check(challenge: str, verifier: str) -> None:
    if not VERIFIER.fullmatch(verifier):
        raise InvalidGrant
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if not hmac.compare_digest(made, challenge):
        raise InvalidGrant
