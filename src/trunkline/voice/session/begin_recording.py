"""Begin a recording of a call; what goes wrong with that is not the end of the call."""

from __future__ import annotations

from typing import Any

from trunkline.store import Overloaded, StoreUnavailable
from trunkline.voice.recordings.record_call import RecordingHandle
from trunkline.voice.session.session import CallSession

__all__ = ["begin_recording"]

NOT_RECORDED = 12400


async def begin_recording(
    session: CallSession, *, line: int | None = None, **order: Any
) -> RecordingHandle | None:
    """The recording of the session's leg; None, with an alert, where there can be none. `order` is
    that of `RecordCall.start`, `line` is where the document asks for it. Raises FarEndGone and
    Interrupted."""
    try:
        return await session.work(
            session.services.recordings.start(session.call, session.line, **order)
        )
    except (StoreUnavailable, Overloaded, OSError) as error:
        reason = "disk" if isinstance(error, OSError) else "database"
        session.complain(NOT_RECORDED, f"The {reason} took no recording of the call.", line=line)
        return None
