"""What a create request asks of a call for later: `NewCall.options` (behaviour 6.1, 6.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from trunkline.voice.addresses import split_parameters
from trunkline.voice.parameters import RINGING, TIME_LIMIT, CreateCallParameters

__all__ = ["AMD_CALLBACK_MISSING", "AMD_PARAMETERS", "call_options", "flattened", "warnings_of"]

AMD_CALLBACK_MISSING = 21262
AMD_PARAMETERS = 21263

# Attribute, API name, name in the options, default.
_amd = (
    ("machine_detection_timeout", "MachineDetectionTimeout", "timeout", 30),
    (
        "machine_detection_speech_threshold",
        "MachineDetectionSpeechThreshold",
        "speech_threshold",
        2400,
    ),
    (
        "machine_detection_speech_end_threshold",
        "MachineDetectionSpeechEndThreshold",
        "speech_end_threshold",
        1200,
    ),
    (
        "machine_detection_silence_timeout",
        "MachineDetectionSilenceTimeout",
        "silence_timeout",
        5000,
    ),
)
# What is taken and does nothing yet.
_ignored = (
    ("recording_configuration_id", "RecordingConfigurationId"),
    ("sip_auth_username", "SipAuthUsername"),
    ("sip_auth_password", "SipAuthPassword"),
    ("byoc", "Byoc"),
    ("passports", "Passports"),
    ("call_token", "CallToken"),
    ("client_notification_url", "ClientNotificationUrl"),
)


def call_options(asked: CreateCallParameters) -> dict[str, Any]:
    """The options of a call; what was not asked for and has no default is left out.

    Credentials for SIP are not among them: nothing would read them, so they are kept nowhere.
    """
    _, behind = split_parameters(asked.to)
    options: dict[str, Any] = {
        "timeout": asked.timeout or RINGING,
        "time_limit": asked.time_limit or TIME_LIMIT,
    }
    wanted: dict[str, Any] = {
        "send_digits": asked.send_digits,
        "record": _record(asked) if asked.record else None,
        "caller_id": asked.caller_id,
        "reason": asked.call_reason,
        "amd": _machine_detection(asked),
        "application_sid": asked.application_sid,
        "address_parameters": [list(pair) for pair in behind],
        "ignored": [name for attribute, name in _ignored if getattr(asked, attribute)],
    }
    options.update((name, value) for name, value in wanted.items() if value)
    return options


def warnings_of(asked: CreateCallParameters) -> list[tuple[int, str]]:
    """Code and sentence of what does not keep the call from being made, and yet is wrong."""
    if not _detects(asked):
        return []
    found = []
    for attribute, name, _, default in _amd:
        value = getattr(asked, attribute)
        if isinstance(value, str):
            found.append((AMD_PARAMETERS, f"{name} is {value}: {default} is used instead."))
    if asked.async_amd == "true" and not asked.async_amd_status_callback:
        sentence = "AsyncAmd is true, and there is no AsyncAmdStatusCallback to tell who answered."
        found.append((AMD_CALLBACK_MISSING, sentence))
    return found


def flattened(named: Iterable[Sequence[str]], default: str) -> list[str]:
    """The names of events, each once, in the order given."""
    return list(dict.fromkeys(word for words in named for word in words)) or [default]


def _record(asked: CreateCallParameters) -> dict[str, Any]:
    return {
        "channels": asked.recording_channels or "mono",
        "track": asked.recording_track or "both",
        "trim": asked.trim or "trim-silence",
        "callback": asked.recording_status_callback or None,
        "callback_method": asked.recording_status_callback_method or "POST",
        "callback_events": flattened(asked.recording_status_callback_event, "completed"),
    }


def _detects(asked: CreateCallParameters) -> bool:
    """Digits that are sent make it deaf to who answers."""
    return asked.machine_detection is not None and not asked.send_digits


def _machine_detection(asked: CreateCallParameters) -> dict[str, Any] | None:
    if not _detects(asked):
        return None
    settings: dict[str, Any] = {"mode": asked.machine_detection}
    for attribute, _, name, default in _amd:
        value = getattr(asked, attribute)
        settings[name] = value if isinstance(value, int) else default
    settings["async"] = asked.async_amd == "true"
    settings["callback"] = asked.async_amd_status_callback or None
    settings["callback_method"] = asked.async_amd_status_callback_method or "POST"
    return settings
