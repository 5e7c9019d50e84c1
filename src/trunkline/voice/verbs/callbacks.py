"""What the attributes of a verb say of a recording: where its progress is told, and its track."""

from __future__ import annotations

from typing import Final, Protocol

from trunkline.voice.media.wire import Track
from trunkline.voice.recordings.model import EVENTS, RecordingCallback
from trunkline.voice.session.documents import Page

__all__ = ["recording_callback", "track_of"]


TRACKS: Final[dict[str, Track]] = {"inbound": "inbound", "outbound": "outbound", "both": "both"}


class Records(Protocol):
    """Record, Dial, or Recording in Start."""

    @property
    def recording_status_callback(self) -> str | None: ...
    @property
    def recording_status_callback_method(self) -> str: ...
    @property
    def recording_status_callback_event(self) -> tuple[str, ...]: ...


def recording_callback(verb: Records, page: Page) -> RecordingCallback | None:
    """None where nobody is to be told."""
    if verb.recording_status_callback is None:
        return None
    return RecordingCallback(
        url=page.resolve(verb.recording_status_callback),
        method=verb.recording_status_callback_method,
        events=tuple(e for e in verb.recording_status_callback_event if e in EVENTS)
        or ("completed",),
    )


def track_of(written: str) -> Track:
    """The track that an attribute names."""
    return TRACKS[written]
