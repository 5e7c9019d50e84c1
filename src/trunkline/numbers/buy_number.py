"""Buy a number: by itself, or any of an area code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import asyncpg

from trunkline.numbers import queries
from trunkline.numbers.area_codes import LOCAL_CODES, TOLL_FREE_CODES
from trunkline.numbers.inventory import available_numbers
from trunkline.numbers.model import capabilities_of
from trunkline.numbers.north_america import national_format, normalise, number_type
from trunkline.numbers.number_parameters import (
    CreateNumberOfTypeParameters,
    CreateNumberParameters,
)
from trunkline.numbers.number_settings import (
    NUMBER_DEFAULTS,
    check_applications,
    check_settings,
    number_changes,
)
from trunkline.numbers.own_numbers import OwnNumbers, announce_number
from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import Worlds

__all__ = ["BuyNumber", "new_number", "valid_area_code", "valid_number"]

_area_code = re.compile(r"[2-9][0-9]{2}").fullmatch
_impossible = re.compile(r"\+1(?![2-9][0-9]{2}[2-9][0-9]{6}$)").match
MOST_TRIES = 100  # numbers of an area code that others took a moment before


class BuyNumber:
    """Gives an account a number of the inventory of its world. Of two buyers, one gets it."""

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
        asked: CreateNumberParameters | CreateNumberOfTypeParameters,
        only_type: str | None = None,
    ) -> asyncpg.Record:
        """The row of the number, after the commit. `only_type` is `local`, `mobile` or `tollfree`.

        Errors: 21421 and 21451 for what cannot be a number or an area code, 21422 and 21452 for
        what cannot be had, 21458 for another type, and those of the settings.
        """
        if asked.phone_number and asked.phone_number.strip():
            number = valid_number(asked.phone_number)
            candidates = iter((number,))
            refusal = catalogue.NUMBER_NOT_AVAILABLE(value=number)
            kind = number_type(number)
            if kind is None:
                raise refusal
            if only_type not in (None, kind):
                raise catalogue.NUMBER_TYPE_MISMATCH(value=number)
            sms_capable = capabilities_of(number).sms
        else:
            code = valid_area_code(getattr(asked, "area_code", None) or "")
            candidates = self._numbers_of(account.world_id, code)
            refusal = catalogue.AREA_CODE_EMPTY(value=code)
            sms_capable = True
        settings = number_changes(asked)
        check_settings(settings, NUMBER_DEFAULTS, sms_capable=sms_capable)
        if asked.friendly_name:
            settings["friendly_name"] = asked.friendly_name
        row = await self._take(account, candidates, settings)
        if row is None:
            raise refusal
        await self._own_numbers.refresh(account.world_id, row["phone_number"])
        return row

    async def _take(
        self, account: AccountIdentity, candidates: Iterator[str], settings: dict[str, Any]
    ) -> asyncpg.Record | None:
        now = self._worlds.clock(account.world_id).now()
        async with self._database.transaction() as connection:
            await check_applications(connection, settings, account.sid[2:])
            for number, _ in zip(candidates, range(MOST_TRIES), strict=False):
                row = {
                    **new_number(number),
                    "id": self._sids.new_id(),
                    "world_id": account.world_id,
                    "account_id": account.sid[2:],
                    "created_at": now,
                    "updated_at": now,
                    **settings,
                }
                bought = await queries.run(connection, queries.insert_number(row))
                if bought is not None:
                    await announce_number(self._database, connection, account.world_id, number)
                    return bought
        return None

    def _numbers_of(self, world_id: str, code: str) -> Iterator[str]:
        codes = (code,) if code in LOCAL_CODES or code in TOLL_FREE_CODES else ()
        return available_numbers(
            world_id, codes, taken=lambda one: self._own_numbers.find(world_id, one) is not None
        )


def new_number(number: str) -> dict[str, Any]:
    """The columns of a number that follow from the number alone, and the settings of a new one."""
    can = capabilities_of(number)
    return {
        **NUMBER_DEFAULTS,
        "phone_number": number,
        "friendly_name": national_format(number),
        "iso_country": "US",
        "type": number_type(number) or "local",
        "voice_capable": can.voice,
        "sms_capable": can.sms,
        "mms_capable": can.mms,
        "fax_capable": can.fax,
    }


def valid_number(raw: str) -> str:
    """The number in E.164. 21421 when it is none, as far as its shape tells."""
    number = normalise(raw)
    if number is None or _impossible(number):
        raise catalogue.NUMBER_INVALID(value=raw.strip()[:64])
    return number


def valid_area_code(raw: str) -> str:
    """The area code. 21451 when it cannot be one."""
    code = raw.strip()
    if not _area_code(code) or code[1:] == "11":
        raise catalogue.AREA_CODE_INVALID(value=code[:40])
    return code
