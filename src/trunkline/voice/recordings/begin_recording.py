"""Begin to record a call because the API says so (`POST …/Calls/CA…/Recordings`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from trunkline.rest import catalogue
from trunkline.rest.operation import Call
from trunkline.voice.control_calls import NotInProgress
from trunkline.voice.legs import Leg
from trunkline.voice.media.wire import Track
from trunkline.voice.recordings.model import RecordingCallback
from trunkline.voice.recordings.parameters import CreateCallRecordingParameters
from trunkline.voice.recordings.read_recordings import ReadRecordings
from trunkline.voice.recordings.record_call import RecordCall

__all__ = ["BeginRecording"]


class HoldsBack(Protocol):
    """The queue of webhooks."""

    def hold(self, subject: str) -> None:
        """Make no request about a subject."""

    def release(self, subject: str) -> None:
        """Make those that wait."""


@dataclass(frozen=True, slots=True)
class NamedCall:
    """A call that a request names."""

    sid: str
    account_id: str
    world_id: str


class BeginRecording:
    """`leg_of` gives the leg of an answered call of this node, or raises NotInProgress."""

    def __init__(
        self,
        *,
        record: RecordCall,
        read: ReadRecordings,
        leg_of: Callable[[str], Leg],
        webhooks: HoldsBack,
    ) -> None:
        self._record = record
        self._read = read
        self._leg_of = leg_of
        self._webhooks = webhooks

    async def __call__(
        self, call: Call, call_sid: str, asked: CreateCallRecordingParameters
    ) -> Any:
        """The row of the new recording. Raises NOT_FOUND, NOT_RECORDABLE."""
        row = await self._read.call(call, call_sid)
        if row["status"] != "in-progress":
            raise catalogue.NOT_RECORDABLE()
        try:
            leg = self._leg_of(call_sid)
        except NotInProgress:
            raise catalogue.NOT_RECORDABLE() from None
        account = call.account

        def hold(sid: str) -> None:
            # No callback may leave before the answer that creates what it is about.
            self._webhooks.hold(sid)
            call.afterwards.add(partial(self._webhooks.release, sid))

        track: Track = asked.track or "both"  # type: ignore[assignment]  # one of the choices
        handle = await self._record.start(
            NamedCall(call_sid, account.sid[2:], account.world_id),
            leg,
            source="StartCallRecordingAPI",
            channels=2 if asked.channels == "dual" else 1,
            track=track,
            trim=asked.trim == "trim-silence",
            callback=_callback(asked),
            hold=hold,
        )
        return await self._read.one(call, handle.sid)


def _callback(asked: CreateCallRecordingParameters) -> RecordingCallback | None:
    if asked.callback is None:
        return None
    events = tuple(dict.fromkeys(word for words in asked.events for word in words))
    return RecordingCallback(
        url=asked.callback,
        method=asked.callback_method or "POST",
        events=events or ("completed",),
    )
