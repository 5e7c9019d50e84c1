"""Events as they happen."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.bus import Event
from trunkline.control.event_stream import EventStream
from trunkline.control.operation import Call, operation
from trunkline.control.platform import ControlledPlatform

__all__ = ["EventFilter", "Events"]

Name = Annotated[str, Meta(max_length=200)]


class EventFilter(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which events are wanted; all of the world where nothing is named."""

    subject: Annotated[Name | None, Meta(description="A SID")] = None
    kind: Annotated[Name | None, Meta(description="A kind or what it starts with: `message.`")] = (
        None
    )
    account: Annotated[Name | None, Meta(description="An account's SID")] = None


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
        wanted = _wanted(call.world.id, asked)
        return EventStream(lambda: self._platform.bus.subscribe(wanted))


class _wanted:
    """Whether an event passes the filter."""

    def __init__(self, world_id: str, asked: EventFilter) -> None:
        self._world_id = world_id
        self._asked = asked

    def __call__(self, event: Event) -> bool:
        asked = self._asked
        return (
            event.world == self._world_id
            and (asked.subject is None or event.subject == asked.subject)
            and (asked.kind is None or event.kind.startswith(asked.kind))
            and (asked.account is None or event.account == asked.account)
        )
