"""What an account sets for its webhooks: where the debugger sends, and which private hosts may be
targets. Remembered until it changes, here or on another node."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from trunkline.store import Database
from trunkline.store.database import Connection
from trunkline.webhooks.alerts import queries
from trunkline.webhooks.http.network_rules import NOBODY, AllowList
from trunkline.webhooks.target import InvalidTarget, read_target

__all__ = [
    "KEEP",
    "TOPIC",
    "Debugger",
    "InvalidSetting",
    "WebhookAccounts",
]

TOPIC = "webhook_accounts"  # of `Database.announce`; the key is the SID of the account
MOST = 20_000  # accounts that are remembered
MOST_ALLOWED = 100  # networks and hosts of one account
MOST_ENTRY = 253  # characters, as of a host name


class InvalidSetting(ValueError):
    """A setting that cannot be taken. The message is one sentence for the person who set it."""


class _Keep:
    """The type of `KEEP`."""


KEEP: Final = _Keep()  # a setting that stays as it is


@dataclass(frozen=True, slots=True)
class Debugger:
    """Where the alerts of an account are sent, and the account (32 hex digits) that said so: its
    token signs, and its list says what may be a target."""

    url: str
    account_id: str


@dataclass(frozen=True, slots=True)
class _Known:
    owner_sid: str
    debugger: Debugger | None
    own_url: str | None
    allowed: AllowList


class WebhookAccounts:
    """Reads and changes the settings of accounts."""

    def __init__(self, database: Database, *, most: int = MOST) -> None:
        self._database = database
        self._most = most
        self._known: dict[str, _Known] = {}
        self._changes = 0
        database.on_change(TOPIC, self.forget)
        database.on_reconnect(self.forget_all)

    async def debugger_url(self, account_sid: str) -> str | None:
        """Where the alerts of an account are sent: its own URL, or else its parent's."""
        known = await self._find(account_sid)
        return None if known is None or known.debugger is None else known.debugger.url

    async def own_debugger_url(self, account_sid: str) -> str | None:
        """The URL that was set for this account itself."""
        known = await self._find(account_sid)
        return None if known is None else known.own_url

    async def allowed(self, account_sid: str) -> AllowList:
        """Which private targets an account's webhooks may have. A subaccount has its own list
        alone: what its parent may reach is not for whoever it was given to."""
        known = await self._find(account_sid)
        return NOBODY if known is None else known.allowed

    async def debuggers(
        self, account_sids: Iterable[str], connection: Connection
    ) -> dict[str, Debugger]:
        """The debuggers of those accounts that have one, read where need be over `connection`,
        so that whoever is in a transaction waits for no other connection."""
        wanted = set(account_sids)
        found = {sid: self._known[sid] for sid in wanted if sid in self._known}
        missing = [sid for sid in wanted if sid not in found]
        if missing:
            before = self._changes
            rows = await connection.fetch(queries.ACCOUNT_SETTINGS, [sid[2:] for sid in missing])
            found |= self._keep(rows, before)
        return {sid: known.debugger for sid, known in found.items() if known.debugger is not None}

    async def set(
        self,
        account_sid: str,
        *,
        debugger_url: str | _Keep | None = KEEP,
        allowed: Sequence[str] | _Keep = KEEP,
    ) -> None:
        """Change the settings of an account. A `debugger_url` of None or '' takes it away.

        `allowed` replaces the list: networks in CIDR notation, addresses, host names. Raises
        InvalidSetting for what is none of these, LookupError when there is no such account.
        """
        new_url = not isinstance(debugger_url, _Keep)
        url = None if isinstance(debugger_url, _Keep) else debugger_url or None
        if url is not None:
            url = read_debugger_url(url)
        listed = None if isinstance(allowed, _Keep) else read_allowed(allowed)
        async with self._database.transaction() as connection:
            changed = await connection.fetchval(
                queries.SET_ACCOUNT, account_sid[2:], new_url, url, listed
            )
            if changed is None:
                raise LookupError(f"there is no account {account_sid}")
            await self._database.announce(connection, TOPIC, account_sid)
        self.forget(account_sid)

    def forget(self, account_sid: str) -> None:
        """Read this account and its subaccounts again when they are next asked for."""
        self._changes += 1
        gone = [sid for sid, known in self._known.items() if account_sid in (sid, known.owner_sid)]
        for sid in gone:
            del self._known[sid]

    def forget_all(self) -> None:
        """Read everything again: notices of changes may have been missed."""
        self._changes += 1
        self._known.clear()

    async def _find(self, account_sid: str) -> _Known | None:
        known = self._known.get(account_sid)
        if known is not None:
            return known
        before = self._changes
        rows = await self._database.fetch(queries.ACCOUNT_SETTINGS, [account_sid[2:]])
        return self._keep(rows, before).get(account_sid)

    def _keep(self, rows: Sequence[asyncpg.Record], before: int) -> dict[str, _Known]:
        found = {f"AC{row['id'].hex}": _known(row) for row in rows}
        # What changed while it was read may be old already.
        if before == self._changes:
            if len(self._known) + len(found) > self._most:
                self._known.clear()
            self._known.update(found)
        return found


def read_debugger_url(raw: str) -> str:
    """A URL for the debugger, as it was written. Raises InvalidSetting."""
    try:
        target = read_target(raw)
    except InvalidTarget as error:
        raise InvalidSetting(str(error)) from None
    if target.problems:
        raise InvalidSetting(target.problems[0].message)
    return raw


def read_allowed(entries: Sequence[str]) -> list[str]:
    """A list of networks, addresses and host names as it is kept. Raises InvalidSetting."""
    if len(entries) > MOST_ALLOWED:
        raise InvalidSetting(f"At most {MOST_ALLOWED} networks and hosts can be allowed.")
    for entry in entries:
        if len(entry) > MOST_ENTRY:
            raise InvalidSetting(f"A host name has {MOST_ENTRY} characters at most.")
    try:
        allowed = AllowList.parse(entries)
    except ValueError as error:
        raise InvalidSetting(f"{error}.") from None
    return [*map(str, dict.fromkeys(allowed.networks)), *sorted(allowed.hosts)]


def _known(row: asyncpg.Record | Any) -> _Known:
    account_id, own, parents = row["id"].hex, row["debugger_url"], row["parent_debugger_url"]
    debugger = None
    if own is not None:
        debugger = Debugger(own, account_id)
    elif parents is not None:
        debugger = Debugger(parents, row["owner_id"].hex)
    return _Known(
        owner_sid=f"AC{row['owner_id'].hex}",
        debugger=debugger,
        own_url=own,
        allowed=AllowList.parse(row["allowed"]) if row["allowed"] else NOBODY,
    )
