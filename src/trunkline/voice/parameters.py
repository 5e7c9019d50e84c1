"""The declared parameters of the Calls operations (behaviour 6.1, 6.3, 6.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from trunkline.rest import catalogue
from trunkline.rest.parameters import (
    Boolean,
    Choice,
    DateRange,
    Integer,
    Method,
    Sid,
    Text,
    Url,
    declared,
    parameter,
)
from trunkline.voice.addresses import Called, Caller
from trunkline.voice.kinds import DialledDigits, Events, LenientInteger, Seconds, SipCredential

__all__ = [
    "MOST_RINGING",
    "RINGING",
    "STATUSES",
    "TIME_LIMIT",
    "CreateCallParameters",
    "ListCallParameters",
    "UpdateCallParameters",
]

RINGING = 60  # seconds until there is no answer
MOST_RINGING = 600
TIME_LIMIT = 14_400  # seconds that a call may last
MOST_TIME_LIMIT = 86_400
MOST_TWIML = 4000  # characters
MOST_ADDRESS = 1600  # characters of a filter
# In the order of the official enumeration.
STATUSES = (
    "queued",
    "ringing",
    "in-progress",
    "completed",
    "busy",
    "failed",
    "no-answer",
    "canceled",
)
Span = tuple[datetime, datetime]
_url = Url(catalogue.CALL_URL_INVALID, empty=True, underscore=True)
_callback = Url(catalogue.CALLBACK_INVALID, empty=True)
_method = Method(catalogue.CALL_METHOD_INVALID)
_twiml = Text(MOST_TWIML, catalogue.TWIML_TOO_LONG)
_time_limit = Integer(1, MOST_TIME_LIMIT)


@declared
class CreateCallParameters:
    """Whom to call, as whom, and where the TwiML comes from: Url, Twiml or ApplicationSid."""

    to: str = parameter("To", Called(), "Whom to call: E.164, `client:name` or `sip:user@host`.")
    sender: str = parameter(
        "From", Caller(), "As whom: a phone number of the account; to a client or SIP, a client."
    )
    url: str | None = parameter("Url", _url, "What gives the TwiML once the call is answered.")
    method: str | None = parameter("Method", _method, "Of the request for Url: POST.")
    fallback_url: str | None = parameter(
        "FallbackUrl", _url, "What gives the TwiML when Url fails or gives none."
    )
    fallback_method: str | None = parameter(
        "FallbackMethod", _method, "Of the request for FallbackUrl: POST."
    )
    twiml: str | None = parameter(
        "Twiml", _twiml, "The TwiML itself, at most 4,000 characters. With Url it is ignored."
    )
    application_sid: str | None = parameter(
        "ApplicationSid",
        Sid(("AP",), catalogue.INVALID_APPLICATION),
        "Its voice URLs and status callback are used, and those of the request are ignored.",
    )
    status_callback: str | None = parameter(
        "StatusCallback", _callback, "Where the progress of the call is told."
    )
    status_callback_event: Sequence[tuple[str, ...]] = parameter(
        "StatusCallbackEvent",
        Events(("initiated", "ringing", "answered", "completed")),
        "Which events are told: `completed` alone, if none is named.",
        many=True,
    )
    status_callback_method: str | None = parameter(
        "StatusCallbackMethod", _method, "Of the request for StatusCallback: POST."
    )
    send_digits: str | None = parameter(
        "SendDigits", DialledDigits(), "Keys to press once it is answered; `w` waits 0.5 s."
    )
    timeout: int | None = parameter(
        "Timeout",
        Seconds(MOST_RINGING, catalogue.CALL_TIMEOUT_INVALID),
        "Seconds that it may ring: 60, at most 600.",
    )
    time_limit: int | None = parameter(
        "TimeLimit", _time_limit, "Seconds that it may last: 14,400, at most 86,400."
    )
    caller_id: str | None = parameter(
        "CallerId", Caller(empty=True), "Whom the far end sees instead of From."
    )
    call_reason: str | None = parameter(
        "CallReason", Text(50), "Stored only: branded calls are not served."
    )
    record: bool | None = parameter("Record", Boolean(), "Whether to record the call.")
    recording_channels: str | None = parameter(
        "RecordingChannels",
        Choice(("mono", "dual")),
        "`mono` (default), or a channel for each end.",
    )
    recording_track: str | None = parameter(
        "RecordingTrack", Choice(("inbound", "outbound", "both")), "What is recorded: `both`."
    )
    recording_status_callback: str | None = parameter(
        "RecordingStatusCallback", _callback, "Where it is told that the recording is there."
    )
    recording_status_callback_method: str | None = parameter(
        "RecordingStatusCallbackMethod", _method, "Of that request: POST."
    )
    recording_status_callback_event: Sequence[tuple[str, ...]] = parameter(
        "RecordingStatusCallbackEvent",
        Events(("in-progress", "completed", "absent")),
        "Which events are told of the recording: `completed`.",
        many=True,
    )
    recording_configuration_id: str | None = parameter(
        "RecordingConfigurationId", Text(64), "No effect yet."
    )
    trim: str | None = parameter(
        "Trim",
        Choice(("trim-silence", "do-not-trim")),
        "Whether the recording loses silence at its ends: `trim-silence`.",
    )
    machine_detection: str | None = parameter(
        "MachineDetection",
        Choice(("Enable", "DetectMessageEnd"), catalogue.MACHINE_DETECTION_INVALID),
        "Stored only: whether a human answered is not found out yet. With SendDigits ignored.",
    )
    machine_detection_timeout: int | str | None = parameter(
        "MachineDetectionTimeout", LenientInteger(3, 59), "Seconds: 30."
    )
    machine_detection_speech_threshold: int | str | None = parameter(
        "MachineDetectionSpeechThreshold", LenientInteger(1000, 6000), "Milliseconds: 2400."
    )
    machine_detection_speech_end_threshold: int | str | None = parameter(
        "MachineDetectionSpeechEndThreshold", LenientInteger(500, 5000), "Milliseconds: 1200."
    )
    machine_detection_silence_timeout: int | str | None = parameter(
        "MachineDetectionSilenceTimeout", LenientInteger(2000, 10_000), "Milliseconds: 5000."
    )
    async_amd: str | None = parameter(
        "AsyncAmd",
        Choice(("true", "false"), catalogue.MACHINE_DETECTION_INVALID, fold=True),
        "`true`: the call goes on while it is found out who answered.",
    )
    async_amd_status_callback: str | None = parameter(
        "AsyncAmdStatusCallback", _callback, "Where it is told who answered."
    )
    async_amd_status_callback_method: str | None = parameter(
        "AsyncAmdStatusCallbackMethod", _method, "Of that request: POST."
    )
    sip_auth_username: str | None = parameter(
        "SipAuthUsername",
        SipCredential(catalogue.SIP_USERNAME_TOO_LONG, catalogue.SIP_USERNAME_INVALID),
        "No effect yet: SIP is not served.",
    )
    sip_auth_password: str | None = parameter(
        "SipAuthPassword",
        SipCredential(catalogue.SIP_PASSWORD_TOO_LONG, catalogue.SIP_PASSWORD_INVALID),
        "No effect yet.",
    )
    byoc: str | None = parameter("Byoc", Sid(("BY",)), "No effect yet.")
    passports: str | None = parameter("Passports", Text(), "No effect yet.")
    call_token: str | None = parameter("CallToken", Text(), "No effect yet.")
    client_notification_url: str | None = parameter("ClientNotificationUrl", _url, "No effect yet.")

    @staticmethod
    def presence(form: Mapping[str, Sequence[str]]) -> None:
        """What is missing is told before what is wrong."""
        if not _given(form, "To"):
            raise catalogue.CALL_TO_REQUIRED()
        if not _given(form, "From"):
            raise catalogue.CALL_FROM_REQUIRED()
        if not any(_given(form, name) for name in ("Url", "Twiml", "ApplicationSid")):
            raise catalogue.CALL_URL_REQUIRED()
        if _given(form, "SipAuthUsername") and not _given(form, "SipAuthPassword"):
            raise catalogue.SIP_PASSWORD_REQUIRED()


def _given(form: Mapping[str, Sequence[str]], name: str) -> bool:
    return bool(form.get(name, ("",))[-1].strip())


@declared
class UpdateCallParameters:
    """Hang up, or go on with another document; or change what is told, and how long it lasts."""

    status: str | None = parameter(
        "Status",
        Choice(("canceled", "completed"), catalogue.CALL_STATUS_INVALID),
        "`completed` hangs up; `canceled` only a call that was not answered yet.",
    )
    url: str | None = parameter("Url", _url, "What gives the TwiML with which it goes on.")
    method: str | None = parameter("Method", _method, "Of the request for Url: POST.")
    fallback_url: str | None = parameter(
        "FallbackUrl", _url, "What gives the TwiML when Url fails."
    )
    fallback_method: str | None = parameter(
        "FallbackMethod", _method, "Of the request for FallbackUrl: POST."
    )
    twiml: str | None = parameter("Twiml", _twiml, "The TwiML itself; not together with Url.")
    status_callback: str | None = parameter(
        "StatusCallback", _callback, "Where the progress of the call is told from now on."
    )
    status_callback_method: str | None = parameter(
        "StatusCallbackMethod", _method, "Of the request for StatusCallback: POST."
    )
    time_limit: int | None = parameter(
        "TimeLimit", _time_limit, "Seconds that it may last, from its answer on."
    )


@declared
class ListCallParameters:
    """Filters; an address is matched exactly."""

    to: str | None = parameter("To", Text(MOST_ADDRESS), "Who was called.")
    sender: str | None = parameter("From", Text(MOST_ADDRESS), "Who called.")
    parent_call_sid: str | None = parameter(
        "ParentCallSid", Sid(("CA",)), "Calls that this call dialled."
    )
    status: str | None = parameter("Status", Choice(STATUSES), "Calls of this status.")
    start_time: Span | None = parameter("StartTime", DateRange(), "Begun on this day.")
    start_time_before: Span | None = parameter(
        "StartTime<", DateRange(), "Begun on or before this day."
    )
    start_time_after: Span | None = parameter(
        "StartTime>", DateRange(), "Begun on or after this day."
    )
    end_time: Span | None = parameter("EndTime", DateRange(), "Ended on this day.")
    end_time_before: Span | None = parameter(
        "EndTime<", DateRange(), "Ended on or before this day."
    )
    end_time_after: Span | None = parameter("EndTime>", DateRange(), "Ended on or after this day.")
