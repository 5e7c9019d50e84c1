"""Recordings as values: their lifecycle, what begins one, and how it ended (behaviour 6.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from trunkline.lifecycle import Lifecycle
from trunkline.voice.media.wire import FRAMES_PER_SECOND, Track

__all__ = [
    "ACTIVE",
    "EVENTS",
    "RECORDING",
    "SILENT",
    "TOO_SHORT",
    "UNFINISHED",
    "EndedRecording",
    "NewRecording",
    "RecordingCallback",
    "RecordingSource",
    "seconds_of",
]

RecordingSource = Literal[
    "DialVerb",
    "Conference",
    "OutboundAPI",
    "Trunking",
    "RecordVerb",
    "StartCallRecordingAPI",
    "StartConferenceRecordingAPI",
    "StartCallRecordingTwiML",
]

# `stopped` is what the API told to stop; `processing` ends when its file is where it stays.
RECORDING: Final = Lifecycle(
    noun="recording",
    initial=frozenset({"in-progress"}),
    steps={
        "in-progress": frozenset({"paused", "stopped", "processing", "absent"}),
        "paused": frozenset({"in-progress", "stopped", "processing", "absent"}),
        "stopped": frozenset({"processing", "absent"}),
        "processing": frozenset({"completed", "absent"}),
        "completed": frozenset({"deleted"}),
        "absent": frozenset({"deleted"}),
        "deleted": frozenset(),
    },
)
ACTIVE: Final = frozenset({"in-progress", "paused"})
UNFINISHED: Final = ("in-progress", "paused", "stopped", "processing")
EVENTS: Final = ("in-progress", "completed", "absent")  # of RecordingStatusCallbackEvent

# Why a recording is absent.
TOO_SHORT: Final = 16101
SILENT: Final = 16102


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingCallback:
    """Where the progress of a recording is told, and which events of it (`EVENTS`)."""

    url: str
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)

    def data(self) -> dict[str, Any]:
        """As it is kept in the column `callback`."""
        return {"url": self.url, "method": self.method, "events": list(self.events)}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecording:
    """A recording that begins now."""

    sid: str
    account_id: str
    world_id: str
    call_sid: str  # of the parent leg, whichever leg is recorded
    conference_sid: str | None
    source: RecordingSource
    track: Track
    channels: int
    trim: bool
    callback: RecordingCallback | None
    created_at: datetime  # world time
    real_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedRecording:
    """What became of a recording.

    `status` is `completed` or `absent`; `processing` where its file could not be put in its place
    yet, which is tried again. `sound` is whether there was anything but silence; `reason` is that
    of `wire.RecordingEnded`, or `lost` when the media process did not live to say it.
    """

    sid: str
    url: str  # of its audio, without an extension
    status: str
    seconds: int
    sound: bool
    reason: str


def seconds_of(frames: int) -> int:
    """The duration that is told of so many frames: whole seconds, and at least one."""
    return max(1, (frames + FRAMES_PER_SECOND // 2) // FRAMES_PER_SECOND)
