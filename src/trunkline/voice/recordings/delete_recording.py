"""Delete a recording: its audio at once, what is known of it later."""

from __future__ import annotations

from collections.abc import Callable

from trunkline.clock import Clock
from trunkline.rest import catalogue
from trunkline.rest.operation import Call
from trunkline.store import Database, GroupCommit, Job
from trunkline.store.transitions import Transition, TransitionRefused, Transitions
from trunkline.voice.recordings import queries
from trunkline.voice.recordings.model import UNFINISHED
from trunkline.voice.recordings.read_recordings import KEPT_DELETED, ReadRecordings
from trunkline.voice.recordings.works import ForgetAudio
from trunkline.worlds import Worlds

__all__ = ["DeleteRecording"]


class DeleteRecording:
    """Deletes what is finished. `forget` is told of blobs that were let go of."""

    def __init__(
        self,
        *,
        database: Database,
        commit: GroupCommit,
        transitions: Transitions,
        read: ReadRecordings,
        worlds: Worlds,
        clock: Clock,
        forget: Callable[[str], None],
    ) -> None:
        self._database = database
        self._commit = commit
        self._transitions = transitions
        self._read = read
        self._worlds = worlds
        self._clock = clock
        self._forget = forget
        self._forget_audio = ForgetAudio()

    async def __call__(
        self,
        call: Call,
        sid: str,
        *,
        call_sid: str | None = None,
        conference_sid: str | None = None,
    ) -> None:
        """Raises NOT_FOUND; NOT_COMPLETE while it goes on, or its file is not in its place."""
        row = await self._read.one(call, sid, call_sid=call_sid, conference_sid=conference_sid)
        if row["status"] in UNFINISHED:
            raise catalogue.NOT_COMPLETE()
        world_id = row["world_id"].hex
        now = self._worlds.clock(world_id).now()
        deleted = Transition(
            subject=sid,
            world_id=world_id,
            path=("deleted",),
            world_time=now,
            real_time=self._clock.now(),
            changes={"deleted_at": now},
        )
        first, _ = await self._commit.submit(
            Job(self._transitions, deleted), Job(self._forget_audio, sid), urgent=True
        )
        if isinstance(first, TransitionRefused):  # somebody else was faster
            raise catalogue.NOT_FOUND(path=call.resource)
        if row["blob_id"] is not None:
            self._forget(row["blob_id"].hex)

    async def drop_old(self) -> None:
        """Forget those that were deleted long ago, by the time of each world."""
        for world in self._worlds.all():
            before = world.clock.now() - KEPT_DELETED
            await self._database.execute(queries.DROP_OLD, before, world.id)
