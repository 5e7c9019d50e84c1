"""Whom `<Dial>` calls: Number, Client, Sip, Sim, Application, WhatsApp.

Source: behaviour 6.4, 6.6, Appendix A; codes 1322x, 1324x, 21234, 21263.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from trunkline.twiml import kinds
from trunkline.twiml.schema import attribute, children, element, text, written_at
from trunkline.twiml.voice.codes import (
    AMD_INVALID,
    AMD_MODE_INVALID,
    EVENT_INVALID,
    NESTED_IN_DIAL,
    STATUS_CALLBACK_INVALID,
    URL_INVALID,
)
from trunkline.twiml.voice.simple import Parameter

__all__ = [
    "CALL_EVENTS",
    "Application",
    "Callee",
    "Client",
    "DetectsMachines",
    "Header",
    "Headers",
    "Number",
    "Sim",
    "Sip",
    "SipUri",
    "WhatsApp",
]

_METHOD_INVALID: Final = 13221
_SEND_DIGITS_INVALID: Final = 13222
_NUMBER_INVALID: Final = 13223
_SIP_METHOD_INVALID: Final = 13241
_SIP_URI_INVALID: Final = 13243
_CREDENTIALS_INVALID: Final = 13249

CALL_EVENTS: Final = ("initiated", "ringing", "answered", "completed")
MAX_IDENTITY: Final = 256
MAX_CREDENTIAL: Final = 256
_SIP_URI: Final = re.compile(r"sips?:[^\s@]+(@[^\s@]+)?", re.IGNORECASE)

_amd_method: Final = kinds.one_of("Enable", "DetectMessageEnd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Callee:
    """What all that Dial calls have: a whisper `url`, and callbacks of the call's progress.

    `url` is as written; it may be relative to that of the document.
    """

    url: str | None = attribute("url", kinds.url, code=URL_INVALID)
    method: str = attribute("method", kinds.method, default="POST", code=_METHOD_INVALID)
    status_callback_event: tuple[str, ...] = attribute(
        "statusCallbackEvent",
        kinds.words(*CALL_EVENTS),
        default=("completed",),
        code=EVENT_INVALID,
    )
    status_callback: str | None = attribute(
        "statusCallback", kinds.url, code=STATUS_CALLBACK_INVALID
    )
    status_callback_method: str = attribute("statusCallbackMethod", kinds.method, default="POST")
    line: int | None = written_at()


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectsMachines(Callee):
    """A callee of whom it may be found out whether a machine answered (6.4).

    `machine_detection` is `Enable`, `DetectMessageEnd` or None; the times are in seconds for the
    timeout, and else in milliseconds.
    """

    machine_detection: str | None = attribute(
        "machineDetection", _amd_method, code=AMD_MODE_INVALID
    )
    amd_status_callback: str | None = attribute("amdStatusCallback", kinds.url, code=AMD_INVALID)
    amd_status_callback_method: str = attribute(
        "amdStatusCallbackMethod", kinds.method, default="POST", code=AMD_INVALID
    )
    machine_detection_timeout: int = attribute(
        "machineDetectionTimeout", kinds.integer(3, 59), default=30, code=AMD_INVALID
    )
    machine_detection_speech_threshold: int = attribute(
        "machineDetectionSpeechThreshold",
        kinds.integer(1000, 6000),
        default=2400,
        code=AMD_INVALID,
    )
    machine_detection_speech_end_threshold: int = attribute(
        "machineDetectionSpeechEndThreshold",
        kinds.integer(500, 5000),
        default=1200,
        code=AMD_INVALID,
    )
    machine_detection_silence_timeout: int = attribute(
        "machineDetectionSilenceTimeout",
        kinds.integer(2000, 10000),
        default=5000,
        code=AMD_INVALID,
    )


def _has_number(number: Number) -> tuple[int, str] | None:
    return None if number.phone_number else (_NUMBER_INVALID, "has no number. It is not called.")


@element("Number", check=_has_number)
@dataclass(frozen=True, slots=True, kw_only=True)
class Number(DetectsMachines):
    """`<Number>`: a telephone number as written, and the keys that are pressed once it answers."""

    phone_number: str = text()
    send_digits: str | None = attribute("sendDigits", kinds.tones, code=_SEND_DIGITS_INVALID)
    byoc: str | None = attribute("byoc", kinds.text)


def _has_identity(client: Client) -> tuple[int, str] | None:
    if 0 < len(client.identity) <= MAX_IDENTITY:
        return None
    return NESTED_IN_DIAL, f"must name an identity of {MAX_IDENTITY} characters at most."


@element("Client", check=_has_identity)
@dataclass(frozen=True, slots=True, kw_only=True)
class Client(Callee):
    """`<Client>`: an identity, as its text or in `<Identity>`, and parameters for its app."""

    identity: str = text(nested="Identity")
    parameters: tuple[Parameter, ...] = children(lambda: (Parameter,))


@element("Header")
@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """`<Header>`: a SIP header."""

    name: str | None = attribute("name", kinds.text)
    value: str | None = attribute("value", kinds.text)
    line: int | None = written_at()


@element("Headers")
@dataclass(frozen=True, slots=True, kw_only=True)
class Headers:
    """`<Headers>`: the SIP headers of a call."""

    headers: tuple[Header, ...] = children(lambda: (Header,))
    line: int | None = written_at()


@element("Uri")
@dataclass(frozen=True, slots=True, kw_only=True)
class SipUri:
    """`<Uri>`: one of several SIP addresses, with its priority and weight."""

    sip_url: str = text()
    priority: str | None = attribute("priority", kinds.text)
    weight: str | None = attribute("weight", kinds.text)
    username: str | None = attribute(
        "username", kinds.letters(MAX_CREDENTIAL), code=_CREDENTIALS_INVALID
    )
    password: str | None = attribute(
        "password", kinds.letters(MAX_CREDENTIAL), code=_CREDENTIALS_INVALID
    )
    line: int | None = written_at()


def _has_sip_address(sip: Sip) -> tuple[int, str] | None:
    addresses = [each.sip_url for each in sip.uris] or [sip.sip_url]
    if all(map(_SIP_URI.fullmatch, addresses)):
        return None
    return _SIP_URI_INVALID, "must be a URI like sip:jo@example.com. It is not called."


@element("Sip", check=_has_sip_address)
@dataclass(frozen=True, slots=True, kw_only=True)
class Sip(DetectsMachines):
    """`<Sip>`: a SIP address, as its text or in elements `<Uri>`, and headers for it."""

    method: str = attribute("method", kinds.method, default="POST", code=_SIP_METHOD_INVALID)
    sip_url: str = text()
    username: str | None = attribute(
        "username", kinds.letters(MAX_CREDENTIAL), code=_CREDENTIALS_INVALID
    )
    password: str | None = attribute(
        "password", kinds.letters(MAX_CREDENTIAL), code=_CREDENTIALS_INVALID
    )
    uris: tuple[SipUri, ...] = children(lambda: (SipUri,))
    headers: tuple[Headers, ...] = children(lambda: (Headers,))


@element("Sim")
@dataclass(frozen=True, slots=True, kw_only=True)
class Sim:
    """`<Sim>`: a SIM card by its SID."""

    sim_sid: str = text()
    line: int | None = written_at()


@element("Application")
@dataclass(frozen=True, slots=True, kw_only=True)
class Application(Callee):
    """`<Application>`: a TwiML application by its SID, as its text or in `<ApplicationSid>`."""

    application_sid: str = text(nested="ApplicationSid")
    customer_id: str | None = attribute("customerId", kinds.text)
    copy_parent_to: bool = attribute("copyParentTo", kinds.boolean, default=False)
    parameters: tuple[Parameter, ...] = children(lambda: (Parameter,))


@element("WhatsApp")
@dataclass(frozen=True, slots=True, kw_only=True)
class WhatsApp(Callee):
    """`<WhatsApp>`: a number that is called by WhatsApp."""

    phone_number: str = text()
