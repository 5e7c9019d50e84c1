"""`/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers`: the numbers that an account owns."""

from __future__ import annotations

import re
from typing import Any

import asyncpg

from trunkline.accounts import fetch_own_page
from trunkline.numbers import queries
from trunkline.numbers.buy_number import BuyNumber
from trunkline.numbers.change_number import ChangeNumber
from trunkline.numbers.contains import KEYPAD
from trunkline.numbers.north_america import PUNCTUATION
from trunkline.numbers.number_parameters import (
    CreateNumberOfTypeParameters,
    CreateNumberParameters,
    ListNumberParameters,
    UpdateNumberParameters,
)
from trunkline.numbers.pretend_to_buy import pretend_to_buy
from trunkline.numbers.resources.shapes import (
    IncomingPhoneNumberOfTypeResource,
    IncomingPhoneNumberResource,
    shown_number,
    shown_number_of_type,
)
from trunkline.numbers.tables import phone_numbers
from trunkline.rest import catalogue
from trunkline.rest.operation import Call, RestPage, operation
from trunkline.rest.pages import PageRequest, page_request, paginate
from trunkline.rest.parameters import NoParameters
from trunkline.rest.path_sids import path_sid, there
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import Worlds

__all__ = ["IncomingPhoneNumbers", "number_filter"]

NUMBERS = "/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers"
NUMBER = f"{NUMBERS}/{{Sid}}"
KEY = "incoming_phone_numbers"
_wanted = re.compile(r"\+?[0-9*]{1,20}").fullmatch
_whole = re.compile(r"\+1[0-9]{10}").fullmatch


