"""Send a message: commit it, hand it to the dispatcher, and answer. The path of every create."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from trunkline.messaging.dispatcher import Dispatcher
from trunkline.messaging.model import Dispatch, NewMessage
from trunkline.messaging.recover_dispatch import DEFAULT_VALIDITY
from trunkline.messaging.works import CreateMessages, OptedOut
from trunkline.rest import catalogue
from trunkline.store import GroupCommit, Job
from trunkline.worlds import Worlds

__all__ = ["SendMessage"]


class SendMessage:
    """Commits decided messages."""

    def __init__(
        self,
        commit: GroupCommit,
        create: CreateMessages,
        dispatcher: Dispatcher,
        worlds: Worlds,
    ) -> None:
        self._worlds = worlds
        self._commit = commit
        self._create = create
        self._dispatcher = dispatcher

    async def __call__(self, message: NewMessage) -> NewMessage:
        """Returns once the message is on disk; raises OPTED_OUT, with nothing stored."""
        outcome = self._commit.submit(Job(self._create, message))
        # The dispatcher takes it when it is committed, whether or not the client still waits.
        outcome.add_done_callback(lambda done: self._hand_over(message, done))
        (result,) = await asyncio.shield(outcome)
        if isinstance(result, OptedOut):
            raise catalogue.OPTED_OUT()
        return message

    def _hand_over(self, message: NewMessage, done: asyncio.Future[list[Any]]) -> None:
        if done.cancelled() or done.exception() is not None:
            return
        if done.result()[0] is None and message.step is not None:
            # A clock that was moved since the message was decided on has not aged it: it is
            # in the queue from now on.
            now = self._worlds.clock(message.world_id).now()
            self._dispatcher.accept(dispatch_of(message, now))


def dispatch_of(message: NewMessage, now: datetime) -> Dispatch:
    """The place in the queue of a message that was just committed."""
    options = message.options or {}
    assert message.sender is not None
    assert message.carrier is not None
    assert message.step is not None
    return Dispatch(
        sid=message.sid,
        account_id=message.account_id,
        world_id=message.world_id,
        sender=message.sender,
        recipient=message.recipient,
        carrier=message.carrier,
        step=message.step,
        due_at=now,
        created_at=now,
        validity=options.get("validity_period", DEFAULT_VALIDITY),
        num_segments=message.num_segments,
        num_media=message.num_media,
        body=message.body,
        options=message.options,
    )
