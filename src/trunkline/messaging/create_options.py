"""The create parameters that matter after the create, as they are kept with a message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from trunkline.messaging.content.render import Button
from trunkline.messaging.parameters import CreateMessageParameters
from trunkline.messaging.services.model import Service

__all__ = ["create_options"]

LONGEST_VALIDITY = 36_000  # seconds: what holds where nothing is said


def create_options(
    asked: CreateMessageParameters,
    service: Service | None = None,
    send_at: datetime | None = None,
    buttons: Sequence[Button] = (),
) -> dict[str, Any] | None:
    """The ones that were given, without the absent ones; None where that leaves none.

    `buttons` are those of a content template, on channels that show them.
    """
    chosen: dict[str, Any] = {}
    validity = asked.validity_period
    if validity is None and service is not None and service.validity_period != LONGEST_VALIDITY:
        validity = service.validity_period
    if validity is not None:
        chosen["validity_period"] = validity
    if send_at is not None:
        chosen["send_at"] = send_at.isoformat()
    if asked.content_retention == "discard":
        chosen["content_retention"] = "discard"
    if asked.address_retention == "obfuscate":
        chosen["address_retention"] = "obfuscate"
    if asked.provide_feedback:
        chosen["provide_feedback"] = True
    if asked.attempt is not None:
        chosen["attempt"] = asked.attempt
    if asked.persistent_action:
        chosen["persistent_action"] = list(asked.persistent_action)
    if buttons:
        chosen["buttons"] = msgspec.to_builtins(list(buttons))
    if asked.message_intent is not None:
        chosen["message_intent"] = asked.message_intent
    if asked.application_sid is not None:
        chosen["application_sid"] = asked.application_sid
    return chosen or None
