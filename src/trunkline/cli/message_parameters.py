"""The parameters that Twilio's create of a message takes, by name.

A table, because what declares them is the whole of messaging and would have to be imported; a
test holds it to the declaration.
"""

from __future__ import annotations

import re

__all__ = ["CONTENT", "MANY", "NAMES", "parameter_name"]

NAMES = (
    "To",
    "From",
    "MessagingServiceSid",
    "Body",
    "MediaUrl",
    "ContentSid",
    "ContentVariables",
    "StatusCallback",
    "ApplicationSid",
    "MaxPrice",
    "ProvideFeedback",
    "Attempt",
    "ValidityPeriod",
    "ForceDelivery",
    "ContentRetention",
    "AddressRetention",
    "SmartEncoded",
    "PersistentAction",
    "TrafficType",
    "ShortenUrls",
    "ScheduleType",
    "SendAt",
    "SendAsMms",
    "MessageIntent",
    "RiskCheck",
    "FallbackFrom",
)
MANY = frozenset({"MediaUrl", "PersistentAction"})  # may be given more than once
CONTENT = frozenset({"Body", "MediaUrl", "ContentSid"})  # a message needs one of them
BY_LETTERS = {name.lower(): name for name in NAMES}
BETWEEN = re.compile(r"[\s_-]")


def parameter_name(text: str) -> str | None:
    """The API's name: `media_url`, `mediaurl` and `MediaUrl` are one. None for no parameter."""
    return BY_LETTERS.get(BETWEEN.sub("", text).lower())
