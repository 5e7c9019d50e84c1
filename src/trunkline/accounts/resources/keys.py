"""`/2010-04-01/Accounts/{AccountSid}/Keys` and `…/SigningKeys`: the same keys at two addresses.

A signing key is an API key by its older name, so each list shows all keys of the account.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from trunkline.accounts.manage_keys import ManageKeys, NewKey
from trunkline.accounts.model import ApiKey
from trunkline.rest import catalogue
from trunkline.rest.dates import rfc2822
from trunkline.rest.operation import Call, RestPage, operation
from trunkline.rest.pages import page_request, paginate
from trunkline.rest.parameters import NoParameters, Text, declared, parameter
from trunkline.worlds import Worlds

__all__ = [
    "KeyResource",
    "Keys",
    "NewKeyResource",
    "NewSigningKeyResource",
    "SigningKeyResource",
    "SigningKeys",
]

KEYS = "/2010-04-01/Accounts/{AccountSid}/Keys"
KEY = f"{KEYS}/{{Sid}}"
SIGNING_KEYS = "/2010-04-01/Accounts/{AccountSid}/SigningKeys"
SIGNING_KEY = f"{SIGNING_KEYS}/{{Sid}}"


class KeyResource(msgspec.Struct, frozen=True):
    """An API key, without its secret."""

    sid: str
    friendly_name: str
    date_created: str | None
    date_updated: str | None


class NewKeyResource(KeyResource, frozen=True):
    """An API key that was just made: the only time that its secret is shown."""

    xml_name: ClassVar[str] = "Key"

    secret: str


class SigningKeyResource(KeyResource, frozen=True):
    """A signing key, without its secret."""


class NewSigningKeyResource(NewKeyResource, frozen=True):
    """A signing key that was just made, with its secret."""

    xml_name: ClassVar[str] = "SigningKey"


@declared
class KeyName:
    """The form of the operations that make or rename a key."""

    friendly_name: str | None = parameter(
        "FriendlyName", Text(64, catalogue.INVALID_FRIENDLY_NAME), "What the key is for."
    )


class KeyOperations:
    """What both addresses of keys do."""

    def __init__(self, worlds: Worlds, keys: ManageKeys) -> None:
        self._worlds = worlds
        self._keys = keys

    async def _create(self, call: Call, parameters: KeyName) -> NewKey:
        now = self._worlds.clock(call.account.world_id).now()
        return await self._keys.create(call.account.sid, parameters.friendly_name or "", now)

    async def _list(self, call: Call, key: str, shape: type[KeyResource]) -> RestPage:
        request = page_request(call, ("SK",))
        found = await self._keys.page(call.account.sid, request)
        return paginate(call, request, key, [(one.sid, shape(*shown(one))) for one in found])

    async def _fetch(self, call: Call) -> ApiKey:
        return _there(call, await self._keys.fetch(call.account.sid, key_sid(call)))

    async def _update(self, call: Call, parameters: KeyName) -> ApiKey:
        name = parameters.friendly_name
        if name is None:
            return await self._fetch(call)
        now = self._worlds.clock(call.account.world_id).now()
        renamed = await self._keys.rename(call.account.sid, key_sid(call), name, now)
        return _there(call, renamed)

    async def _delete(self, call: Call) -> None:
        if not await self._keys.delete(call.account.sid, key_sid(call)):
            raise catalogue.NOT_FOUND(path=call.resource)


class Keys(KeyOperations):
    """API keys."""

    @operation(
        "CreateNewKey",
        "POST",
        KEYS,
        parameters=KeyName,
        returns=NewKeyResource,
        main_key_only=True,
    )
    async def create_new_key(self, call: Call, parameters: KeyName) -> NewKeyResource:
        """Make a standard API key; its secret is shown this once."""
        made = await self._create(call, parameters)
        return NewKeyResource(*shown(made.key), made.secret)

    @operation("ListKey", "GET", KEYS, returns=KeyResource, list_key="keys", main_key_only=True)
    async def list_key(self, call: Call, parameters: NoParameters) -> RestPage:
        """List the API keys of the account."""
        return await self._list(call, "keys", KeyResource)

    @operation("FetchKey", "GET", KEY, returns=KeyResource, main_key_only=True)
    async def fetch_key(self, call: Call, parameters: NoParameters) -> KeyResource:
        """Fetch an API key."""
        return KeyResource(*shown(await self._fetch(call)))

    @operation(
        "UpdateKey", "POST", KEY, parameters=KeyName, returns=KeyResource, main_key_only=True
    )
    async def update_key(self, call: Call, parameters: KeyName) -> KeyResource:
        """Rename an API key."""
        return KeyResource(*shown(await self._update(call, parameters)))

    @operation("DeleteKey", "DELETE", KEY, main_key_only=True)
    async def delete_key(self, call: Call, parameters: NoParameters) -> None:
        """Delete an API key: it opens nothing any more."""
        await self._delete(call)


class SigningKeys(KeyOperations):
    """API keys by their older name."""

    @operation(
        "CreateNewSigningKey",
        "POST",
        SIGNING_KEYS,
        parameters=KeyName,
        returns=NewSigningKeyResource,
        main_key_only=True,
    )
    async def create_new_signing_key(
        self, call: Call, parameters: KeyName
    ) -> NewSigningKeyResource:
        """Make a signing key; its secret is shown this once."""
        made = await self._create(call, parameters)
        return NewSigningKeyResource(*shown(made.key), made.secret)

    @operation(
        "ListSigningKey",
        "GET",
        SIGNING_KEYS,
        returns=SigningKeyResource,
        list_key="signing_keys",
        main_key_only=True,
    )
    async def list_signing_key(self, call: Call, parameters: NoParameters) -> RestPage:
        """List the signing keys of the account."""
        return await self._list(call, "signing_keys", SigningKeyResource)

    @operation(
        "FetchSigningKey", "GET", SIGNING_KEY, returns=SigningKeyResource, main_key_only=True
    )
    async def fetch_signing_key(self, call: Call, parameters: NoParameters) -> SigningKeyResource:
        """Fetch a signing key."""
        return SigningKeyResource(*shown(await self._fetch(call)))

    @operation(
        "UpdateSigningKey",
        "POST",
        SIGNING_KEY,
        parameters=KeyName,
        returns=SigningKeyResource,
        main_key_only=True,
    )
    async def update_signing_key(self, call: Call, parameters: KeyName) -> SigningKeyResource:
        """Rename a signing key."""
        return SigningKeyResource(*shown(await self._update(call, parameters)))

    @operation("DeleteSigningKey", "DELETE", SIGNING_KEY, main_key_only=True)
    async def delete_signing_key(self, call: Call, parameters: NoParameters) -> None:
        """Delete a signing key."""
        await self._delete(call)


def shown(key: ApiKey) -> tuple[str, str, str | None, str | None]:
    """The four fields that every representation of a key starts with."""
    return key.sid, key.friendly_name, rfc2822(key.created_at), rfc2822(key.updated_at)


def key_sid(call: Call) -> str:
    """The key that the path names."""
    sid = call.path["Sid"]
    if sid[:2] != "SK":
        raise catalogue.NOT_FOUND(path=call.resource)
    return sid


def _there(call: Call, key: ApiKey | None) -> ApiKey:
    if key is None:
        raise catalogue.NOT_FOUND(path=call.resource)
    return key
