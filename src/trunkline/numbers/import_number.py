"""Give an account a number that the inventory does not know: one of its own, from a carrier."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import asyncpg

from trunkline.numbers import queries
from trunkline.numbers.model import Capabilities, capabilities_of
from trunkline.numbers.north_america import national_format, normalise, number_type
from trunkline.numbers.number_parameters import NumberSettings
from trunkline.numbers.number_settings import (
    NUMBER_DEFAULTS,
    check_applications,
    check_settings,
    number_changes,
)
from trunkline.numbers.own_numbers import OwnNumbers, announce_number
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import Worlds

__all__ = ["ImportNumber", "Imported", "NotImported", "describe"]

NOBODY = "ZZ"  # ISO 3166 for what is of no country, as satellite phones are
MOST_TRIES = 5  # with a number that others take and release in between


class NotImported(Exception):
    """The number cannot be imported; `code` is `invalid_number` or `number_taken`."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Imported:
    """The row of a number; `created` is False where the account had it already."""

    row: asyncpg.Record
    created: bool


class ImportNumber:
    """Adds numbers that nobody in the world has. What the account owns already stays as it is."""

    def __init__(
        self, database: Database, worlds: Worlds, sids: SidFactory, own_numbers: OwnNumbers
    ) -> None:
        self._database = database
        self._worlds = worlds
        self._sids = sids
        self._own_numbers = own_numbers

    async def __call__(
        self,
        account: AccountIdentity,
        raw: str,
        settings: NumberSettings,
        *,
        capabilities: Collection[str] | None = None,
        simulated: bool = False,
    ) -> Imported:
        """After the commit. `capabilities` are of `voice`, `sms` and `mms`; by default all that
        such a number has. `simulated` takes a number that no country has given out.

        Raises NotImported, and the ApiError of a setting that is refused.
        """
        number = normalise(raw)
        if number is None:
            raise NotImported(
                "invalid_number", f"'{raw.strip()[:64]}' is no number in E.164, e.g. +493012345678."
            )
        country, kind = describe(number, simulated=simulated)
        can = _capabilities(number, capabilities)
        changes = number_changes(settings)
        check_settings(changes, NUMBER_DEFAULTS, sms_capable=can.sms)
        now = self._worlds.clock(account.world_id).now()
        new = {
            **NUMBER_DEFAULTS,
            "id": self._sids.new_id(),
            "world_id": account.world_id,
            "account_id": account.sid[2:],
            "phone_number": number,
            "friendly_name": settings.friendly_name or national_format(number),
            "iso_country": country,
            "type": kind,
            "voice_capable": can.voice,
            "sms_capable": can.sms,
            "mms_capable": can.mms,
            "fax_capable": can.fax,
            "created_at": now,
            "updated_at": now,
            **changes,
        }
        return await self._add(account, number, new)

    async def _add(self, account: AccountIdentity, number: str, new: dict[str, Any]) -> Imported:
        taken = NotImported("number_taken", f"{number} belongs to another account of this world.")
        for _ in range(MOST_TRIES):
            async with self._database.transaction() as connection:
                await check_applications(connection, new, account.sid[2:])
                row = await queries.run(connection, queries.insert_number(new))
                if row is not None:
                    await announce_number(self._database, connection, account.world_id, number)
            if row is not None:
                await self._own_numbers.refresh(account.world_id, number)
                return Imported(row, created=True)
            row = await self._database.fetchrow(queries.FIND_NUMBER, account.world_id, number)
            if row is not None:
                if row["account_id"].hex != account.sid[2:]:
                    raise taken
                return Imported(row, created=False)
        raise taken


def describe(number: str, *, simulated: bool = False) -> tuple[str, str]:
    """ISO country and type (`local`, `mobile` or `tollfree`) of an E.164 number.

    Raises NotImported for one that libphonenumber calls invalid; those of this platform's own
    inventory, which has the numbers for fiction too, and simulated ones may be that.
    """
    import phonenumbers  # 8 MB: not before somebody asks

    sold = number_type(number)
    if sold is not None:
        return "US", sold
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not (simulated or phonenumbers.is_valid_number(parsed)):
        advice = "" if simulated else ", or import it as simulated"
        raise NotImported(
            "invalid_number", f"{number} is given out by no country: check its digits{advice}."
        )
    country = phonenumbers.region_code_for_number(parsed)
    if country is None:
        country = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    found = phonenumbers.number_type(parsed)
    kinds = {
        phonenumbers.PhoneNumberType.MOBILE: "mobile",
        phonenumbers.PhoneNumberType.TOLL_FREE: "tollfree",
    }
    return NOBODY if country in (None, "001") else country, kinds.get(found, "local")


def _capabilities(number: str, named: Collection[str] | None) -> Capabilities:
    if named is None:
        return capabilities_of(number)
    return Capabilities(voice="voice" in named, sms="sms" in named, mms="mms" in named, fax=False)
