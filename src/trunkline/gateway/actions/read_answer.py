"""What a provider's answer says: the JSON object in it, or that it refused."""

from __future__ import annotations

import json
from typing import Any

from trunkline.gateway.actions.ask import Answered
from trunkline.gateway.errors import OutcomeUnknown, ProviderRefused

__all__ = ["MOST_BODY", "accepted", "object_of"]

MOST_BODY = 16_384  # characters of a refusal's body that are passed on
MOST_MESSAGE = 500  # characters of the provider's own sentence


def accepted(answer: Answered) -> None:
    """Raises ProviderRefused unless the provider did what was asked (2xx)."""
    if 200 <= answer.status < 300:
        return
    code, message = _twilio_error(answer.data)
    named = f"{answer.status}, error {code}" if code else str(answer.status)
    said = f": {message}" if message else "."
    raise ProviderRefused(
        f"The provider refused ({named}){said}",
        data={"status": answer.status, "body": _bounded(answer.data)},
    )


def object_of(answer: Answered, *, changes: bool) -> dict[str, Any]:
    """The JSON object of an answer. Where it has none: OutcomeUnknown if the request `changes`
    something, which may well have been done, else ProviderRefused."""
    accepted(answer)
    if isinstance(answer.data, dict):
        return answer.data
    data = {"status": answer.status, "body": _bounded(answer.data)}
    if changes:
        raise OutcomeUnknown(
            "The provider accepted the request, but its answer cannot be read: look whether it was "
            "done before asking again.",
            data=data,
        )
    raise ProviderRefused("The provider's answer is no JSON object.", data=data)


def _twilio_error(data: Any) -> tuple[int | None, str]:
    """Code and message as Twilio has them (https://www.twilio.com/docs/usage/twilios-response)."""
    if not isinstance(data, dict):
        return None, ""
    code, message = data.get("code"), data.get("message")
    whole = isinstance(code, int) and not isinstance(code, bool)
    text = " ".join(message.split())[:MOST_MESSAGE] if isinstance(message, str) else ""
    if text and text[-1] not in ".!?":
        text += "."
    return (code if whole else None), text


def _bounded(data: Any) -> Any:
    try:
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return None
    return data if len(text) <= MOST_BODY else text[:MOST_BODY]
