"""Find the recording that the end of a call tells of (behaviour 6.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trunkline.store.database import Connection
from trunkline.voice.recordings import queries
from trunkline.voice.recordings.finish_recording import audio_url

__all__ = ["FindRecording", "ToldRecording"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRecording:
    """A complete recording, as apps are told of it."""

    sid: str
    url: str
    seconds: int


class FindRecording:
    """Finds what `Record=true` made of a call. `base_url` gives what URLs begin with."""

    def __init__(self, base_url: Callable[[], str]) -> None:
        self._base_url = base_url

    async def __call__(self, connection: Connection, call_sid: str) -> ToldRecording | None:
        """None when there is none, or none yet: its own callback tells it then."""
        row = await connection.fetchrow(queries.FETCH_OF_CALL, call_sid[2:])
        if row is None:
            return None
        sid = f"RE{row['id'].hex}"
        return ToldRecording(
            sid=sid,
            url=audio_url(self._base_url(), row["account_id"].hex, sid),
            seconds=row["duration"] or 0,
        )
