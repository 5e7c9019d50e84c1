"""Decide what becomes of a create request: refuse it by its code, or make the message.

Nothing is stored or sent here. The order of the checks is the one that Twilio was seen to keep:
the recipient, the sender, whether they fit, then what else was asked for (1.1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from trunkline.carriers import Routes
from trunkline.clock import Clock
from trunkline.messaging.model import NewMessage
from trunkline.messaging.parameters import CreateMessageParameters
from trunkline.messaging.recipients import is_channel_address, is_e164, masked
from trunkline.messaging.segments import Segmentation, measure
from trunkline.numbers import (
    OwnNumber,
    is_alphanumeric_sender,
    is_short_code,
    normalise,
)
from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import SidFactory
from trunkline.worlds import Worlds

__all__ = [
    "DecideSend",
    "refuse_content_templates",
    "refuse_what_needs_a_service",
    "valid_for_libphonenumber",
]


class Numbers(Protocol):
    """What is asked of the numbers family."""

    def find(self, world_id: str, number: str) -> OwnNumber | None:
        """The number of the world, or None."""


class DecideSend:
    """Makes a `NewMessage` of the parameters of a create request."""

    def __init__(
        self,
        *,
        numbers: Numbers,
        callback_of: Callable[[str, str], Any],
        routes: Routes,
        worlds: Worlds,
        clock: Clock,
        sids: SidFactory,
        strict: Callable[[str], bool] | None = None,
    ) -> None:
        self._numbers = numbers
        self._callback_of = callback_of
        self._routes = routes
        self._worlds = worlds
        self._clock = clock
        self._sids = sids
        self._strict = strict

    async def __call__(
        self, account: AccountIdentity, asked: CreateMessageParameters
    ) -> NewMessage:
        """The message to commit, or the `ApiError` of the first check that fails."""
        recipient = asked.to
        if self._strict is not None and not self._strict(recipient):
            raise catalogue.INVALID_TO(to=masked(recipient))
        refuse_what_needs_a_service(asked)
        sender, kind = self._sender(account, asked, recipient)
        refuse_content_templates(asked)
        text = measure(asked.body or "", smart_encoded=bool(asked.smart_encoded))
        callback = asked.status_callback or None
        if callback is None and asked.application_sid is not None:
            callback = await self._callback_of(account.sid, asked.application_sid)
        route = self._routes.route(recipient)
        mms = bool(asked.media_url) or bool(asked.send_as_mms)
        segments = 1 if mms else text.segments
        return NewMessage(
            sid=self._sids.new("MM" if mms else "SM"),
            account_id=account.sid[2:],
            world_id=account.world_id,
            direction="outbound-api",
            path=("queued",),
            sender=sender,
            recipient=recipient,
            body=text.body,
            num_segments=segments,
            num_media=len(asked.media_url),
            created_at=self._worlds.clock(account.world_id).now(),
            real_time=self._clock.now(),
            carrier=route,
            status_callback=callback,
            media_urls=tuple(asked.media_url),
            options=_options(asked),
            facts=_facts(kind, route, text, segments),
            step="media" if asked.media_url else "submit",
            check_opt_out=True,
        )

    def _sender(
        self, account: AccountIdentity, asked: CreateMessageParameters, recipient: str
    ) -> tuple[str, str]:
        """The sender as it is stored, and what kind of sender it is."""
        raw = asked.sender
        assert raw is not None  # services were refused above
        if is_channel_address(raw):
            raise catalogue.CHANNEL_MISMATCH()
        number = normalise(raw)
        if number is None:
            return self._other_sender(raw.strip(), recipient)
        if not is_e164(number):
            raise catalogue.INVALID_FROM(sender=number)
        if number == recipient:
            raise catalogue.SAME_TO_AND_FROM(to=recipient)
        own = self._numbers.find(account.world_id, number)
        if own is None:
            raise catalogue.FROM_NOT_OWNED(sender=number)
        if own.account_sid != account.sid:
            raise catalogue.FROM_OTHER_ACCOUNT(sender=number, account=account.sid)
        if not own.sms_capable:
            raise catalogue.FROM_NOT_SMS(sender=number)
        if asked.media_url and not own.mms_capable:
            raise catalogue.FROM_NOT_MMS(sender=number)
        return number, own.type

    def _other_sender(self, raw: str, recipient: str) -> tuple[str, str]:
        if is_short_code(raw):
            raise catalogue.FROM_NOT_OWNED(sender=raw)
        if not is_alphanumeric_sender(raw):
            raise catalogue.INVALID_FROM(sender=raw[:64])
        # Alphanumeric senders cannot be used towards the United States and Canada.
        if recipient.startswith("+1"):
            raise catalogue.NOT_REACHABLE(to=recipient, sender=raw)
        return raw, "alphanumeric"


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


def _facts(kind: str, route: str, text: Segmentation, segments: int) -> dict[str, Any]:
    """What `trunkline why` tells of the decision. Never the text, never a number."""
    return {
        "sender": kind,
        "route": route,
        "encoding": text.encoding,
        "units": text.units,
        "segments": segments,
    }


def valid_for_libphonenumber(number: str) -> bool:
    """Whether libphonenumber calls the number valid (the strict mode of 21211)."""
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
