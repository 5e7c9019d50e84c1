"""Who sent these credentials: an account and its token, or an API key and its secret.

What is found is remembered until it changes, here or on another node, so that a busy account
costs the database nothing. What is not found is not remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hmac import compare_digest

from trunkline.accounts import queries
from trunkline.accounts.model import effective_status
from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity, Principal
from trunkline.secret_box import SecretBox
from trunkline.sids import is_sid
from trunkline.store import Database

__all__ = ["TOPIC", "AccountAuthenticator", "OnForget"]

TOPIC = "accounts"  # of `Database.announce`; the key is the SID of the account
MOST = 20_000  # accounts, and keys, that are remembered

OnForget = Callable[[str | None], None]


@dataclass(frozen=True, slots=True)
class _KnownAccount:
    identity: AccountIdentity
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _KnownKey:
    account_sid: str
    kind: str
    secret: str = field(repr=False)


class AccountAuthenticator:
    """The `rest.operation.Authenticator` of this platform.

    Each of `on_forget` is called with the SID of an account that changed (status, token or
    keys), or with None when anything may have changed. A change of a parent is also one of its
    subaccounts and test credentials.
    """

    def __init__(
        self,
        database: Database,
        box: SecretBox,
        on_forget: Iterable[OnForget] = (),
        *,
        most: int = MOST,
    ) -> None:
        self.on_forget = list(on_forget)
        self._database = database
        self._box = box
        self._most = most
        self._accounts: dict[str, _KnownAccount] = {}
        self._keys: dict[str, _KnownKey] = {}
        self._changes = 0
        database.on_change(TOPIC, self.forget)
        database.on_reconnect(self.forget_all)

    async def authenticate(self, username: str, password: str) -> Principal:
        """The principal of these credentials, whatever the status of its account.

        Errors, both 401/20003: INVALID_USERNAME when there is no such account or key,
        AUTHENTICATE when the password is another.
        """
        if is_sid(username, "AC"):
            account = await self._known_account(_lower(username))
            if account is None:
                raise catalogue.INVALID_USERNAME()
            if not _same(password, account.token):
                raise catalogue.AUTHENTICATE()
            return Principal(account.identity, "token")
        if not is_sid(username, "SK"):
            raise catalogue.INVALID_USERNAME()
        key = await self._known_key(_lower(username))
        if key is None:
            raise catalogue.INVALID_USERNAME()
        if not _same(password, key.secret):
            raise catalogue.AUTHENTICATE()
        account = await self._known_account(key.account_sid)
        if account is None:  # deleted since the key was read, and its keys with it
            raise catalogue.INVALID_USERNAME()
        return Principal(account.identity, f"{key.kind}_key")

    async def account(self, sid: str) -> AccountIdentity | None:
        """The account of this SID, of any status and kind; None when there is none.

        Its status is `suspended` or `closed` also when that of its parent is.
        """
        if not is_sid(sid, "AC"):
            return None
        account = await self._known_account(_lower(sid))
        return None if account is None else account.identity

    async def auth_token(self, account_sid: str) -> str:
        """The token of an account, which signs its webhooks. Raises LookupError."""
        account = await self._known_account(_lower(account_sid))
        if account is None:
            raise LookupError(f"there is no account {account_sid}")
        return account.token

    def forget(self, account_sid: str) -> None:
        """Read this account, what it owns, and their keys anew, at their next use."""
        self._changes += 1
        gone = {
            sid
            for sid, known in self._accounts.items()
            if account_sid in (sid, known.identity.owner_sid)
        }
        for sid in gone:
            del self._accounts[sid]
        gone.add(account_sid)
        for sid in [sid for sid, key in self._keys.items() if key.account_sid in gone]:
            del self._keys[sid]
        for callback in self.on_forget:
            callback(account_sid)

    def forget_all(self) -> None:
        """Read everything anew: notices of changes may have been missed."""
        self._changes += 1
        self._accounts.clear()
        self._keys.clear()
        for callback in self.on_forget:
            callback(None)

    async def _known_account(self, sid: str) -> _KnownAccount | None:
        known = self._accounts.get(sid)
        while known is None:
            changes = self._changes
            row = await self._database.fetchrow(queries.IDENTIFY_ACCOUNT, sid[2:])
            if changes != self._changes:
                continue  # what was read may be older than the change
            if row is None:
                return None
            identity = AccountIdentity(
                sid=sid,
                owner_sid=f"AC{row['owner_id'].hex}",
                world_id=row["world_id"].hex,
                status=effective_status(row["status"], row["owner_status"]),
                kind=row["kind"],
            )
            known = _KnownAccount(identity, self._box.unseal(row["auth_token"]))
            if len(self._accounts) >= self._most:
                self._accounts.clear()
            self._accounts[sid] = known
        return known

    async def _known_key(self, sid: str) -> _KnownKey | None:
        known = self._keys.get(sid)
        while known is None:
            changes = self._changes
            row = await self._database.fetchrow(queries.IDENTIFY_KEY, sid[2:])
            if changes != self._changes:
                continue
            if row is None:
                return None
            secret = self._box.unseal(row["secret"])
            known = _KnownKey(f"AC{row['account_id'].hex}", row["kind"], secret)
            if len(self._keys) >= self._most:
                self._keys.clear()
            self._keys[sid] = known
        return known


def _lower(sid: str) -> str:
    return sid[:2] + sid[2:].lower()


def _same(given: str, expected: str) -> bool:
    # A lone surrogate cannot be encoded strictly, and is in no token.
    return compare_digest(given.encode(errors="surrogatepass"), expected.encode())
