"""`/2010-04-01/Accounts/{AccountSid}/SMS/ShortCodes`: the short codes that an account has."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import msgspec

from trunkline.accounts import fetch_own_page
from trunkline.numbers import queries
from trunkline.numbers.number_parameters import ListShortCodeParameters, ShortCodeSettings
from trunkline.numbers.short_codes import ShortCodes
from trunkline.numbers.tables import short_codes
from trunkline.rest.dates import rfc2822
from trunkline.rest.operation import Call, RestPage, operation
from trunkline.rest.pages import page_request, paginate
from trunkline.rest.parameters import NoParameters
from trunkline.rest.path_sids import path_sid, there
from trunkline.store import Database

__all__ = ["ShortCodeResource", "ShortCodeResources"]

SHORT_CODES = "/2010-04-01/Accounts/{AccountSid}/SMS/ShortCodes"
SHORT_CODE = f"{SHORT_CODES}/{{Sid}}"
KEY = "short_codes"
_wanted = re.compile(r"[0-9*]{1,6}").fullmatch


class ShortCodeResource(msgspec.Struct, frozen=True, kw_only=True):
    """A short code: keys, types and order of the official example."""

    xml_name: ClassVar[str] = "ShortCode"

    account_sid: str
    api_version: str
    date_created: str | None
    date_updated: str | None
    friendly_name: str
    short_code: str
    sid: str
    sms_fallback_method: str
    sms_fallback_url: str | None
    sms_method: str
    sms_url: str | None
    uri: str


class ShortCodeResources:
    """Short codes: list, fetch, configure. They come by the control API (`POST /numbers`)."""

    def __init__(self, database: Database, short_codes: ShortCodes) -> None:
        self._database = database
        self._short_codes = short_codes

    @operation(
        "ListShortCode",
        "GET",
        SHORT_CODES,
        parameters=ListShortCodeParameters,
        returns=ShortCodeResource,
        list_key=KEY,
    )
    async def list_short_code(self, call: Call, parameters: ListShortCodeParameters) -> RestPage:
        """List the account's short codes, newest first."""
        request = page_request(call, ("SC",))
        pattern = (parameters.short_code or "").strip()
        if pattern and not _wanted(pattern):
            return paginate(call, request, KEY, [])  # no short code looks like that
        statement = queries.list_short_codes(
            call.account.sid[2:],
            friendly_name=parameters.friendly_name or None,
            like=f"%{pattern.replace('*', '_')}%" if pattern else None,
        )
        rows = await fetch_own_page(
            self._database,
            request,
            statement,
            short_codes.c.id,
            account_sid=call.account.sid,
            owner_of=queries.OWNER_OF_SHORT_CODE,
        )
        return paginate(call, request, KEY, [(item.sid, item) for item in map(_shown, rows)])

    @operation("FetchShortCode", "GET", SHORT_CODE, returns=ShortCodeResource)
    async def fetch_short_code(self, call: Call, parameters: NoParameters) -> ShortCodeResource:
        """Fetch a short code."""
        row = await self._database.fetchrow(
            queries.FETCH_SHORT_CODE, path_sid(call, "SC")[2:], call.account.sid[2:]
        )
        return _shown(there(call, row))

    @operation(
        "UpdateShortCode",
        "POST",
        SHORT_CODE,
        parameters=ShortCodeSettings,
        returns=ShortCodeResource,
    )
    async def update_short_code(
        self, call: Call, parameters: ShortCodeSettings
    ) -> ShortCodeResource:
        """Change a short code's settings."""
        row = await self._short_codes.update(call.account, path_sid(call, "SC"), parameters)
        return _shown(there(call, row))


def _shown(row: Any) -> ShortCodeResource:
    account, sid = f"AC{row['account_id'].hex}", f"SC{row['id'].hex}"
    return ShortCodeResource(
        account_sid=account,
        api_version=row["api_version"],
        date_created=rfc2822(row["created_at"]),
        date_updated=rfc2822(row["updated_at"]),
        friendly_name=row["friendly_name"],
        short_code=row["short_code"],
        sid=sid,
        sms_fallback_method=row["sms_fallback_method"],
        sms_fallback_url=row["sms_fallback_url"],
        sms_method=row["sms_method"],
        sms_url=row["sms_url"],
        uri=f"/2010-04-01/Accounts/{account}/SMS/ShortCodes/{sid}.json",
    )
