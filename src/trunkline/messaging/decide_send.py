"""Decide what becomes of a create request: refuse it by its code, or make the message.

Nothing is stored or sent here. The order of the checks is the one that Twilio was seen to keep:
the recipient, the sender, whether they fit, then what else was asked for (1.1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from trunkline.messaging.choose_sender import Numbers, choose_sender
from trunkline.messaging.make_message import MakeMessage
from trunkline.messaging.model import NewMessage
from trunkline.messaging.parameters import CreateMessageParameters
from trunkline.messaging.recipients import masked
from trunkline.messaging.text.segments import measure
from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity

__all__ = [
    "DecideSend",
    "refuse_content_templates",
    "refuse_what_needs_a_service",
    "valid_for_libphonenumber",
]


class DecideSend:
    """Makes a `NewMessage` of the parameters of a create request."""

    def __init__(
        self,
        *,
        numbers: Numbers,
        callback_of: Callable[[str, str], Any],
        make: MakeMessage,
        strict: Callable[[str], bool] | None = None,
    ) -> None:
        self._numbers = numbers
        self._callback_of = callback_of
        self._make = make
        self._strict = strict

    async def __call__(
        self, account: AccountIdentity, asked: CreateMessageParameters
    ) -> NewMessage:
        """The message to commit, or the `ApiError` of the first check that fails."""
        recipient = asked.to
        if self._strict is not None and not self._strict(recipient):
            raise catalogue.INVALID_TO(to=masked(recipient))
        refuse_what_needs_a_service(asked)
        assert asked.sender is not None  # services were refused just now
        sender, kind = choose_sender(
            self._numbers,
            world_id=account.world_id,
            account_sid=account.sid,
            raw=asked.sender,
            recipient=recipient,
            media=bool(asked.media_url),
        )
        refuse_content_templates(asked)
        callback = asked.status_callback or None
        if callback is None and asked.application_sid is not None:
            callback = await self._callback_of(account.sid, asked.application_sid)
        return self._make(
            account_id=account.sid[2:],
            world_id=account.world_id,
            direction="outbound-api",
            sender=sender,
            sender_kind=kind,
            recipient=recipient,
            text=measure(asked.body or "", smart_encoded=bool(asked.smart_encoded)),
            media_urls=asked.media_url,
            as_mms=bool(asked.send_as_mms),
            status_callback=callback,
            options=_options(asked),
            check_opt_out=True,
        )


def refuse_what_needs_a_service(asked: CreateMessageParameters) -> None:
    """Refuse what only a messaging service can do: there are none yet."""
    service = asked.messaging_service_sid is not None
    if asked.send_at is not None and asked.schedule_type is None:
        raise catalogue.SCHEDULE_TYPE_REQUIRED()
    if asked.schedule_type is not None:
        if not service:
            raise catalogue.SCHEDULE_WITHOUT_SERVICE()
        if asked.send_at is None:
            raise catalogue.SEND_AT_REQUIRED()
    if asked.shorten_urls and not service:
        raise catalogue.SHORTEN_URLS_WITHOUT_SERVICE()
    if asked.fallback_from and not service:
        raise catalogue.FALLBACK_FROM_WITHOUT_SERVICE()
    if service:
        raise catalogue.SERVICE_NOT_FOUND()


def refuse_content_templates(asked: CreateMessageParameters) -> None:
    """Refuse content templates: there are none yet, so no ContentSid can be valid."""
    if asked.content_variables is not None:
        if asked.content_sid is None:
            raise catalogue.CONTENT_SID_REQUIRED()
        if not _is_object_of_text(asked.content_variables):
            raise catalogue.CONTENT_VARIABLES_INVALID()
    if asked.content_sid is not None:
        raise catalogue.CONTENT_SID_INVALID()


def _is_object_of_text(raw: str) -> bool:
    try:
        msgspec.json.decode(raw, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeEncodeError):
        return False
    return True


def _options(asked: CreateMessageParameters) -> dict[str, Any] | None:
    """The create parameters that matter after the create, without the absent ones."""
    chosen: dict[str, Any] = {}
    if asked.validity_period is not None:
        chosen["validity_period"] = asked.validity_period
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
    if asked.message_intent is not None:
        chosen["message_intent"] = asked.message_intent
    if asked.application_sid is not None:
        chosen["application_sid"] = asked.application_sid
    return chosen or None


def valid_for_libphonenumber(number: str) -> bool:
    """Whether libphonenumber calls the number valid (the strict mode of 21211)."""
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
