"""`/2010-04-01/Accounts`: the account itself, its subaccounts, its balance (7.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from trunkline.accounts import queries
from trunkline.accounts.create_subaccount import CreateSubaccount
from trunkline.accounts.model import ACCOUNT_STATUSES, Account, shown_balance
from trunkline.accounts.tables import accounts
from trunkline.accounts.update_account import UpdateAccount
from trunkline.rest import catalogue
from trunkline.rest.dates import rfc2822
from trunkline.rest.operation import Call, RestPage, operation
from trunkline.rest.pages import PageRequest, page_request, paginate
from trunkline.rest.parameters import Choice, NoParameters, Text, declared, parameter
from trunkline.secret_box import SecretBox
from trunkline.sids import is_sid
from trunkline.store import Database, fetch_page
from trunkline.worlds import Worlds

__all__ = ["AccountResource", "Accounts", "BalanceResource", "SubresourceUris"]

LIST = "/2010-04-01/Accounts"
ONE = "/2010-04-01/Accounts/{Sid}"
BALANCE = "/2010-04-01/Accounts/{AccountSid}/Balance"
STATUSES = tuple(ACCOUNT_STATUSES.steps)

# The official example updates with `Status=1` and shows `active`; the 2008 API, where statuses
# were numbers, documents 2 as active and 4, 16 and 32 as suspended.
NUMBERS = {"1": "active", "2": "active", "4": "suspended", "16": "suspended", "32": "suspended"}


class SubresourceUris(msgspec.Struct, frozen=True):
    """Where the lists of an account are, relative to the server."""

    available_phone_numbers: str
    calls: str
    conferences: str
    incoming_phone_numbers: str
    notifications: str
    outgoing_caller_ids: str
    recordings: str
    transcriptions: str
    addresses: str
    signing_keys: str
    connect_apps: str
    sip: str
    authorized_connect_apps: str
    usage: str
    keys: str
    applications: str
    short_codes: str
    queues: str
    messages: str
    balance: str


class AccountResource(msgspec.Struct, frozen=True):
    """An account as the 2010 API shows it."""

    auth_token: str
    date_created: str | None
    date_updated: str | None
    friendly_name: str
    owner_account_sid: str
    sid: str
    status: str
    subresource_uris: SubresourceUris
    type: str
    uri: str


class BalanceResource(msgspec.Struct, frozen=True):
    """What is left to spend, as a decimal number in text."""

    account_sid: str
    balance: str
    currency: str


SUBRESOURCES = {
    "available_phone_numbers": "AvailablePhoneNumbers",
    "calls": "Calls",
    "conferences": "Conferences",
    "incoming_phone_numbers": "IncomingPhoneNumbers",
    "notifications": "Notifications",
    "outgoing_caller_ids": "OutgoingCallerIds",
    "recordings": "Recordings",
    "transcriptions": "Transcriptions",
    "addresses": "Addresses",
    "signing_keys": "SigningKeys",
    "connect_apps": "ConnectApps",
    "sip": "SIP",
    "authorized_connect_apps": "AuthorizedConnectApps",
    "usage": "Usage",
    "keys": "Keys",
    "applications": "Applications",
    "short_codes": "SMS/ShortCodes",
    "queues": "Queues",
    "messages": "Messages",
    "balance": "Balance",
}


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """A status by name, or by one of the numbers that Twilio once used."""

    def parse(self, name: str, raw: str) -> str:
        status = NUMBERS.get(raw, raw.lower())
        if status not in STATUSES:
            raise catalogue.INVALID_ACCOUNT_STATUS(name=name)
        return status

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(STATUSES)}


@dataclass(frozen=True, slots=True)
class AccountName:
    """A name of 1 to 64 characters."""

    def parse(self, name: str, raw: str) -> str:
        text: str = Text(64, catalogue.INVALID_FRIENDLY_NAME).parse(name, raw)
        if not text.strip():
            raise catalogue.INVALID_FRIENDLY_NAME(value=raw)
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": 64}


@declared
class ListAccounts:
    """The filters of ListAccount."""

    friendly_name: str | None = parameter("FriendlyName", Text(), "Only accounts of this name.")
    status: str | None = parameter("Status", Choice(STATUSES), "Only accounts of this status.")


@declared
class NewAccount:
    """The form of CreateAccount."""

    friendly_name: str | None = parameter(
        "FriendlyName",
        Text(64, catalogue.INVALID_FRIENDLY_NAME),
        "What it is called; `SubAccount Created at YYYY-MM-DD HH:MM am` when empty or absent.",
    )


@declared
class AccountChanges:
    """The form of UpdateAccount."""

    friendly_name: str | None = parameter("FriendlyName", AccountName(), "What it is called.")
    status: str | None = parameter(
        "Status",
        AccountStatus(),
        "Suspend, reactivate or, for ever, close a subaccount; 1 and 2 mean active, 4, 16 and 32 "
        "suspended.",
    )


class Accounts:
    """The operations on accounts. A parent sees and changes itself and its subaccounts."""

    def __init__(
        self,
        database: Database,
        box: SecretBox,
        worlds: Worlds,
        create: CreateSubaccount,
        update: UpdateAccount,
    ) -> None:
        self._database = database
        self._box = box
        self._worlds = worlds
        self._create = create
        self._update = update

    @operation(
        "CreateAccount",
        "POST",
        LIST,
        parameters=NewAccount,
        returns=AccountResource,
        main_key_only=True,
    )
    async def create_account(self, call: Call, parameters: NewAccount) -> AccountResource:
        """Make a subaccount."""
        now = self._worlds.clock(call.account.world_id).now()
        return shown(await self._create(call.account, parameters.friendly_name, now))

    @operation(
        "ListAccount",
        "GET",
        LIST,
        parameters=ListAccounts,
        returns=AccountResource,
        list_key="accounts",
        main_key_only=True,
    )
    async def list_accounts(self, call: Call, parameters: ListAccounts) -> RestPage:
        """List the account and its subaccounts."""
        request = page_request(call, ("AC",))
        await self._check_token(call, request)
        rows = await fetch_page(
            self._database,
            queries.list_accounts(
                call.account.sid[2:],
                friendly_name=parameters.friendly_name,
                status=parameters.status,
            ),
            accounts.c.id,
            after=request.after,
            before=request.before,
            limit=request.limit,
            offset=request.offset,
        )
        found = [queries.account_of(row, self._box) for row in rows]
        return paginate(call, request, "accounts", [(one.sid, shown(one)) for one in found])

    async def _check_token(self, call: Call, request: PageRequest) -> None:
        """21481 for a token with an account that the caller's list cannot show."""
        place = request.after or request.before
        if place is None:
            return
        row = await self._database.fetchrow(queries.FETCH_ACCOUNT, place, call.account.sid[2:])
        if row is None:
            raise catalogue.INVALID_PAGE_TOKEN()

    @operation("FetchAccount", "GET", ONE, returns=AccountResource, main_key_only=True)
    async def fetch_account(self, call: Call, parameters: NoParameters) -> AccountResource:
        """Fetch the account or one of its subaccounts."""
        sid = account_sid(call)
        row = await self._database.fetchrow(queries.FETCH_ACCOUNT, sid[2:], call.account.sid[2:])
        if row is None:
            raise catalogue.NOT_FOUND(path=call.resource)
        return shown(queries.account_of(row, self._box))

    @operation(
        "UpdateAccount",
        "POST",
        ONE,
        parameters=AccountChanges,
        returns=AccountResource,
        main_key_only=True,
    )
    async def update_account(self, call: Call, parameters: AccountChanges) -> AccountResource:
        """Rename an account, or change the status of a subaccount."""
        account = await self._update(
            account_sid(call),
            asker=call.account.sid,
            friendly_name=parameters.friendly_name,
            status=parameters.status,
            now=self._worlds.clock(call.account.world_id).now(),
        )
        if account is None:
            raise catalogue.NOT_FOUND(path=call.resource)
        return shown(account)

    @operation("FetchBalance", "GET", BALANCE, returns=BalanceResource)
    async def fetch_balance(self, call: Call, parameters: NoParameters) -> BalanceResource:
        """Fetch the balance; that of its parent for a subaccount."""
        balance = await self._database.fetchval(queries.FETCH_BALANCE, call.account.sid[2:])
        if balance is None:
            raise catalogue.NOT_FOUND(path=call.resource)
        return BalanceResource(call.account.sid, shown_balance(balance), "USD")


def account_sid(call: Call) -> str:
    """The account that `{Sid}` names, which the operation still has to look up."""
    sid = call.path["Sid"]
    if not is_sid(sid, "AC"):
        raise catalogue.NOT_FOUND(path=call.resource)
    return sid


def shown(account: Account) -> AccountResource:
    """An account as the 2010 API shows it."""
    uri = f"{LIST}/{account.sid}"
    uris = {name: f"{uri}/{path}.json" for name, path in SUBRESOURCES.items()}
    return AccountResource(
        auth_token=account.auth_token,
        date_created=rfc2822(account.created_at),
        date_updated=rfc2822(account.updated_at),
        friendly_name=account.friendly_name,
        owner_account_sid=account.owner_sid,
        sid=account.sid,
        status=account.status,
        subresource_uris=SubresourceUris(**uris),
        type=account.type,
        uri=f"{uri}.json",
    )
