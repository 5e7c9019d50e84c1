"""What is known of one message."""

from __future__ import annotations

import msgspec

from trunkline.control.errors import ControlError
from trunkline.control.operation import Call, Nothing, operation
from trunkline.control.platform import ControlledPlatform
from trunkline.messaging.explain_message import Explanation, TimelineEntry
from trunkline.sids import is_sid

__all__ = ["Messages", "Timeline"]


class Timeline(msgspec.Struct):
    """The events of a message and the requests about it, in order of time."""

    sid: str
    events: list[TimelineEntry]


class Messages:
    """The operations on messages."""

    def __init__(self, platform: ControlledPlatform) -> None:
        self._platform = platform

    @operation("GET", "/messages/{sid}/events", answers=Timeline)
    async def list_message_events(self, call: Call, _: Nothing) -> Timeline:
        """List everything that happened to a message, and the requests to the app about it."""
        found = await self._explained(call)
        return Timeline(found.sid, found.timeline)

    @operation("GET", "/messages/{sid}/explanation", answers=Explanation)
    async def explain_message(self, call: Call, _: Nothing) -> Explanation:
        """Explain a message: sender, route, segments, limits, opt-out, attempts, transitions."""
        return await self._explained(call)

    async def _explained(self, call: Call) -> Explanation:
        sid = call.path["sid"]
        found = None
        if is_sid(sid, "SM", "MM"):
            found = await self._platform.explain(call.world.id, sid[:2] + sid[2:].lower())
        if found is None:
            raise ControlError(404, "no_such_message", "This world has no message of that SID.")
        return found
