"""What a world limits: the rates of senders, the length of their queues, and the rate of calls."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trunkline.control.errors import ControlError
from trunkline.control.operation import Call, Nothing, operation
from trunkline.control.platform import ControlledPlatform
from trunkline.worlds import Limits
from trunkline.worlds.limits import Mode, QueueSeconds, Rate

__all__ = ["LimitsResource", "LimitsState", "LimitsToSet"]

Described = Annotated[Mode, Meta(description="`off`, `twilio`, or `custom` with values")]


class LimitsState(msgspec.Struct, kw_only=True):
    """The limits of a world. Segments a second of each type of sender, messages with media a
    second, how many seconds of sending may wait for a sender, and calls a second of an account;
    null: not limited."""

    limits: Mode
    long_code: float | None
    toll_free: float | None
    short_code: float | None
    alphanumeric: float | None
    channel: float | None
    mms_long_code: float | None
    account_mms: float | None
    queue_seconds: int | None
    calls_per_second: float | None


class LimitsToSet(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a world is to limit. Values are for `custom`; those that are not given are Twilio's."""

    limits: Described
    long_code: Rate | UnsetType = UNSET
    toll_free: Rate | UnsetType = UNSET
    short_code: Rate | UnsetType = UNSET
    alphanumeric: Rate | UnsetType = UNSET
    channel: Rate | UnsetType = UNSET
    mms_long_code: Rate | UnsetType = UNSET
    account_mms: Rate | UnsetType = UNSET
    queue_seconds: QueueSeconds | UnsetType = UNSET
    calls_per_second: Rate | UnsetType = UNSET


class LimitsResource:
    """The operations on limits."""

    def __init__(self, platform: ControlledPlatform) -> None:
        self._platform = platform

    @operation("GET", "/limits", answers=LimitsState)
    async def fetch_limits(self, call: Call, _: Nothing) -> LimitsState:
        """Show what a world limits."""
        return self._shown(call)

    @operation("PUT", "/limits", asks=LimitsToSet, answers=LimitsState)
    async def set_limits(self, call: Call, asked: LimitsToSet) -> LimitsState:
        """Set what a world limits.

        It holds at once, on every node, also for messages that wait already.
        """
        given = {
            name: getattr(asked, name)
            for name in Limits.__struct_fields__
            if getattr(asked, name) is not UNSET
        }
        if given and asked.limits != "custom":
            names = ", ".join(given)
            raise ControlError(
                422, "invalid_parameter", f"{names}: values are for the limits 'custom'."
            )
        await self._platform.limits.set(call.world.id, asked.limits, Limits(**given))
        return self._shown(call)

    def _shown(self, call: Call) -> LimitsState:
        mode, values = self._platform.limits.told(call.world.id)
        shown = {
            name: None if values is None else getattr(values, name)
            for name in Limits.__struct_fields__
        }
        return LimitsState(limits=mode, **shown)
