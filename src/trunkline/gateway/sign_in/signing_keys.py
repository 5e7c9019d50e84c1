"""The key that signs tokens: ES256, made at first use, its private part sealed in the database.

JSON Web Tokens as RFC 7519 and RFC 9068 describe them: `typ` tells access tokens (`at+jwt`) from
ID tokens (`JWT`), so that one never passes for the other.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from trunkline.clock import Clock
from trunkline.gateway.errors import Unavailable
from trunkline.gateway.sign_in import queries
from trunkline.gateway.vault import Bound, SealedColumn, Vault, VaultError
from trunkline.sids import SidFactory
from trunkline.store import Database

__all__ = ["ACCESS_TYPE", "ID_TYPE", "LONGEST_TOKEN", "SEALED", "SigningKeys"]

SEALED: Final = SealedColumn("gateway_signing_keys", "id", "sealed")
LOCKED: Final = "The key that signs tokens cannot be opened: the operator has to look at the vault."

ALGORITHM: Final = "ES256"
ACCESS_TYPE: Final = "at+jwt"
ID_TYPE: Final = "JWT"
LONGEST_TOKEN: Final = 4096
LOOK_AGAIN = timedelta(seconds=5)  # for a key that another node made


class SigningKeys:
    """Signs and checks. Nothing is read from the database before the first token."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, sids: SidFactory) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._sids = sids
        self._keys: dict[str, ECKey] = {}  # by key id, the newest last
        self._looked_at: datetime | None = None

    async def sign(self, claims: Mapping[str, Any], kind: str) -> str:
        """A signed token; `kind` is its `typ`. Raises Unavailable when the vault does not open."""
        keys = self._keys or await self._load()
        kid, key = next(reversed(keys.items()))
        header = {"alg": ALGORITHM, "kid": kid, "typ": kind}
        return jwt.encode(header, dict(claims), key, algorithms=[ALGORITHM])

    async def check(self, token: str, kind: str) -> dict[str, Any] | None:
        """The claims of a token that we signed, expired or not; None for every other text. Raises
        Unavailable when the vault does not open."""
        header = _header(token)
        if header is None or header.get("alg") != ALGORITHM or header.get("typ") != kind:
            return None
        kid = header.get("kid")
        key = await self._key(kid) if isinstance(kid, str) else None
        if key is None:
            return None
        try:
            return dict(jwt.decode(token, key, algorithms=[ALGORITHM]).claims)
        except (JoseError, ValueError, TypeError, AttributeError):
            return None

    async def public(self) -> dict[str, Any]:
        """The JWK set (RFC 7517, 5)."""
        keys = self._keys or await self._load()
        return {
            "keys": [
                {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": ALGORITHM}
                for kid, key in keys.items()
            ]
        }

    async def _key(self, kid: str) -> ECKey | None:
        now = self._clock.now()
        stale = self._looked_at is None or not (timedelta(0) <= now - self._looked_at < LOOK_AGAIN)
        if kid not in self._keys and stale:
            await self._load()
        return self._keys.get(kid)

    async def _load(self) -> dict[str, ECKey]:
        rows = await self._database.fetch(queries.SIGNING_KEYS)
        if not rows:
            await self._make()
            rows = await self._database.fetch(queries.SIGNING_KEYS)
        try:
            for row in rows:
                await self._vault.learn(bytes(row["sealed"]))
            self._keys = {str(row["id"]): self._opened(row) for row in rows}
        except VaultError:
            raise Unavailable(LOCKED) from None
        self._looked_at = self._clock.now()
        return self._keys

    def _opened(self, row: asyncpg.Record) -> ECKey:
        private = self._vault.open(bytes(row["sealed"]), _bound(str(row["id"])))
        return ECKey.import_key(dict(private))

    async def _make(self) -> None:
        key = ECKey.generate_key("P-256")
        kid = str(UUID(self._sids.new_id()))
        private = {name: str(value) for name, value in key.as_dict(private=True).items()}
        sealed = self._vault.seal(private, _bound(kid))
        async with self._database.transaction() as connection:
            await connection.execute(queries.LOCK, queries.LOCK_KEYS)
            if not await connection.fetch(queries.SIGNING_KEYS):
                await connection.execute(queries.INSERT_SIGNING_KEY, kid, sealed, self._clock.now())


def _bound(kid: str) -> Bound:
    return Bound("", kid, "signing")  # of the platform, no tenant's


def _header(token: str) -> dict[str, Any] | None:
    if len(token) > LONGEST_TOKEN or not token.isascii() or token.count(".") != 2:
        return None
    first = token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return header if isinstance(header, dict) else None
