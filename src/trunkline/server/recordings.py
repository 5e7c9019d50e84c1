"""Put recordings together: how they are made, kept, listed and served."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import structlog

from trunkline.faults import fault
from trunkline.rest.authenticate import Credentials
from trunkline.server.core import Core
from trunkline.server.media import Media
from trunkline.server.webhooks import Webhooks
from trunkline.store import StoreUnavailable
from trunkline.store.database import Connection
from trunkline.voice.legs import Leg
from trunkline.voice.recordings import queries
from trunkline.voice.recordings.alert_absent import AlertAbsent
from trunkline.voice.recordings.begin_recording import BeginRecording
from trunkline.voice.recordings.change_recording import ChangeRecording
from trunkline.voice.recordings.delete_recording import DeleteRecording
from trunkline.voice.recordings.finish_recording import FinishRecording
from trunkline.voice.recordings.mp3_files import EncodeMp3, Mp3Files
from trunkline.voice.recordings.read_recordings import ReadRecordings
from trunkline.voice.recordings.record_call import Occupation, RecordCall
from trunkline.voice.recordings.resources import (
    AccountRecordings,
    CallRecordings,
    ConferenceRecordings,
)
from trunkline.voice.recordings.serve_audio import ServeAudio
from trunkline.voice.recordings.status_callbacks import (
    KIND,
    RecordingStatus,
    RecordingStatusCallbacks,
)
from trunkline.voice.recordings.works import CreateRecordings, recording_transitions

__all__ = ["RESOURCES", "Recordings"]

log = structlog.get_logger(__name__)

RESOURCES: tuple[type, ...] = (AccountRecordings, CallRecordings, ConferenceRecordings)
LOOK_PERIOD = 30.0  # seconds between looks for what could not be finished


class Recordings:
    """The recordings of one node.

    `leg_of` gives the leg of an answered call of this node, or raises NotInProgress: that of
    `ControlCalls`. `encode_mp3` is that of `Speech`; `occupation` counts what a world's time waits
    for.
    """

    def __init__(
        self,
        core: Core,
        webhooks: Webhooks,
        media: Media,
        *,
        leg_of: Callable[[str], Leg],
        encode_mp3: EncodeMp3,
        occupation: Occupation,
    ) -> None:
        self.folder = core.settings.data / "recordings"
        self._database = core.database
        callbacks = RecordingStatusCallbacks(webhooks.due, webhooks.make, core.base_url)
        webhooks.kinds[KIND] = RecordingStatus(core.database, webhooks.alert, core.base_url)
        self.transitions = recording_transitions(
            [callbacks, AlertAbsent(webhooks.alert, webhooks.record)]
        )
        self.finish = FinishRecording(
            database=core.database,
            commit=core.commit,
            transitions=self.transitions,
            blobs=media.blobs,
            sids=core.sids,
            worlds=core.worlds,
            clock=core.clock,
            folder=self.folder,
            base_url=core.base_url,
            owner=core.node_id,
        )
        self.record = RecordCall(
            commit=core.commit,
            create=CreateRecordings(core.node_id, [callbacks]),
            finish=self.finish,
            sids=core.sids,
            worlds=core.worlds,
            clock=core.clock,
            folder=self.folder,
            occupation=occupation,
        )
        self._mp3s = Mp3Files(encode_mp3, self.folder / "mp3", core.sids)
        credentials = Credentials(core.authenticator)
        core.authenticator.on_forget.append(
            lambda sid: credentials.clear() if sid is None else credentials.forget(sid)
        )
        self.serve = ServeAudio(
            database=core.database,
            blobs=media.blobs,
            credentials=credentials,
            accounts=media.accounts,
            mp3s=self._mp3s,
        )
        read = ReadRecordings(core.database, core.worlds)
        change = ChangeRecording(self.record, read)
        self._delete = DeleteRecording(
            database=core.database,
            commit=core.commit,
            transitions=self.transitions,
            read=read,
            worlds=core.worlds,
            clock=core.clock,
            forget=self._mp3s.forget,
        )
        self.resources: tuple[object, ...] = (
            AccountRecordings(read, self._delete),
            CallRecordings(
                begin=BeginRecording(
                    record=self.record, read=read, leg_of=leg_of, webhooks=webhooks.deliver
                ),
                read=read,
                change=change,
                delete=self._delete,
            ),
            ConferenceRecordings(read, change, self._delete),
        )

    async def start(self, stop: asyncio.Event) -> asyncio.Task[None]:
        """Take up what an earlier run of this node has left, and what fails later, until `stop`.
        After `Media.load`."""
        await self._mp3s.clear()
        return asyncio.create_task(self._finish_for_ever(stop))

    async def stop(self) -> None:
        """Finish what has ended, after the sessions have stopped."""
        await self.record.close()
        await self._mp3s.close()

    async def drop_old(self) -> None:
        """Forget recordings that were deleted long ago, and files that nothing refers to."""
        await self._delete.drop_old()
        await self.record.drop_strays()

    async def reset(self, connection: Connection, world_id: str) -> None:
        """Delete all of a world within a transaction."""
        for statement in queries.RESET_WORLD:
            await connection.execute(statement, world_id)

    def forget_world(self, world_id: str) -> None:
        """End what goes on in a world that is emptied. What is written down of it before the
        `reset` goes with it; what would be later is not."""
        self.record.forget_world(world_id)

    async def _forget_deleted(self) -> None:
        """Remove MP3s of recordings that were deleted by other nodes, or with their world."""
        made = list(self._mp3s)
        if made:
            kept = {row["blob_id"].hex for row in await self._database.fetch(queries.KEPT, made)}
            for blob_id in set(made) - kept:
                self._mp3s.forget(blob_id)

    async def _finish_for_ever(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.record.recover_own()
                await self._forget_deleted()
            except StoreUnavailable as error:
                log.warning("recordings.not_finished", reason=str(error))
            except Exception as error:  # whatever it was, later ones are to be finished
                log.error("recordings.not_finished", **fault(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_PERIOD)
