"""Hand messages that were just committed to the dispatcher."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from trunkline.messaging.dispatch.dispatcher import Dispatcher
from trunkline.messaging.dispatch.recover_dispatch import DEFAULT_VALIDITY
from trunkline.messaging.model import Dispatch, NewMessage
from trunkline.worlds import Worlds

__all__ = ["HandOver", "dispatch_of"]


class HandOver:
    """What `CreateMessages` tells of messages that are to be sent."""

    def __init__(self, dispatcher: Dispatcher, worlds: Worlds) -> None:
        self._dispatcher = dispatcher
        self._worlds = worlds

    def __call__(self, messages: Sequence[NewMessage]) -> None:
        """Let each one's turn come. In the queue from now on: a clock that was moved since it was
        decided on has not aged it."""
        for message in messages:
            now = self._worlds.clock(message.world_id).now()
            self._dispatcher.accept(dispatch_of(message, now))


def dispatch_of(message: NewMessage, now: datetime) -> Dispatch:
    """The place in the queue of a message that was just committed."""
    options = message.options or {}
    assert message.carrier is not None
    assert message.step is not None
    return Dispatch(
        sid=message.sid,
        account_id=message.account_id,
        world_id=message.world_id,
        sender=message.sender or "",
        recipient=message.recipient,
        carrier=message.carrier,
        step=message.step,
        due_at=message.due_at or now,
        created_at=message.due_at or now,
        validity=options.get("validity_period", DEFAULT_VALIDITY),
        num_segments=message.num_segments,
        num_media=message.num_media,
        body=message.body,
        status=message.status,
        options=message.options,
        service_id=message.service_id,
    )
