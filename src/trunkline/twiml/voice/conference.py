"""Where `<Dial>` may bring a call instead of calling someone: Conference and Queue.

Source: behaviour 6.6, Appendix A; codes 1323x, 13240, 1421x, 16023.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from trunkline.twiml import kinds
from trunkline.twiml.schema import attribute, element, text, written_at
from trunkline.twiml.voice.codes import (
    EVENT_INVALID,
    RECORDING_CALLBACK_INVALID,
    RECORDING_EVENT_INVALID,
    STATUS_CALLBACK_INVALID,
    URL_INVALID,
)
from trunkline.twiml.voice.record import RECORDING_EVENTS, trim

__all__ = ["CONFERENCE_EVENTS", "Conference", "Queue"]

_MUTED_INVALID: Final = 13230
_END_INVALID: Final = 13231
_START_INVALID: Final = 13232
_WAIT_URL_INVALID: Final = 13233
_WAIT_METHOD_INVALID: Final = 13234
_BEEP_INVALID: Final = 13235
_NAME_INVALID: Final = 13237
_TRIM_INVALID: Final = 13239
_COACH_INVALID: Final = 13240
_QUEUE_METHOD_INVALID: Final = 14210
_QUEUE_URL_INVALID: Final = 14211
_QUEUE_NAME_SHORT: Final = 14212
_QUEUE_NAME_LONG: Final = 14213
_RESERVATION_INVALID: Final = 14215
_LABEL_INVALID: Final = 16023

CONFERENCE_EVENTS: Final = (
    "start",
    "end",
    "join",
    "leave",
    "mute",
    "hold",
    "modify",
    "speaker",
    "announcement",
)
MAX_PARTICIPANTS: Final = 250
MAX_LABEL: Final = 128
MAX_QUEUE_NAME: Final = 64
_CALL_SID: Final = re.compile(r"CA[0-9a-f]{32}")


def _label(value: str) -> str | None:
    label = kinds.text(value)
    if label and (len(label) > MAX_LABEL or "/" in label or _CALL_SID.fullmatch(label)):
        raise ValueError(
            f"must have {MAX_LABEL} characters at most, no /, and not be the SID of a call"
        )
    return label


def _has_conference_name(conference: Conference) -> tuple[int, str] | None:
    return None if conference.name else (_NAME_INVALID, "has no name. It is not joined.")


@element("Conference", check=_has_conference_name)
@dataclass(frozen=True, slots=True, kw_only=True)
class Conference:
    """`<Conference>`: join the conference of this name; there is one at a time.

    `beep` is `true`, `false`, `onEnter` or `onExit`. `wait_url` None is the usual music, "" is
    silence.
    """

    name: str = text()
    muted: bool = attribute("muted", kinds.boolean, default=False, code=_MUTED_INVALID)
    beep: str = attribute(
        "beep",
        kinds.one_of("true", "false", "onEnter", "onExit"),
        default="true",
        code=_BEEP_INVALID,
    )
    start_conference_on_enter: bool = attribute(
        "startConferenceOnEnter", kinds.boolean, default=True, code=_START_INVALID
    )
    end_conference_on_exit: bool = attribute(
        "endConferenceOnExit", kinds.boolean, default=False, code=_END_INVALID
    )
    wait_url: str | None = attribute("waitUrl", kinds.url_or_blank, code=_WAIT_URL_INVALID)
    wait_method: str = attribute(
        "waitMethod", kinds.method, default="POST", code=_WAIT_METHOD_INVALID
    )
    max_participants: int = attribute(
        "maxParticipants", kinds.integer(2, MAX_PARTICIPANTS), default=MAX_PARTICIPANTS
    )
    record: str = attribute(
        "record",
        kinds.one_of(
            "do-not-record",
            "record-from-start",
            meaning={"true": "record-from-start", "false": "do-not-record"},
        ),
        default="do-not-record",
    )
    recording_configuration_id: str | None = attribute("recordingConfigurationId", kinds.text)
    region: str | None = attribute("region", kinds.text)
    coach: str | None = attribute("coach", kinds.sid("CA"), code=_COACH_INVALID)
    trim: str = attribute("trim", trim, default="trim-silence", code=_TRIM_INVALID)
    status_callback_event: tuple[str, ...] = attribute(
        "statusCallbackEvent", kinds.words(*CONFERENCE_EVENTS), default=(), code=EVENT_INVALID
    )
    status_callback: str | None = attribute(
        "statusCallback", kinds.url, code=STATUS_CALLBACK_INVALID
    )
    status_callback_method: str = attribute("statusCallbackMethod", kinds.method, default="POST")
    recording_status_callback: str | None = attribute(
        "recordingStatusCallback", kinds.url, code=RECORDING_CALLBACK_INVALID
    )
    recording_status_callback_method: str = attribute(
        "recordingStatusCallbackMethod", kinds.method, default="POST"
    )
    recording_status_callback_event: tuple[str, ...] = attribute(
        "recordingStatusCallbackEvent",
        kinds.words(*RECORDING_EVENTS),
        default=("completed",),
        code=RECORDING_EVENT_INVALID,
    )
    event_callback_url: str | None = attribute("eventCallbackUrl", kinds.url, code=URL_INVALID)
    jitter_buffer_size: str = attribute(
        "jitterBufferSize", kinds.one_of("large", "medium", "small", "off"), default="large"
    )
    participant_label: str | None = attribute("participantLabel", _label, code=_LABEL_INVALID)
    line: int | None = written_at()


def _has_queue_name(queue: Queue) -> tuple[int, str] | None:
    if not queue.name and queue.reservation_sid is None:
        return _QUEUE_NAME_SHORT, "has no name. Nobody is fetched from it."
    if len(queue.name) > MAX_QUEUE_NAME:
        return _QUEUE_NAME_LONG, f"has a name of more than {MAX_QUEUE_NAME} characters."
    return None


@element("Queue", check=_has_queue_name)
@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """`<Queue>`: connect to the call that waits longest in the queue of this name.

    `url` is a document for that call before the two are connected.
    """

    name: str = text()
    url: str | None = attribute("url", kinds.url, code=_QUEUE_URL_INVALID)
    method: str = attribute("method", kinds.method, default="POST", code=_QUEUE_METHOD_INVALID)
    reservation_sid: str | None = attribute(
        "reservationSid", kinds.sid("WR"), code=_RESERVATION_INVALID
    )
    post_work_activity_sid: str | None = attribute("postWorkActivitySid", kinds.text)
    line: int | None = written_at()
