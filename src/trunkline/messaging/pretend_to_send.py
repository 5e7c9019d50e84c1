"""What test credentials are answered: magic numbers decide, nothing is stored or sent (7.3)."""

from __future__ import annotations

from trunkline.messaging.decide_send import refuse_what_needs_a_service
from trunkline.messaging.model import NewMessage
from trunkline.messaging.parameters import CreateMessageParameters
from trunkline.messaging.recipients import channel_of, masked
from trunkline.messaging.text.segments import measure
from trunkline.numbers import normalise
from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import SidFactory
from trunkline.worlds import WorldClock

__all__ = ["pretend_to_send"]


def pretend_to_send(
    account: AccountIdentity,
    asked: CreateMessageParameters,
    sids: SidFactory,
    clock: WorldClock,
) -> NewMessage:
    """The message that a create would have made, or the error of a magic number."""
    _check_recipient(asked.to, asked.sender or "")
    refuse_what_needs_a_service(asked)
    if asked.messaging_service_sid is not None:
        raise catalogue.SERVICE_NOT_FOUND()  # test credentials have none
    sender = normalise(asked.sender or "") or (asked.sender or "")
    _check_sender(sender)
    if channel_of(asked.to) is not None:
        raise catalogue.CHANNEL_MISMATCH()
    if asked.content_sid is not None:
        raise catalogue.CONTENT_SID_INVALID()  # nor templates
    if asked.content_variables is not None:
        raise catalogue.CONTENT_SID_REQUIRED()
    text = measure(asked.body or "", smart_encoded=bool(asked.smart_encoded))
    mms = bool(asked.media_url) or bool(asked.send_as_mms)
    now = clock.now()
    return NewMessage(
        sid=sids.new("MM" if mms else "SM"),
        account_id=account.sid[2:],
        world_id=account.world_id,
        direction="outbound-api",
        path=("queued",),
        sender=sender,
        recipient=asked.to,
        body=text.body,
        num_segments=1 if mms else text.segments,
        num_media=len(asked.media_url),
        created_at=now,
        real_time=now,
    )


def _check_recipient(number: str, sender: str) -> None:
    match number:
        case "+15005550001":
            raise catalogue.INVALID_TO(to=masked(number))
        case "+15005550002":
            raise catalogue.NOT_REACHABLE(to=number, sender=sender)
        case "+15005550003":
            raise catalogue.GEO_PERMISSION(to=number)
        case "+15005550004":
            raise catalogue.OPTED_OUT()
        case "+15005550009":
            raise catalogue.NOT_MOBILE(to=number)


def _check_sender(sender: str) -> None:
    match sender:
        case "+15005550001":
            raise catalogue.INVALID_FROM(sender=sender)
        case "+15005550008":
            raise catalogue.FROM_QUEUE_FULL(sender=sender)
        case "+15005550006":
            return
    raise catalogue.FROM_NOT_CAPABLE(sender=sender[:64])
