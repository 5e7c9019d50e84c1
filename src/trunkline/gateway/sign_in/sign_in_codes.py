"""Sign-in codes: who has one is that person, once. The operator's command line makes them, and the
page makes one of an API key that was entered, so that no key is in a page."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from trunkline.clock import Clock
from trunkline.gateway.sign_in import queries
from trunkline.gateway.sign_in.model import (
    SIGN_IN_CODE_LIFETIME,
    Entropy,
    Person,
    hashed,
    new_secret,
)
from trunkline.store import Database

__all__ = ["PREFIX", "SignInCodes"]

PREFIX: Final = "tls_"


class SignInCodes:
    """See the module. They live five minutes and are kept as hashes."""

    def __init__(self, database: Database, clock: Clock, entropy: Entropy) -> None:
        self._database = database
        self._clock = clock
        self._entropy = entropy

    async def make(
        self,
        tenant_id: str,
        user_id: str,
        *,
        key_id: str | None = None,
        is_admin: bool = False,
        lifetime: timedelta = SIGN_IN_CODE_LIFETIME,
    ) -> str:
        """A code for a user of a tenant, both by their ids. It goes into the address of the
        authorize page as `sign_in_code`, or into its field."""
        code = new_secret(PREFIX, self._entropy)
        now = self._clock.now()
        await self._database.execute(
            queries.INSERT_SIGN_IN_CODE,
            hashed(code),
            tenant_id,
            user_id,
            key_id,
            is_admin,
            now,
            now + lifetime,
        )
        return code

    async def look(self, code: str) -> Person | None:
        """Who a code is for; it stays valid. None when it is unknown, used, or too old."""
        row = await self._database.fetchrow(
            queries.LOOK_SIGN_IN_CODE, hashed(code), self._clock.now()
        )
        return queries.person_of(row) if row is not None else None

    async def spend(self, code: str) -> Person | None:
        """As `look`, and the code is used up: of any number who try at once, one gets it."""
        row = await self._database.fetchrow(
            queries.SPEND_SIGN_IN_CODE, hashed(code), self._clock.now()
        )
        return queries.person_of(row) if row is not None else None
