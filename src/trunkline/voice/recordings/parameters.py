"""The parameters of the Recordings operations (behaviour 6.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trunkline.rest import catalogue
from trunkline.rest.errors import ErrorType
from trunkline.rest.parameters import (
    Boolean,
    Choice,
    DateRange,
    Method,
    Sid,
    Text,
    Url,
    declared,
    parameter,
)
from trunkline.voice.recordings.model import EVENTS

__all__ = [
    "CreateCallRecordingParameters",
    "FetchRecordingParameters",
    "ListCallRecordingParameters",
    "ListRecordingParameters",
    "RecordingEvents",
    "UpdateCallRecordingParameters",
]

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class RecordingEvents:
    """Names of events: one, or several with spaces between, as attributes of TwiML have them."""

    error: ErrorType = catalogue.CALLBACK_EVENT_INVALID

    def parse(self, name: str, raw: str) -> tuple[str, ...]:
        words = tuple(raw.split())
        for word in words:
            if word not in EVENTS:
                raise self.error(name=name, value=word[:40])
        return words

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}


@declared
class CreateCallRecordingParameters:
    """How a call that is going on is recorded."""

    events: tuple[tuple[str, ...], ...] = parameter(
        "RecordingStatusCallbackEvent",
        RecordingEvents(),
        "`in-progress`, `completed` (the default) or `absent`.",
        many=True,
    )
    callback: str | None = parameter(
        "RecordingStatusCallback", Url(catalogue.CALLBACK_INVALID), "Where they are told."
    )
    callback_method: str | None = parameter(
        "RecordingStatusCallbackMethod",
        Method(catalogue.CALL_METHOD_INVALID),
        "`POST` (the default) or `GET`.",
    )
    trim: str | None = parameter(
        "Trim",
        Choice(("trim-silence", "do-not-trim")),
        "Whether silence is taken from both ends; `do-not-trim` by default.",
    )
    channels: str | None = parameter(
        "RecordingChannels",
        Choice(("mono", "dual")),
        "`dual` has the two sides apart; `mono` by default.",
    )
    track: str | None = parameter(
        "RecordingTrack",
        Choice(("inbound", "outbound", "both")),
        "Which side is recorded; `both` by default. One alone is one channel.",
    )
    configuration: str | None = parameter(
        "RecordingConfigurationId", Text(64), "Taken, and of no effect."
    )


@declared
class UpdateCallRecordingParameters:
    """Pause, resume or stop a recording."""

    status: str = parameter(
        "Status",
        Choice(
            ("in-progress", "paused", "stopped", "processing", "completed", "absent"),
            catalogue.RECORDING_STATUS_INVALID,
        ),
        "`paused`, `in-progress` (go on after a pause) or `stopped`.",
    )
    pause_behavior: str | None = parameter(
        "PauseBehavior",
        Choice(("skip", "silence")),
        "Whether a pause is left out (`skip`) or is silence in the recording (the default).",
    )

    @staticmethod
    def presence(form: Mapping[str, Sequence[str]]) -> None:
        """20001 where there is no Status."""
        if not any(form.get("Status", ())):
            raise catalogue.RECORDING_STATUS_REQUIRED()


@declared
class ListCallRecordingParameters:
    """Filters by the day on which a recording was begun."""

    date_created: Span | None = parameter("DateCreated", DateRange(), "Made on this day.")
    date_created_before: Span | None = parameter(
        "DateCreated<", DateRange(), "Made on or before this day."
    )
    date_created_after: Span | None = parameter(
        "DateCreated>", DateRange(), "Made on or after this day."
    )


@declared
class ListRecordingParameters:
    """Filters by time, call and conference."""

    date_created: Span | None = parameter("DateCreated", DateRange(), "Made on this day.")
    date_created_before: Span | None = parameter(
        "DateCreated<", DateRange(), "Made on or before this day."
    )
    date_created_after: Span | None = parameter(
        "DateCreated>", DateRange(), "Made on or after this day."
    )
    call_sid: str | None = parameter("CallSid", Sid(("CA",)), "Of this call.")
    conference_sid: str | None = parameter("ConferenceSid", Sid(("CF",)), "Of this conference.")
    include_soft_deleted: bool | None = parameter(
        "IncludeSoftDeleted", Boolean(), "Also those that were deleted in the last 40 days."
    )


@declared
class FetchRecordingParameters:
    """Whether a deleted recording is found."""

    include_soft_deleted: bool | None = parameter(
        "IncludeSoftDeleted", Boolean(), "Find it also for 40 days after it was deleted."
    )
