"""Record a call from its answer on, as its creator asked for (behaviour 6.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trunkline.voice.recordings.model import RecordingCallback
from trunkline.voice.session.begin_recording import begin_recording
from trunkline.voice.session.session import CallSession

__all__ = ["record_call"]


async def record_call(session: CallSession, options: Mapping[str, Any]) -> None:
    """Begin the recording of `NewCall.options["record"]`."""
    callback = None
    if url := options.get("callback"):
        callback = RecordingCallback(
            url=url,
            method=options.get("callback_method") or "POST",
            events=tuple(options.get("callback_events") or ("completed",)),
        )
    await begin_recording(
        session,
        source="OutboundAPI",
        channels=2 if options.get("channels") == "dual" else 1,
        track=options.get("track") or "both",
        trim=options.get("trim") != "do-not-trim",
        callback=callback,
    )
