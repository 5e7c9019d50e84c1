"""`<Start>` and `<Stop>`: what goes on beside the call; their nouns Stream, Siprec, Transcription.

Source: behaviour 6.6, Appendix A; code 14300.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trunkline.twiml import kinds
from trunkline.twiml.schema import attribute, children, element, written_at
from trunkline.twiml.voice.codes import STATUS_CALLBACK_INVALID
from trunkline.twiml.voice.record import Recording
from trunkline.twiml.voice.simple import Config, Parameter

__all__ = ["Siprec", "Start", "Stop", "Stream", "Transcription"]

_NESTED_INVALID: Final = 14300

_track: Final = kinds.one_of("inbound_track", "outbound_track", "both_tracks")


@element("Stream")
@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """`<Stream>`: the call's audio to a WebSocket at `url` (as written), in both directions
    within Connect. In Stop `name` says which one."""

    name: str | None = attribute("name", kinds.text)
    connector_name: str | None = attribute("connectorName", kinds.text)
    url: str | None = attribute("url", kinds.text)
    track: str = attribute("track", _track, default="inbound_track")
    status_callback: str | None = attribute(
        "statusCallback", kinds.url, code=STATUS_CALLBACK_INVALID
    )
    status_callback_method: str = attribute("statusCallbackMethod", kinds.method, default="POST")
    audio_format: str | None = attribute("audioFormat", kinds.text)
    sample_rate: str | None = attribute("sampleRate", kinds.text)
    parameters: tuple[Parameter, ...] = children(lambda: (Parameter,))
    line: int | None = written_at()


@element("Siprec")
@dataclass(frozen=True, slots=True, kw_only=True)
class Siprec:
    """`<Siprec>`: the call's audio to a recorder by SIP. In Stop `name` says which one."""

    name: str | None = attribute("name", kinds.text)
    connector_name: str | None = attribute("connectorName", kinds.text)
    track: str = attribute("track", _track, default="both_tracks")
    status_callback: str | None = attribute(
        "statusCallback", kinds.url, code=STATUS_CALLBACK_INVALID
    )
    status_callback_method: str = attribute("statusCallbackMethod", kinds.method, default="POST")
    parameters: tuple[Parameter, ...] = children(lambda: (Parameter,))
    line: int | None = written_at()


@element("Transcription")
@dataclass(frozen=True, slots=True, kw_only=True)
class Transcription:
    """`<Transcription>`: what is said, as text, while it is said. In Stop `name` says which."""

    name: str | None = attribute("name", kinds.text)
    track: str = attribute("track", _track, default="both_tracks")
    status_callback_url: str | None = attribute(
        "statusCallbackUrl", kinds.url, code=STATUS_CALLBACK_INVALID
    )
    status_callback_method: str = attribute("statusCallbackMethod", kinds.method, default="POST")
    inbound_track_label: str | None = attribute("inboundTrackLabel", kinds.text)
    outbound_track_label: str | None = attribute("outboundTrackLabel", kinds.text)
    partial_results: bool = attribute("partialResults", kinds.boolean, default=False)
    language_code: str = attribute("languageCode", kinds.language, default="en-US")
    transcription_engine: str | None = attribute("transcriptionEngine", kinds.text)
    profanity_filter: bool = attribute("profanityFilter", kinds.boolean, default=True)
    speech_model: str | None = attribute("speechModel", kinds.text)
    hints: str | None = attribute("hints", kinds.text)
    enable_automatic_punctuation: bool = attribute(
        "enableAutomaticPunctuation", kinds.boolean, default=True
    )
    intelligence_service: str | None = attribute("intelligenceService", kinds.text)
    configs: tuple[Config, ...] = children(lambda: (Config,))
    parameters: tuple[Parameter, ...] = children(lambda: (Parameter,))
    line: int | None = written_at()


@element("Start")
@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """`<Start>`: begin what its nouns say, and go on with the next verb at once."""

    action: str | None = attribute("action", kinds.text)
    method: str = attribute("method", kinds.method, default="POST")
    nouns: tuple[Stream | Siprec | Transcription | Recording, ...] = children(
        lambda: (Stream, Siprec, Transcription, Recording), code=_NESTED_INVALID
    )
    line: int | None = written_at()


@element("Stop")
@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """`<Stop>`: end what Start began."""

    nouns: tuple[Stream | Siprec | Transcription | Recording, ...] = children(
        lambda: (Stream, Siprec, Transcription, Recording)
    )
    line: int | None = written_at()
