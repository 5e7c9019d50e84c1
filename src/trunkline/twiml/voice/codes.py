"""Twilio's codes that more than one element of a call's TwiML warns with (Appendix B)."""

from __future__ import annotations

from typing import Final

__all__ = [
    "AMD_INVALID",
    "AMD_MODE_INVALID",
    "EVENT_INVALID",
    "NESTED_IN_DIAL",
    "RECORDING_CALLBACK_INVALID",
    "RECORDING_EVENT_INVALID",
    "STATUS_CALLBACK_INVALID",
    "TRIM_INVALID",
    "URL_INVALID",
]

URL_INVALID: Final = 11100  # a URL that has no code of its own
NESTED_IN_DIAL: Final = 13215
RECORDING_CALLBACK_INVALID: Final = 13256
RECORDING_EVENT_INVALID: Final = 13621
TRIM_INVALID: Final = 13699
AMD_MODE_INVALID: Final = 21234
AMD_INVALID: Final = 21263
STATUS_CALLBACK_INVALID: Final = 21609
EVENT_INVALID: Final = 21626
