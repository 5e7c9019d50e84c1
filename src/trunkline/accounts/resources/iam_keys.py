"""`https://iam.twilio.com/v1/Keys`: the API keys again, where newer clients look for them.

Its dates are RFC 2822 although it is a v1 product, as in the official examples. Restricted keys
are refused: nothing here would hold them to their policy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from trunkline.accounts.authenticate import AccountAuthenticator
from trunkline.accounts.manage_keys import ManageKeys
from trunkline.accounts.model import ApiKey
from trunkline.accounts.resources.keys import key_sid, shown
from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity, Call, RestPage, operation
from trunkline.rest.pages import page_request, paginate
from trunkline.rest.parameters import NoParameters, Sid, Text, declared, parameter
from trunkline.worlds import Worlds

__all__ = ["IamKeyResource", "IamKeys", "ListedIamKeyResource", "NewIamKeyResource"]

KEYS = "/v1/Keys"
KEY = "/v1/Keys/{Sid}"
ACCOUNT = Sid(("AC",))
NAME = Text(64, catalogue.INVALID_FRIENDLY_NAME)


class ListedIamKeyResource(msgspec.Struct, frozen=True):
    """A key in the list."""

    sid: str
    friendly_name: str
    date_created: str | None
    date_updated: str | None
    flags: tuple[str, ...]


class IamKeyResource(msgspec.Struct, frozen=True):
    """One key. `policy` is that of a restricted key, of which there are none."""

    sid: str
    friendly_name: str
    date_created: str | None
    date_updated: str | None
    policy: dict[str, Any] | None


class NewIamKeyResource(msgspec.Struct, frozen=True):
    """A key that was just made: the only time that its secret is shown."""

    sid: str
    friendly_name: str
    date_created: str | None
    date_updated: str | None
    secret: str
    policy: dict[str, Any] | None


class KeyType:
    """`standard`; anything else is refused."""

    def parse(self, name: str, raw: str) -> str:
        if raw.lower() != "standard":
            raise catalogue.INVALID_PARAMETER(
                name=name, reason="only standard keys can be made by the API here"
            )
        return "standard"

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": ["standard"]}


class NoPolicy:
    """Nothing: a policy is refused, because it would not be held to."""

    def parse(self, name: str, raw: str) -> None:
        if raw:
            raise catalogue.INVALID_PARAMETER(
                name=name, reason="only restricted keys have a policy, and there are none here"
            )

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": 0}


@declared
class ListIamKeys:
    """The query of ListGetKeys."""

    account_sid: str | None = parameter("AccountSid", ACCOUNT, "Whose keys; required.")

    @staticmethod
    def presence(form: Mapping[str, Sequence[str]]) -> None:
        _require_account(form, "query")


@declared
class NewIamKey:
    """The form of CreateNewKey."""

    account_sid: str | None = parameter("AccountSid", ACCOUNT, "Whose key; required.")
    friendly_name: str | None = parameter("FriendlyName", NAME, "What the key is for.")
    key_type: str | None = parameter("KeyType", KeyType(), "`standard`, also when absent.")
    policy: None = parameter("Policy", NoPolicy(), "Refused: there are no restricted keys.")

    @staticmethod
    def presence(form: Mapping[str, Sequence[str]]) -> None:
        _require_account(form, "post body")


@declared
class IamKeyChanges:
    """The form of UpdateKey."""

    friendly_name: str | None = parameter("FriendlyName", NAME, "What the key is for.")
    policy: None = parameter("Policy", NoPolicy(), "Refused: there are no restricted keys.")


class IamKeys:
    """API keys by account or by their SID alone. A parent manages those of its subaccounts."""

    def __init__(
        self, worlds: Worlds, keys: ManageKeys, authenticator: AccountAuthenticator
    ) -> None:
        self._worlds = worlds
        self._keys = keys
        self._authenticator = authenticator

    @operation(
        "CreateNewKey",
        "POST",
        KEYS,
        product="iam",
        parameters=NewIamKey,
        returns=NewIamKeyResource,
        main_key_only=True,
        formats=("json",),
    )
    async def create_new_key(self, call: Call, parameters: NewIamKey) -> NewIamKeyResource:
        """Make a standard API key; its secret is shown this once."""
        account = await self._account(call, parameters.account_sid)
        if account.status != "active":
            raise catalogue.ACCOUNT_NOT_ACTIVE()
        now = self._worlds.clock(account.world_id).now()
        made = await self._keys.create(account.sid, parameters.friendly_name or "", now)
        return NewIamKeyResource(*shown(made.key), made.secret, None)

    @operation(
        "ListGetKeys",
        "GET",
        KEYS,
        product="iam",
        parameters=ListIamKeys,
        returns=ListedIamKeyResource,
        list_key="keys",
        main_key_only=True,
        formats=("json",),
    )
    async def list_get_keys(self, call: Call, parameters: ListIamKeys) -> RestPage:
        """List the API keys of an account."""
        account = await self._account(call, parameters.account_sid)
        request = page_request(call, ("SK",))
        found = await self._keys.page(account.sid, request)
        flags = ("rest_api", "signing")
        items = [(one.sid, ListedIamKeyResource(*shown(one), flags)) for one in found]
        return paginate(call, request, "keys", items)

    @operation(
        "FetchKey",
        "GET",
        KEY,
        product="iam",
        returns=IamKeyResource,
        main_key_only=True,
        formats=("json",),
    )
    async def fetch_key(self, call: Call, parameters: NoParameters) -> IamKeyResource:
        """Fetch an API key."""
        return IamKeyResource(*shown(await self._find(call)), None)

    @operation(
        "UpdateKey",
        "POST",
        KEY,
        product="iam",
        parameters=IamKeyChanges,
        returns=IamKeyResource,
        main_key_only=True,
        formats=("json",),
    )
    async def update_key(self, call: Call, parameters: IamKeyChanges) -> IamKeyResource:
        """Rename an API key."""
        key = await self._find(call, to_change=True)
        if parameters.friendly_name is not None:
            now = self._worlds.clock(call.account.world_id).now()
            renamed = await self._keys.rename(
                key.account_sid, key.sid, parameters.friendly_name, now
            )
            if renamed is None:  # deleted meanwhile
                raise catalogue.NOT_FOUND(path=call.resource)
            key = renamed
        return IamKeyResource(*shown(key), None)

    @operation(
        "DeleteKey",
        "DELETE",
        KEY,
        product="iam",
        main_key_only=True,
        formats=("json",),
    )
    async def delete_key(self, call: Call, parameters: NoParameters) -> None:
        """Delete an API key: it opens nothing any more."""
        key = await self._find(call, to_change=True)
        if not await self._keys.delete(key.account_sid, key.sid):
            raise catalogue.NOT_FOUND(path=call.resource)

    async def _account(self, call: Call, sid: str | None) -> AccountIdentity:
        """The account named, when it is the caller's own or one of its subaccounts."""
        own = call.account
        account = None if sid is None else await self._authenticator.account(sid)
        if account is None or account.is_test or own.sid not in (account.sid, account.owner_sid):
            raise catalogue.NOT_FOUND(path=call.resource)
        return account

    async def _find(self, call: Call, *, to_change: bool = False) -> ApiKey:
        key = await self._keys.find(call.account.sid, key_sid(call))
        if key is None:
            raise catalogue.NOT_FOUND(path=call.resource)
        if to_change:
            account = await self._account(call, key.account_sid)
            if account.status != "active":
                raise catalogue.ACCOUNT_NOT_ACTIVE()
        return key


def _require_account(form: Mapping[str, Sequence[str]], place: str) -> None:
    if not form.get("AccountSid", ("",))[-1]:
        raise catalogue.UNKNOWN_PARAMETERS(
            reason=f"Missing required parameter AccountSid in the {place}"
        )
