"""Events as they happen."""

from __future__ import annotations

from trunkline.control.event_filter import Choose, EventFilter, Wanted
from trunkline.control.event_stream import EventStream
from trunkline.control.operation import Call, operation
from trunkline.control.platform import ControlledPlatform

__all__ = ["EventFilter", "Events"]


class Events:
    """The stream of events."""

    def __init__(self, platform: ControlledPlatform) -> None:
        self._platform = platform

    @operation("GET", "/events", asks=EventFilter, content_type="text/event-stream")
    async def stream_events(self, call: Call, asked: EventFilter) -> EventStream:
        """Stream the events of a world as server-sent events, from now on.

        Each has the subject and its sequence number as `id`, its kind as `event`, and JSON as
        `data`. The stream ends when the platform stops.
        """
        wanted = Wanted(call.world.id, asked)
        choose = Choose(call.world.id, asked, self._platform.between)
        return EventStream(
            lambda: self._platform.bus.subscribe(wanted),
            choose=choose if choose.is_needed else None,
            parties=asked.parties,
        )
