"""Send a message: commit it, and answer. The path of every create; what is committed is handed to
the dispatcher by `CreateMessages`, whether or not the client still waits."""

from __future__ import annotations

import asyncio

from trunkline.messaging.decide_send import Decision
from trunkline.messaging.model import NewMessage
from trunkline.messaging.works import CreateMessages, OptedOut
from trunkline.rest import catalogue
from trunkline.store import GroupCommit, Job

__all__ = ["SendMessage"]


class SendMessage:
    """Commits decided messages."""

    def __init__(self, commit: GroupCommit, create: CreateMessages) -> None:
        self._commit = commit
        self._create = create

    async def __call__(self, decision: Decision) -> NewMessage:
        """Returns once the message is on disk; raises OPTED_OUT, with nothing stored."""
        outcome = self._commit.submit(Job(self._create, decision.message), *decision.jobs)
        result, *_ = await asyncio.shield(outcome)
        if isinstance(result, OptedOut):
            raise catalogue.OPTED_OUT()
        return decision.message