class IncomingPhoneNumbers:
    """Owned numbers: buy, list, configure, hand over, release."""

    def __init__(
        self,
        database: Database,
        worlds: Worlds,
        sids: SidFactory,
        buy: BuyNumber,
        change: ChangeNumber,
    ) -> None:
        self._database = database
        self._worlds = worlds
        self._sids = sids
        self._buy = buy
        self._change = change

    @operation(
        "CreateIncomingPhoneNumber",
        "POST",
        NUMBERS,
        parameters=CreateNumberParameters,
        returns=IncomingPhoneNumberResource,
        test_credentials=True,
    )
    async def create_incoming_phone_number(
        self, call: Call, parameters: CreateNumberParameters
    ) -> IncomingPhoneNumberResource:
        """Buy a phone number, or any number of an area code."""
        if call.account.is_test:
            now = self._worlds.clock(call.account.world_id).now()
            made = pretend_to_buy(call.account.sid, parameters, sids=self._sids, now=now)
            return shown_number(made)
        return shown_number(await self._buy(call.account, parameters))

    @operation(
        "ListIncomingPhoneNumber",
        "GET",
        NUMBERS,
        parameters=ListNumberParameters,
        returns=IncomingPhoneNumberResource,
        list_key=KEY,
    )
    async def list_incoming_phone_number(
        self, call: Call, parameters: ListNumberParameters
    ) -> RestPage:
        """List the account's phone numbers, newest first."""
        request = page_request(call, ("PN",))
        rows = await self._rows(call, parameters, request)
        return paginate(call, request, KEY, [(item.sid, item) for item in map(shown_number, rows)])

    @operation("FetchIncomingPhoneNumber", "GET", NUMBER, returns=IncomingPhoneNumberResource)
    async def fetch_incoming_phone_number(
        self, call: Call, parameters: NoParameters
    ) -> IncomingPhoneNumberResource:
        """Fetch a phone number."""
        row = await self._database.fetchrow(
            queries.FETCH_NUMBER, path_sid(call, "PN")[2:], call.account.sid[2:]
        )
        return shown_number(there(call, row))

    @operation(
        "UpdateIncomingPhoneNumber",
        "POST",
        NUMBER,
        parameters=UpdateNumberParameters,
        returns=IncomingPhoneNumberResource,
    )
    async def update_incoming_phone_number(
        self, call: Call, parameters: UpdateNumberParameters
    ) -> IncomingPhoneNumberResource:
        """Change a phone number's settings, or give it to a related account."""
        sid = path_sid(call, "PN")
        row = await self._change.update(call.principal, call.account, sid, parameters)
        return shown_number(there(call, row))

    @operation("DeleteIncomingPhoneNumber", "DELETE", NUMBER)
    async def delete_incoming_phone_number(self, call: Call, parameters: NoParameters) -> None:
        """Release a phone number."""
        if not await self._change.release(call.account, path_sid(call, "PN")):
            raise catalogue.NOT_FOUND(path=call.resource)

    @operation(
        "CreateIncomingPhoneNumberLocal",
        "POST",
        f"{NUMBERS}/Local",
        parameters=CreateNumberOfTypeParameters,
        returns=IncomingPhoneNumberOfTypeResource,
    )
    async def create_incoming_phone_number_local(
        self, call: Call, parameters: CreateNumberOfTypeParameters
    ) -> IncomingPhoneNumberOfTypeResource:
        """Buy a local phone number."""
        return await self._bought(call, parameters, "local")

    @operation(
        "ListIncomingPhoneNumberLocal",
        "GET",
        f"{NUMBERS}/Local",
        parameters=ListNumberParameters,
        returns=IncomingPhoneNumberOfTypeResource,
        list_key=KEY,
    )
    async def list_incoming_phone_number_local(
        self, call: Call, parameters: ListNumberParameters
    ) -> RestPage:
        """List the account's local phone numbers, newest first."""
        return await self._listed(call, parameters, "local")

    @operation(
        "CreateIncomingPhoneNumberMobile",
        "POST",
        f"{NUMBERS}/Mobile",
        parameters=CreateNumberOfTypeParameters,
        returns=IncomingPhoneNumberOfTypeResource,
    )
    async def create_incoming_phone_number_mobile(
        self, call: Call, parameters: CreateNumberOfTypeParameters
    ) -> IncomingPhoneNumberOfTypeResource:
        """Buy a mobile phone number: the United States have none of that type."""
        return await self._bought(call, parameters, "mobile")

    @operation(
        "ListIncomingPhoneNumberMobile",
        "GET",
        f"{NUMBERS}/Mobile",
        parameters=ListNumberParameters,
        returns=IncomingPhoneNumberOfTypeResource,
        list_key=KEY,
    )
    async def list_incoming_phone_number_mobile(
        self, call: Call, parameters: ListNumberParameters
    ) -> RestPage:
        """List the account's mobile phone numbers, newest first."""
        return await self._listed(call, parameters, "mobile")

    @operation(
        "CreateIncomingPhoneNumberTollFree",
        "POST",
        f"{NUMBERS}/TollFree",
        parameters=CreateNumberOfTypeParameters,
        returns=IncomingPhoneNumberOfTypeResource,
    )
    async def create_incoming_phone_number_toll_free(
        self, call: Call, parameters: CreateNumberOfTypeParameters
    ) -> IncomingPhoneNumberOfTypeResource:
        """Buy a toll-free phone number."""
        return await self._bought(call, parameters, "tollfree")

    @operation(
        "ListIncomingPhoneNumberTollFree",
        "GET",
        f"{NUMBERS}/TollFree",
        parameters=ListNumberParameters,
        returns=IncomingPhoneNumberOfTypeResource,
        list_key=KEY,
    )
    async def list_incoming_phone_number_toll_free(
        self, call: Call, parameters: ListNumberParameters
    ) -> RestPage:
        """List the account's toll-free phone numbers, newest first."""
        return await self._listed(call, parameters, "tollfree")

    async def _bought(
        self, call: Call, parameters: CreateNumberOfTypeParameters, number_type: str
    ) -> IncomingPhoneNumberOfTypeResource:
        row = await self._buy(call.account, parameters, number_type)
        return shown_number_of_type(row, listed=False)

    async def _listed(
        self, call: Call, parameters: ListNumberParameters, number_type: str
    ) -> RestPage:
        request = page_request(call, ("PN",))
        rows = await self._rows(call, parameters, request, number_type)
        items = [shown_number_of_type(row, listed=True) for row in rows]
        return paginate(call, request, KEY, [(item.sid, item) for item in items])

    async def _rows(
        self,
        call: Call,
        parameters: ListNumberParameters,
        request: PageRequest,
        number_type: str | None = None,
    ) -> list[asyncpg.Record]:
        if parameters.origin == "hosted":
            return []  # every number here is the platform's own; and none is beta
        wanted = number_filter(parameters.phone_number)
        if wanted is None:
            return []
        statement = queries.list_numbers(
            call.account.sid[2:],
            number_type=number_type,
            friendly_name=parameters.friendly_name or None,
            **wanted,
        )
        return await fetch_own_page(
            self._database,
            request,
            statement,
            phone_numbers.c.id,
            account_sid=call.account.sid,
            owner_of=queries.OWNER_OF_NUMBER,
        )


def number_filter(raw: str | None) -> dict[str, Any] | None:
    """What a PhoneNumber filter asks of the list; None when no number can match.

    Part of a number matches anywhere in it, `*` is any one digit, and letters are keypad digits.
    """
    text = PUNCTUATION.sub("", raw or "").upper().translate(KEYPAD)
    if not text:
        return {}
    if _whole(text):
        return {"number": text}
    return {"like": f"%{text.replace('*', '_')}%"} if _wanted(text) else None
