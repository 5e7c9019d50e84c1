"""A phone reads a message that came on a channel, some time after it arrived."""

from __future__ import annotations

from trunkline.clock import Clock
from trunkline.messaging.channels import queries
from trunkline.messaging.recipients import channel_of
from trunkline.store import Database, GroupCommit, Job
from trunkline.store.transitions import Transition, TransitionRefused, Transitions
from trunkline.worlds import Worlds

__all__ = ["NotOnPhone", "NotReadable", "ReadMessage"]


class NotOnPhone(Exception):
    """The phone has no such message."""


class NotReadable(Exception):
    """Nobody is told that it was read: it came by SMS, or its status is another than `delivered`
    or `read`. The text is the reason, in a sentence."""


class ReadMessage:
    """Makes messages `read`, so that their senders are told. Twice is as good as once."""

    def __init__(
        self,
        database: Database,
        commit: GroupCommit,
        transitions: Transitions,
        worlds: Worlds,
        clock: Clock,
    ) -> None:
        self._database = database
        self._commit = commit
        self._transitions = transitions
        self._worlds = worlds
        self._clock = clock

    async def __call__(self, world_id: str, phone: str, sid: str) -> None:
        """`phone` reads a message that it has. Raises NotOnPhone, NotReadable."""
        row = await self._database.fetchrow(queries.FIND_ON_PHONE, sid[2:], world_id, phone)
        if row is None or row["mms"] != sid.startswith("MM"):
            raise NotOnPhone(sid)
        if channel_of(phone) is None:
            raise NotReadable("SMS do not tell that they were read.")
        if row["status"] == "read":
            return
        transition = Transition(
            subject=sid,
            world_id=world_id,
            path=("read",),
            world_time=self._worlds.clock(world_id).now(),
            real_time=self._clock.now(),
        )
        [done] = await self._commit.submit(Job(self._transitions, transition), urgent=True)
        if isinstance(done, TransitionRefused) and done.status != "read":
            if done.status is None:
                raise NotOnPhone(sid)
            raise NotReadable(f"The message is {done.status}; what was delivered can be read.")
