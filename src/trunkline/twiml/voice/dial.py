"""`<Dial>`: connect the call to others. Source: behaviour 6.6, Appendix A; codes 13000, 1321x."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from trunkline.twiml import kinds
from trunkline.twiml.schema import attribute, children, element, text, written_at
from trunkline.twiml.voice.callees import Application, Client, Number, Sim, Sip, WhatsApp
from trunkline.twiml.voice.codes import (
    NESTED_IN_DIAL,
    RECORDING_CALLBACK_INVALID,
    RECORDING_EVENT_INVALID,
    TRIM_INVALID,
    URL_INVALID,
)
from trunkline.twiml.voice.conference import Conference, Queue
from trunkline.twiml.voice.record import RECORDING_EVENTS, trim

__all__ = ["MAX_NOUNS", "Dial", "Noun"]

_MIXED: Final = 13000
_METHOD_INVALID: Final = 13210
_TIMEOUT_INVALID: Final = 13212
_HANGUP_ON_STAR_INVALID: Final = 13213
_TIME_LIMIT_INVALID: Final = 13216
_RECORD_INVALID: Final = 13217
_SEQUENTIAL_INVALID: Final = 13218
_ANSWER_ON_BRIDGE_INVALID: Final = 13219
_RING_TONE_INVALID: Final = 13220
_CALLER_ID_TOO_LONG: Final = 13248

MAX_NOUNS: Final = 10
MAX_TIMEOUT: Final = 600
MAX_SECONDS: Final = 86_400
MAX_CALLER_ID: Final = 256

Noun = Number | Client | Sip | Conference | Queue | Sim | Application | WhatsApp

_RING_TONES: Final = (
    *("at", "au", "be", "bg", "br", "ch", "cl", "cn", "cz", "de", "dk", "ee", "es", "fi", "fr"),
    *("gr", "hu", "il", "in", "it", "jp", "lt", "mx", "my", "nl", "no", "nz", "ph", "pl", "pt"),
    *("ru", "se", "sg", "th", "tw", "uk", "us", "us-old", "ve", "za"),
)


def _one_kind_of_nouns(dial: Dial) -> tuple[Dial, Iterable[tuple[int, str]]]:
    """Leave out what cannot stand beside the first noun, and more than ten of them."""
    faults: list[tuple[int, str]] = []
    nouns = dial.nouns
    if nouns and isinstance(nouns[0], Conference | Queue):
        kept = nouns[:1]
    else:
        kept = tuple(each for each in nouns if not isinstance(each, Conference | Queue))
    if kept != nouns:
        sentence = (
            "can have one Conference or one Queue, with nothing beside it. What does not go with "
            f"its first noun, a {type(nouns[0]).__name__}, is ignored."
        )
        faults.append((_MIXED, sentence))
    if len(kept) > MAX_NOUNS:
        faults.append((NESTED_IN_DIAL, f"can have {MAX_NOUNS} nouns. The first ones are dialled."))
        kept = kept[:MAX_NOUNS]
    if dial.number and nouns:
        faults.append((NESTED_IN_DIAL, "has a text and nouns. The text is ignored."))
    if not faults:
        return dial, ()
    return replace(dial, nouns=kept, number="" if nouns else dial.number), faults


@element("Dial", mend=_one_kind_of_nouns)
@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """`<Dial>`: call `nouns`, and connect the first that answers.

    `number` is the text of the element: `targets` has it as a noun, where there are no others.
    Times are in seconds. `action` is as written, None if the next verb follows. `record` true
    and false are `record-from-answer` and `do-not-record`. `caller_id` None is the caller's.
    Conference and Queue stand alone (13000).
    """

    number: str = text()
    action: str | None = attribute("action", kinds.text)
    method: str = attribute("method", kinds.method, default="POST", code=_METHOD_INVALID)
    timeout: int = attribute(
        "timeout", kinds.integer(1, MAX_TIMEOUT), default=30, code=_TIMEOUT_INVALID
    )
    hangup_on_star: bool = attribute(
        "hangupOnStar", kinds.boolean, default=False, code=_HANGUP_ON_STAR_INVALID
    )
    time_limit: int = attribute(
        "timeLimit", kinds.integer(1, MAX_SECONDS), default=14_400, code=_TIME_LIMIT_INVALID
    )
    caller_id: str | None = attribute(
        "callerId", kinds.letters(MAX_CALLER_ID), code=_CALLER_ID_TOO_LONG
    )
    record: str = attribute(
        "record",
        kinds.one_of(
            "do-not-record",
            "record-from-answer",
            "record-from-ringing",
            "record-from-answer-dual",
            "record-from-ringing-dual",
            meaning={"true": "record-from-answer", "false": "do-not-record"},
        ),
        default="do-not-record",
        code=_RECORD_INVALID,
    )
    trim: str = attribute("trim", trim, default="do-not-trim", code=TRIM_INVALID)
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
    recording_configuration_id: str | None = attribute("recordingConfigurationId", kinds.text)
    answer_on_bridge: bool = attribute(
        "answerOnBridge", kinds.boolean, default=False, code=_ANSWER_ON_BRIDGE_INVALID
    )
    ring_tone: str | None = attribute(
        "ringTone", kinds.one_of(*_RING_TONES), code=_RING_TONE_INVALID
    )
    recording_track: str = attribute(
        "recordingTrack", kinds.one_of("both", "inbound", "outbound"), default="both"
    )
    sequential: bool = attribute(
        "sequential", kinds.boolean, default=False, code=_SEQUENTIAL_INVALID
    )
    refer_url: str | None = attribute("referUrl", kinds.url, code=URL_INVALID)
    refer_method: str = attribute("referMethod", kinds.method, default="POST")
    events: str | None = attribute("events", kinds.text)
    passports: str | None = attribute("passports", kinds.text)
    nouns: tuple[Noun, ...] = children(
        lambda: (Number, Client, Sip, Conference, Queue, Sim, Application, WhatsApp),
        code=NESTED_IN_DIAL,
    )
    line: int | None = written_at()

    @property
    def targets(self) -> tuple[Noun, ...]:
        """What is dialled: the nouns, or the number that is its text. Empty if there is neither."""
        if self.nouns or not self.number:
            return self.nouns
        return (Number(phone_number=self.number, line=self.line),)
