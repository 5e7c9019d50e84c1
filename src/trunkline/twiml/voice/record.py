"""`<Record>`, the verb, and `<Recording>`, the noun of Start and Stop.

Source: behaviour 6.6, 6.7, Appendix A; codes 13256, 13257, 1361x, 13621, 13699.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from trunkline.twiml import kinds
from trunkline.twiml.schema import attribute, element, written_at
from trunkline.twiml.voice.codes import (
    RECORDING_CALLBACK_INVALID,
    RECORDING_EVENT_INVALID,
    TRIM_INVALID,
)

__all__ = ["RECORDING_EVENTS", "Record", "Recording", "trim"]

_METHOD_INVALID: Final = 13610
_TIMEOUT_INVALID: Final = 13611
_MAX_LENGTH_INVALID: Final = 13612
_KEYS_INVALID: Final = 13613
_TRANSCRIBE_INVALID: Final = 13614
_TOO_LONG_TO_TRANSCRIBE: Final = 13615
_PLAY_BEEP_INVALID: Final = 13616
_TRANSCRIBE_CALLBACK_INVALID: Final = 13257

DEFAULT_SECONDS: Final = 3600
MAX_SECONDS: Final = 14_400
MAX_TRANSCRIBED_SECONDS: Final = 120
RECORDING_EVENTS: Final = ("in-progress", "completed", "absent")

trim: Final = kinds.one_of("trim-silence", "do-not-trim")


def _transcribe_what_is_short(record: Record) -> tuple[Record, Iterable[tuple[int, str]]]:
    """Transcription is off where the recording may become too long for it."""
    if not record.transcribes or (record.max_length or 0) <= MAX_TRANSCRIBED_SECONDS:
        return record, ()
    sentence = f"can transcribe no more than {MAX_TRANSCRIBED_SECONDS} s. It is not transcribed."
    mended = replace(record, transcribe=False, transcribe_callback=None)
    return mended, ((_TOO_LONG_TO_TRANSCRIBE, sentence),)


@element("Record", mend=_transcribe_what_is_short)
@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """`<Record>`: record the caller until a silence of `timeout` seconds, a key, or a length.

    `action` is as written, empty for the current document. `timeout` 0 is no limit to silence,
    `finish_on_key` "" no key at all. `max_length` is as written; `most_seconds` is what counts.
    Transcription is off with a `max_length` of more than two minutes (13615).
    """

    action: str = attribute("action", kinds.text, default="")
    method: str = attribute("method", kinds.method, default="POST", code=_METHOD_INVALID)
    timeout: int = attribute(
        "timeout", kinds.integer(0, MAX_SECONDS), default=5, code=_TIMEOUT_INVALID
    )
    finish_on_key: str = attribute(
        "finishOnKey", kinds.keys, default="1234567890*#", code=_KEYS_INVALID
    )
    max_length: int | None = attribute(
        "maxLength", kinds.integer(1, MAX_SECONDS), code=_MAX_LENGTH_INVALID
    )
    play_beep: bool = attribute("playBeep", kinds.boolean, default=True, code=_PLAY_BEEP_INVALID)
    trim: str = attribute("trim", trim, default="trim-silence", code=TRIM_INVALID)
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
    transcribe: bool = attribute(
        "transcribe", kinds.boolean, default=False, code=_TRANSCRIBE_INVALID
    )
    transcribe_callback: str | None = attribute(
        "transcribeCallback", kinds.url, code=_TRANSCRIBE_CALLBACK_INVALID
    )
    recording_configuration_id: str | None = attribute("recordingConfigurationId", kinds.text)
    line: int | None = written_at()

    @property
    def transcribes(self) -> bool:
        """Whether there is to be a transcription; the callback alone asks for one too."""
        return self.transcribe or self.transcribe_callback is not None

    @property
    def most_seconds(self) -> int:
        """The longest that it records: an hour, or two minutes of what is transcribed."""
        most = MAX_TRANSCRIBED_SECONDS if self.transcribes else DEFAULT_SECONDS
        return self.max_length or most


@element("Recording")
@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """`<Recording>` in Start: record the call from now on. In Stop: end that recording."""

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
    trim: str = attribute("trim", trim, default="do-not-trim", code=TRIM_INVALID)
    track: str = attribute("track", kinds.one_of("inbound", "outbound", "both"), default="both")
    channels: str = attribute("channels", kinds.one_of("mono", "dual"), default="dual")
    recording_configuration_id: str | None = attribute("recordingConfigurationId", kinds.text)
    line: int | None = written_at()
