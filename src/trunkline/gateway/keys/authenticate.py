"""Who sent this bearer token: a key, a token signed with a workspace secret, or one that somebody
else vouches for."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from trunkline.clock import Clock
from trunkline.gateway.errors import NotAuthenticated, Unavailable
from trunkline.gateway.keys.key_text import hash_of
from trunkline.gateway.keys.known_keys import MOST, KnownKey, KnownKeys
from trunkline.gateway.keys.note_uses import NoteUses
from trunkline.gateway.keys.signed_tokens import is_signed, read_token, user_of_token
from trunkline.gateway.keys.tenants import Tenants
from trunkline.gateway.model import Caller
from trunkline.gateway.vault import Vault, VaultError
from trunkline.store.database import Database
from trunkline.store.errors import StoreUnavailable

__all__ = ["Authenticate", "Verifier"]

MOST_CHARACTERS = 16_384  # of what a client sends as its key
UNKNOWN = "This key or token is not known here."
REVOKED = "This key was revoked."
EXPIRED = "This key has expired."
TOKEN_EXPIRED = "This token has expired."
LOCKED = "The secret of this workspace cannot be opened: the operator has to look at the vault."

Verifier = Callable[[str], Awaitable[Caller | None]]


@dataclass(slots=True, eq=False)
class _Seen:
    key: KnownKey
    caller: Caller
    until: float | None  # seconds since 1970, of a token


class Authenticate:
    """Lets callers in. What was let in is remembered by its SHA-256 and believed for as long as
    its key is: a key that is revoked, here or on another node, is refused from then on.

    Each of `verifiers` gets what is neither a key nor a token of a known workspace, and gives the
    caller or None. It remembers what it likes by itself.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        tenants: Tenants,
        clock: Clock,
        *,
        verifiers: Iterable[Verifier] = (),
        monotonic: Callable[[], float] = time.monotonic,
        most: int = MOST,
    ) -> None:
        self.verifiers = list(verifiers)
        self.uses = NoteUses(database, clock, monotonic=monotonic)
        self._known = KnownKeys(database, vault, monotonic=monotonic, most=most)
        self._tenants = tenants
        self._clock = clock
        self._most = most
        self._seen: dict[bytes, _Seen] = {}

    async def __call__(self, bearer: str) -> Caller:
        """The caller. Raises NotAuthenticated, and Unavailable when it cannot be told now."""
        if not bearer:
            raise NotAuthenticated
        if len(bearer) > MOST_CHARACTERS:
            raise NotAuthenticated(UNKNOWN)
        digest = hashlib.sha256(bearer.encode(errors="surrogatepass")).digest()
        seen = self._seen.get(digest)
        if seen is None or not self._known.is_fresh(seen.key):
            try:
                seen = await self._look(bearer, digest, seen)
            except StoreUnavailable:
                seen = None
                unavailable = True
            else:
                unavailable = False
            if unavailable:
                raise Unavailable
            if seen is None:
                return await self._ask_verifiers(bearer)
        self._check(seen)
        self.uses.note(seen.key.id)
        return seen.caller

    def forget(self, key_id: str) -> None:
        """Read this key anew at its next use."""
        self._known.forget(key_id)

    async def stop(self) -> None:
        """Wait until what is noted of uses is written."""
        await self.uses.flush()

    def _check(self, seen: _Seen) -> None:
        if seen.key.revoked:
            raise NotAuthenticated(REVOKED)
        now = self._clock.now()
        if seen.key.expires_at is not None and seen.key.expires_at <= now:
            raise NotAuthenticated(EXPIRED)
        if seen.until is not None and seen.until <= now.timestamp():
            raise NotAuthenticated(TOKEN_EXPIRED)

    async def _look(self, bearer: str, digest: bytes, before: _Seen | None) -> _Seen | None:
        """What this key or token is; None when it is neither."""
        hashed = hash_of(bearer)
        if hashed is not None:
            key = await self._known.by_hash(hashed)
            if key is None:
                raise NotAuthenticated(UNKNOWN)
            return self._remember(digest, _Seen(key, key.caller, None))
        if before is not None:  # its signature was right, and is for as long as the key lives
            key = await self._known.by_workspace(before.key.workspace_key)
            if key is not None:
                before.key = key
                return before
        return await self._look_at_token(bearer, digest)

    async def _look_at_token(self, bearer: str, digest: bytes) -> _Seen | None:
        token = read_token(bearer)
        key = None if token is None else await self._known.by_workspace(token.workspace_key)
        if token is None or key is None:
            return None
        try:
            secret = await self._known.secret(key)
        except VaultError:
            raise Unavailable(LOCKED) from None
        if secret is None:
            raise NotAuthenticated(REVOKED)
        if not is_signed(token, secret):
            return None
        self._check(_Seen(key, key.caller, None))  # before anything is stored
        person = user_of_token(token, self._clock.now())
        user = await self._tenants.user(
            key.tenant.id, person.key, name=person.name, fields=person.fields
        )
        caller = self._tenants.caller(key.tenant, user, key_id=key.id, is_admin=person.is_admin)
        return self._remember(digest, _Seen(key, caller, person.expires_at))

    def _remember(self, digest: bytes, seen: _Seen) -> _Seen:
        if len(self._seen) >= self._most:
            self._seen.clear()
        self._seen[digest] = seen
        return seen

    async def _ask_verifiers(self, bearer: str) -> Caller:
        for verifier in self.verifiers:
            caller = await verifier(bearer)
            if caller is not None:
                return caller
        raise NotAuthenticated(UNKNOWN)
