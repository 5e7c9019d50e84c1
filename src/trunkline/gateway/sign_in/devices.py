"""Signing in on a device without a browser (RFC 8628): it shows a short code, which the person
enters on a page elsewhere, and asks meanwhile whether they did."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from trunkline.clock import Clock
from trunkline.gateway.sign_in import queries
from trunkline.gateway.sign_in.authorization_codes import Redeemed, admin_for
from trunkline.gateway.sign_in.errors import (
    AccessDenied,
    AuthorizationPending,
    ExpiredToken,
    InvalidGrant,
    InvalidTarget,
    OAuthError,
    SlowDown,
    TemporarilyUnavailable,
)
from trunkline.gateway.sign_in.grants import Grants
from trunkline.gateway.sign_in.model import (
    DEVICE_LIFETIME,
    Client,
    Entropy,
    Notice,
    Person,
    hashed,
    new_secret,
)
from trunkline.store import Database

__all__ = ["Devices", "read_user_code"]

# No vowels, so no words; no letters that look like digits (RFC 8628, 6.1). 34 bits.
LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH: Final = 8
INTERVAL: Final = 5  # seconds between polls; slow_down adds as many
SLOWEST: Final = 60
TRIES: Final = 5  # at a user code that nobody else has
DEVICE_PREFIX: Final = "tld_"


class Devices:
    """See the module. `most` is how many may wait for a person at a time."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        entropy: Entropy,
        grants: Grants,
        *,
        most: int = 1000,
    ) -> None:
        self._database = database
        self._clock = clock
        self._entropy = entropy
        self._grants = grants
        self._most = most

    async def start(self, client: Client, scope: str, resource: str | None) -> tuple[str, str]:
        """A device code and a user code, `XXXX-XXXX`. Raises TemporarilyUnavailable when too many
        wait."""
        now = self._clock.now()
        device_code = new_secret(DEVICE_PREFIX, self._entropy)
        async with self._database.transaction() as connection:
            await connection.execute(queries.LOCK, queries.LOCK_DEVICES)
            if await connection.fetchval(queries.COUNT_DEVICES, now) >= self._most:
                raise TemporarilyUnavailable("Too many devices wait for a person: try later.")
            for _ in range(TRIES):
                user_code = self._letters()
                made = await connection.fetchval(
                    queries.INSERT_DEVICE,
                    hashed(device_code),
                    user_code,
                    client.id,
                    scope,
                    resource,
                    INTERVAL,
                    now,
                    now + DEVICE_LIFETIME,
                )
                if made is not None:
                    return device_code, f"{user_code[:4]}-{user_code[4:]}"
        raise TemporarilyUnavailable

    async def pending(self, user_code: str) -> tuple[str, str] | None:
        """The client's id and the scope of a device that waits, or None."""
        row = await self._database.fetchrow(queries.PENDING_DEVICE, user_code, self._clock.now())
        return (row["client_id"], row["scope"]) if row is not None else None

    async def decide(self, user_code: str, person: Person | None, scope: str = "") -> bool:
        """Let the device sign in as `person`, or refuse it (None); False when none waits."""
        found = await self._database.fetchval(
            queries.DECIDE_DEVICE,
            user_code,
            self._clock.now(),
            "denied" if person is None else "allowed",
            person and person.tenant_id,
            person and person.user_id,
            person and person.key_id,
            person is not None and admin_for(person, scope),
        )
        return found is not None

    async def redeem(self, device_code: str, client: Client, resource: str | None) -> Redeemed:
        """The grant of a device that was allowed, once. Raises AuthorizationPending, SlowDown,
        AccessDenied, ExpiredToken, InvalidGrant, InvalidTarget."""
        key = hashed(device_code)
        refusal: OAuthError | None = None
        used_for = None
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(queries.LOCK_DEVICE, key)
            if row is None or row["client_id"] != client.id:
                raise InvalidGrant
            now = self._clock.now()  # after the lock: polls are counted one after the other
            if row["status"] == "used":
                refusal, used_for = InvalidGrant(), row["grant_id"]
            elif row["status"] == "denied":
                refusal = AccessDenied()
            elif row["expires_at"] <= now:
                refusal = ExpiredToken()
            elif row["status"] == "pending":
                seconds, polled_at = row["seconds"], row["polled_at"]
                too_soon = polled_at is not None and now - polled_at < timedelta(seconds=seconds)
                if too_soon:
                    seconds = min(seconds + INTERVAL, SLOWEST)
                await connection.execute(queries.NOTE_POLL, key, now, seconds)
                refusal = SlowDown() if too_soon else AuthorizationPending()
            else:
                if row["resource"] is not None and resource not in (None, row["resource"]):
                    raise InvalidTarget
                grant, refresh = await self._grants.sign_in(
                    connection,
                    queries.person_of(row),
                    client,
                    scope=row["scope"],
                    resource=row["resource"] or resource,
                )
                await connection.execute(queries.USE_DEVICE, key, grant.id)
        if refusal is not None:
            if used_for is not None:
                await self._grants.revoke(str(used_for), "sign_in.reuse")
            raise refusal
        self._grants.told(Notice(kind="sign_in", grant=grant))
        return Redeemed(grant=grant, refresh_token=refresh)

    def _letters(self) -> str:
        made = ""
        while len(made) < LENGTH:
            # What does not divide evenly is left out, so that every letter is as likely.
            fair = (byte for byte in self._entropy(LENGTH * 2) if byte < 240)
            made += "".join(LETTERS[byte % len(LETTERS)] for byte in fair)
        return made[:LENGTH]


def read_user_code(typed: str) -> str | None:
    """The code as people type it: any case, with or without the dash, with spaces. None for what
    can be none."""
    code = "".join(one for one in typed[:64].upper() if one not in " -\t")
    is_one = len(code) == LENGTH and all(one in LETTERS for one in code)
    return code if is_one else None
