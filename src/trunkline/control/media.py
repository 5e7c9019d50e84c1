"""Media: who may read those of an account."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.control.errors import ControlError
from trunkline.control.operation import Call, Nothing, operation
from trunkline.control.platform import ControlledPlatform
from trunkline.sids import is_sid

__all__ = ["Media"]


class MediaAccount(msgspec.Struct, kw_only=True):
    """What an account sets for its media."""

    account_sid: str
    basic_auth: bool


class MediaAccountChange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to set."""

    basic_auth: Annotated[
        bool,
        Meta(description="Give media files only to who has credentials, not to all with the SID"),
    ]


class Media:
    """The operations on settings of media."""

    def __init__(self, platform: ControlledPlatform) -> None:
        self._platform = platform

    @operation("GET", "/media/accounts/{account_sid}", answers=MediaAccount)
    async def fetch_media_account(self, call: Call, _: Nothing) -> MediaAccount:
        """Show what an account sets for its media."""
        return await self._account(await self._account_sid(call))

    @operation(
        "PUT", "/media/accounts/{account_sid}", asks=MediaAccountChange, answers=MediaAccount
    )
    async def change_media_account(self, call: Call, asked: MediaAccountChange) -> MediaAccount:
        """Set who may read the media of an account. A subaccount has a setting of its own."""
        sid = await self._account_sid(call)
        try:
            await self._platform.media_accounts.set(sid, basic_auth=asked.basic_auth)
        except LookupError:
            raise _no_account() from None
        return await self._account(sid)

    async def _account_sid(self, call: Call) -> str:
        sid = call.path["account_sid"]
        account = await self._platform.authenticator.account(sid) if is_sid(sid, "AC") else None
        if account is None or account.world_id != call.world.id or account.is_test:
            raise _no_account()
        return account.sid

    async def _account(self, sid: str) -> MediaAccount:
        basic_auth = await self._platform.media_accounts.basic_auth(sid)
        return MediaAccount(account_sid=sid, basic_auth=basic_auth)


def _no_account() -> ControlError:
    return ControlError(404, "no_such_account", "This world has no account of that SID.")
