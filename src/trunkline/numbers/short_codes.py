"""Short codes: brought in, changed, given back. Twilio sells none by its API; here an account is
given its own by the control API, as numbers are that were ported (`import_number`)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import asyncpg

from trunkline.numbers import queries
from trunkline.numbers.import_number import Imported, NotImported
from trunkline.numbers.north_america import is_country, is_short_code
from trunkline.numbers.number_parameters import NumberSettings, ShortCodeSettings
from trunkline.numbers.own_numbers import OwnNumbers, announce_number
from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity
from trunkline.rest.parameters import parameters_of
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import Worlds

__all__ = ["ShortCodes"]

DEFAULTS: dict[str, Any] = {
    "api_version": "2010-04-01",
    "sms_url": None,
    "sms_method": "POST",
    "sms_fallback_url": None,
    "sms_fallback_method": "POST",
}
CAN_MMS = frozenset({"US", "CA"})  # nowhere else do short codes carry media
MOST_TRIES = 5  # with a code that others take and release in between


class ShortCodes:
    """The writes to short codes. What has changed is known to messaging before the answer."""

    def __init__(
        self, database: Database, worlds: Worlds, sids: SidFactory, own_numbers: OwnNumbers
    ) -> None:
        self._database = database
        self._worlds = worlds
        self._sids = sids
        self._own_numbers = own_numbers

    async def bring_in(
        self,
        account: AccountIdentity,
        raw: str,
        settings: NumberSettings,
        *,
        country: str | None,
        capabilities: Collection[str] | None = None,
    ) -> Imported:
        """Give the account a short code of `country` (ISO 3166) that nobody in the world has.

        By default it can SMS, and MMS where that exists. Raises NotImported, and the ApiError of a
        setting that is refused.
        """
        code = raw.strip()
        if not is_short_code(code):
            raise NotImported("invalid_number", f"'{code[:64]}' is no short code, e.g. 12345.")
        country = (country or "").upper()
        if not is_country(country):
            raise NotImported(
                "invalid_country",
                f"{code} is a short code: say the country where it works, e.g. US.",
            )
        can = _capabilities(code, country, capabilities)
        changes = _imported_settings(code, settings)
        _check(changes, DEFAULTS)
        now = self._worlds.clock(account.world_id).now()
        new = {
            **DEFAULTS,
            "friendly_name": code,
            **changes,
            "id": self._sids.new_id(),
            "world_id": account.world_id,
            "account_id": account.sid[2:],
            "short_code": code,
            "iso_country": country,
            "mms_capable": "mms" in can,
            "created_at": now,
            "updated_at": now,
        }
        return await self._add(account, code, new)

    async def update(
        self, account: AccountIdentity, short_code_sid: str, asked: ShortCodeSettings
    ) -> asyncpg.Record | None:
        """The row as it is after the commit; None when the account has no such short code."""
        async with self._database.transaction() as connection:
            ids = short_code_sid[2:], account.sid[2:]
            row = await connection.fetchrow(queries.LOCK_SHORT_CODE, *ids)
            if row is None:
                return None
            changes = _changes(asked)
            _check(changes, row)
            if changes.get("friendly_name", "") is None:
                changes["friendly_name"] = row["short_code"]
            changes["updated_at"] = self._worlds.clock(account.world_id).now()
            statement = queries.update_short_code(short_code_sid[2:], changes)
            changed = await queries.run(connection, statement)
            assert changed is not None
            code = changed["short_code"]
            await announce_number(self._database, connection, account.world_id, code)
        await self._own_numbers.refresh(account.world_id, code)
        return changed

    async def release(self, world_id: str, code: str) -> bool:
        """Take a short code out of the world; its messages stay. False when there is none."""
        async with self._database.transaction() as connection:
            if await connection.fetchval(queries.DELETE_SHORT_CODE, world_id, code) is None:
                return False
            await announce_number(self._database, connection, world_id, code)
        await self._own_numbers.refresh(world_id, code)
        return True

    async def _add(self, account: AccountIdentity, code: str, new: dict[str, Any]) -> Imported:
        taken = NotImported("number_taken", f"{code} belongs to another account of this world.")
        for _ in range(MOST_TRIES):
            async with self._database.transaction() as connection:
                row = await queries.run(connection, queries.insert_short_code(new))
                if row is not None:
                    await announce_number(self._database, connection, account.world_id, code)
            if row is not None:
                await self._own_numbers.refresh(account.world_id, code)
                return Imported(row, created=True)
            row = await self._database.fetchrow(queries.FIND_SHORT_CODE, account.world_id, code)
            if row is not None:
                if row["account_id"].hex != account.sid[2:]:
                    raise taken
                return Imported(row, created=False)
        raise taken


def _changes(asked: ShortCodeSettings) -> dict[str, Any]:
    """The columns that the request sets; an empty text clears."""
    changes = {}
    for spec in parameters_of(ShortCodeSettings).values():
        value = getattr(asked, spec.attribute)
        if value is not None:
            changes[spec.attribute] = None if value == "" else value
    return changes


def _imported_settings(code: str, settings: NumberSettings) -> dict[str, Any]:
    known = {spec.attribute for spec in parameters_of(ShortCodeSettings).values()}
    changes = {}
    for spec in parameters_of(NumberSettings).values():
        value = getattr(settings, spec.attribute)
        if not value:
            continue
        if spec.attribute not in known:
            raise NotImported(
                "not_for_short_codes", f"A short code has no {spec.name}: leave it out for {code}."
            )
        changes[spec.attribute] = value
    return changes


def _check(changes: dict[str, Any], current: Any) -> None:
    if changes.get("sms_fallback_url") and not changes.get("sms_url", current["sms_url"]):
        raise catalogue.FALLBACK_WITHOUT_SMS_URL()


def _capabilities(code: str, country: str, named: Collection[str] | None) -> Collection[str]:
    if named is None:
        return ("sms", "mms") if country in CAN_MMS else ("sms",)
    if "sms" not in named or "voice" in named:
        raise NotImported(
            "invalid_capabilities", f"A short code takes messages and no calls: {code} can sms."
        )
    return named
