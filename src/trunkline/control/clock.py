"""A world's clock: read it, move it forward."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.control.durations import parse_duration
from trunkline.control.errors import ControlError
from trunkline.control.operation import Call, Nothing, operation
from trunkline.control.platform import ControlledPlatform
from trunkline.worlds import Advanced, ClockNotMovable

__all__ = ["ClockState", "Clocks", "Move"]

LAST_YEAR = 9000


class ClockState(msgspec.Struct, kw_only=True):
    """The time of a world, and how far it is ahead of real time."""

    world: str
    now: datetime
    ahead_seconds: float
    movable: bool


class Move(msgspec.Struct, forbid_unknown_fields=True):
    """How far to move."""

    by: (
        Annotated[str, Meta(description="`1h`, `90s`, `1d2h`")]
        | Annotated[float, Meta(ge=0, description="Seconds")]
    )


class Clocks:
    """The operations on clocks."""

    def __init__(self, platform: ControlledPlatform) -> None:
        self._platform = platform

    @operation("GET", "/clock", answers=ClockState)
    async def fetch_clock(self, call: Call, _: Nothing) -> ClockState:
        """Show the time of a world."""
        world = call.world
        return ClockState(
            world=world.name,
            now=world.clock.now(),
            ahead_seconds=world.clock.offset.total_seconds(),
            movable=world.clock_movable,
        )

    @operation("POST", "/clock/advance", asks=Move, answers=Advanced)
    async def advance_clock(self, call: Call, asked: Move) -> Advanced:
        """Move a world's clock forward.

        Runs what falls due on the way, in its order, and answers when the world is idle again.
        """
        try:
            by = parse_duration(asked.by)
        except ValueError as error:
            raise ControlError(422, "invalid_parameter", f"by: {error}") from None
        if call.world.clock.now().year + by.days // 365 > LAST_YEAR:
            raise ControlError(422, "invalid_parameter", f"The clock ends in {LAST_YEAR}.")
        try:
            return await self._platform.advance(call.world, by)
        except ClockNotMovable as error:
            raise ControlError(409, "clock_not_movable", str(error)) from None
