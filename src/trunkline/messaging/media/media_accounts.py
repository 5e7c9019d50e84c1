"""Who may read the media of an account: whoever knows a file's SID, or, where the account says so,
only who has its credentials (1.7)."""

from __future__ import annotations

from trunkline.messaging.media import queries
from trunkline.store import Database

__all__ = ["TOPIC", "MediaAccounts"]

TOPIC = "media_accounts"  # of `Database.announce`; the key is the SID of the account
MOST = 20_000  # accounts that are remembered


class MediaAccounts:
    """What accounts set for their media. Remembered until it changes, here or on another node.

    A subaccount has its own setting alone, as it has its own media.
    """

    def __init__(self, database: Database, *, most: int = MOST) -> None:
        self._database = database
        self._most = most
        self._known: dict[str, bool] = {}
        self._changes = 0
        database.on_change(TOPIC, self.forget)
        database.on_reconnect(self.forget_all)

    async def basic_auth(self, account_sid: str) -> bool:
        """Whether media are for those with credentials alone."""
        known = self._known.get(account_sid)
        if known is not None:
            return known
        before = self._changes
        found = bool(await self._database.fetchval(queries.MEDIA_ACCOUNT, account_sid[2:]))
        if before == self._changes:  # what changed while it was read may be old already
            if len(self._known) >= self._most:
                self._known.clear()
            self._known[account_sid] = found
        return found

    async def set(self, account_sid: str, *, basic_auth: bool) -> None:
        """Change the setting of an account. Raises LookupError when there is no such account."""
        async with self._database.transaction() as connection:
            changed = await connection.fetchval(
                queries.SET_MEDIA_ACCOUNT, account_sid[2:], basic_auth
            )
            if changed is None:
                raise LookupError(f"there is no account {account_sid}")
            await self._database.announce(connection, TOPIC, account_sid)
        self.forget(account_sid)

    def forget(self, account_sid: str) -> None:
        """Read this account again when it is next asked for."""
        self._changes += 1
        self._known.pop(account_sid, None)

    def forget_all(self) -> None:
        """Read everything again: notices of changes may have been missed."""
        self._changes += 1
        self._known.clear()
