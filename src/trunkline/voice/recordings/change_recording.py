"""Pause, resume or stop a recording because the API says so."""

from __future__ import annotations

from functools import partial
from typing import Any

from trunkline.rest import catalogue
from trunkline.rest.operation import Call
from trunkline.rest.path_sids import path_sid
from trunkline.voice.recordings.parameters import UpdateCallRecordingParameters
from trunkline.voice.recordings.read_recordings import ReadRecordings
from trunkline.voice.recordings.record_call import RecordCall, WrongRecordingState

__all__ = ["CURRENT", "ChangeRecording"]

CURRENT = "Twilio.CURRENT"  # in place of a SID: the one recording of the call that goes on


class ChangeRecording:
    """Changes what goes on."""

    def __init__(self, record: RecordCall, read: ReadRecordings) -> None:
        self._record = record
        self._read = read

    async def __call__(
        self,
        call: Call,
        asked: UpdateCallRecordingParameters,
        *,
        call_sid: str | None = None,
        conference_sid: str | None = None,
    ) -> Any:
        """The row of the recording that the path names, as it is then.

        Raises NOT_FOUND; RECORDING_AMBIGUOUS for Twilio.CURRENT where several go on;
        RECORDING_STATUS_INVALID for a status that nobody can set; RECORDING_STATUS_CONFLICT for
        one that cannot follow.
        """
        if asked.status not in ("in-progress", "paused", "stopped"):
            raise catalogue.RECORDING_STATUS_INVALID(value=asked.status)
        current = call.path["Sid"] == CURRENT
        sid = await self._current(call, call_sid) if current else path_sid(call, "RE")
        read = partial(self._read.one, call, sid, call_sid=call_sid, conference_sid=conference_sid)
        await read()
        handle = self._record.find(sid)
        try:
            if handle is None:
                raise WrongRecordingState
            if asked.status == "paused":
                await handle.pause(silence=asked.pause_behavior != "skip")
            elif asked.status == "in-progress":
                await handle.resume()
            else:
                await handle.stop()
        except WrongRecordingState:
            row = await read()
            raise catalogue.RECORDING_STATUS_CONFLICT(
                before=row["status"], after=asked.status
            ) from None
        return await read()

    async def _current(self, call: Call, call_sid: str | None) -> str:
        if call_sid is None:
            raise catalogue.NOT_FOUND(path=call.resource)
        await self._read.call(call, call_sid)  # nothing is told of the calls of others
        found = self._record.of_call(call_sid)
        if len(found) > 1:
            raise catalogue.RECORDING_AMBIGUOUS()
        if not found:
            raise catalogue.NOT_FOUND(path=call.resource)
        return found[0].sid
