"""Content templates as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

__all__ = ["SENDABLE", "TEMPLATES_TOPIC", "TYPES", "Template", "most_complex"]

# Topic of `Database.announce`: the key is the SID of a template that changed or went.
TEMPLATES_TOPIC = "content_templates"

# From the least to the most complex: of several, the most complex that a channel has is sent
# (https://www.twilio.com/docs/content/content-types-overview).
TYPES = (
    "twilio/text",
    "twilio/media",
    "twilio/location",
    "twilio/list-picker",
    "twilio/call-to-action",
    "twilio/quick-reply",
    "twilio/card",
    "twilio/carousel",
    "twilio/catalog",
    "twilio/flows",
    "twilio/schedule",
    "twilio/pay",
    "whatsapp/card",
    "whatsapp/flows",
    "whatsapp/authentication",
)
# Those that can be sent here; the others are kept.
SENDABLE = ("twilio/text", "twilio/media", "twilio/call-to-action", "twilio/quick-reply")


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """What sending needs to know of a template."""

    sid: str
    account_sid: str
    variables: Mapping[str, str]  # what counts for a variable that a message does not give
    types: Mapping[str, Mapping[str, Any]]


def most_complex(types: Mapping[str, Any]) -> str:
    """The name of the most complex of some content types, which are not none."""
    return max(types, key=TYPES.index)
