"""What recordings contribute to a group commit: new ones, their transitions, and letting go of
their audio."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects
from trunkline.store.transitions import EventRow, Follower, Transitions, append_events
from trunkline.voice.recordings import queries
from trunkline.voice.recordings.model import RECORDING, NewRecording

__all__ = ["CreateRecordings", "ForgetAudio", "NewRecordingFollower", "recording_transitions"]

# Their events are among those of calls: who asks about a recording asks about its call, too.
EVENTS = "call_events"


def recording_transitions(followers: Sequence[Follower] = ()) -> Transitions:
    """The work that moves recordings through their lifecycle; `followers` see each step."""
    return Transitions(
        RECORDING,
        "recordings",
        EVENTS,
        {
            "duration": "int",
            "error_code": "int",
            "blob_id": "uuid",
            "size": "bigint",
            "deleted_at": "timestamptz",
        },
        returning=queries.CALLBACK_COLUMNS,
        followers=followers,
    )


class NewRecordingFollower(Protocol):
    """What comes of new recordings, in the same transaction."""

    async def begun(
        self, connection: Connection, recordings: Sequence[NewRecording], effects: Effects
    ) -> None:
        """Write what follows from their beginning."""


class CreateRecordings:
    """Insert recordings with their first events; `followers` see them."""

    order = 30

    def __init__(self, owner: str, followers: Sequence[NewRecordingFollower] = ()) -> None:
        self._owner = owner
        self._followers = followers

    async def write(
        self, connection: Connection, items: Sequence[NewRecording], events: Effects
    ) -> Sequence[None]:
        """Insert the rows."""
        await connection.copy_records_to_table(
            "recordings",
            records=[self._row(recording) for recording in items],
            columns=queries.NEW_COLUMNS,
        )
        rows = [
            EventRow(
                subject=recording.sid,
                seq=1,
                account_id=recording.account_id,
                world_id=recording.world_id,
                kind="recording.in-progress",
                data={"call": recording.call_sid, "source": recording.source},
                world_time=recording.created_at,
                real_time=recording.real_time,
            )
            for recording in items
        ]
        await append_events(connection, EVENTS, rows, events)
        for follower in self._followers:
            await follower.begun(connection, items, events)
        return [None] * len(items)

    def _row(self, r: NewRecording) -> tuple[Any, ...]:
        return (
            r.sid[2:],
            r.account_id,
            r.world_id,
            r.call_sid[2:],
            None if r.conference_sid is None else r.conference_sid[2:],
            "in-progress",
            r.source,
            r.track,
            r.channels,
            r.trim,
            None if r.callback is None else r.callback.data(),
            self._owner,
            1,
            r.created_at,
            r.created_at,
        )


class ForgetAudio:
    """Let go of the audio of recordings (SIDs) that were deleted in the same commit."""

    order = 21  # after the transition, which may be refused

    async def write(
        self, connection: Connection, items: Sequence[str], events: Effects
    ) -> Sequence[None]:
        """Update the rows: the trigger of migration 0011 notes which blobs are free."""
        await connection.execute(queries.FORGET_AUDIO, [sid[2:] for sid in items])
        return [None] * len(items)
