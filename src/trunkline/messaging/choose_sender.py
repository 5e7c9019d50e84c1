"""Whose number a message may come from: the checks of a sender, for creates and for replies."""

from __future__ import annotations

from typing import Protocol

from trunkline.messaging.recipients import channel_of, is_channel_address, is_e164
from trunkline.numbers import (
    OwnNumber,
    country,
    is_alphanumeric_sender,
    is_short_code,
    normalise,
)
from trunkline.rest import catalogue

__all__ = ["Numbers", "choose_sender", "reaches"]


class Numbers(Protocol):
    """What is asked of the numbers family."""

    def find(self, world_id: str, number: str) -> OwnNumber | None:
        """The number, short code or channel sender of the world, or None."""


def choose_sender(
    numbers: Numbers,
    *,
    world_id: str,
    account_sid: str,
    raw: str,
    recipient: str,
    media: bool,
) -> tuple[str, str]:
    """The sender as it is stored, and what kind of sender it is: the `OwnNumber.type`, or
    `alphanumeric`.

    Raises the `ApiError` of the first check that fails (1.1): CHANNEL_MISMATCH, INVALID_FROM,
    SAME_TO_AND_FROM, FROM_NOT_OWNED, FROM_OTHER_ACCOUNT, FROM_NOT_SMS, FROM_NOT_MMS,
    NOT_REACHABLE, CHANNEL_FROM_NOT_FOUND.
    """
    channel = channel_of(recipient)
    if channel is not None or is_channel_address(raw.strip()):
        own = _of_channel(numbers, world_id, account_sid, raw.strip(), channel)
        if own.phone_number == recipient:
            raise catalogue.SAME_TO_AND_FROM(to=recipient)
        return own.phone_number, own.type
    sender = normalise(raw)
    if sender is None:
        sender = raw.strip()
        if not is_short_code(sender):
            return _name(sender, recipient), "alphanumeric"
    elif not is_e164(sender):
        raise catalogue.INVALID_FROM(sender=sender)
    if sender == recipient:
        raise catalogue.SAME_TO_AND_FROM(to=recipient)
    found = numbers.find(world_id, sender)
    if found is None:
        raise catalogue.FROM_NOT_OWNED(sender=sender)
    if found.account_sid != account_sid:
        raise catalogue.FROM_OTHER_ACCOUNT(sender=sender, account=account_sid)
    if not found.sms_capable:
        raise catalogue.FROM_NOT_SMS(sender=sender)
    if media and not found.mms_capable:
        raise catalogue.FROM_NOT_MMS(sender=sender)
    if not reaches(found, recipient):
        raise catalogue.FROM_NOT_OWNED(sender=sender)
    return sender, found.type


def reaches(own: OwnNumber, recipient: str) -> bool:
    """Whether a sender may be used towards a recipient: a short code works within its country,
    and a channel's sender on its channel alone."""
    if own.type == "short_code":
        return channel_of(recipient) is None and country(recipient) == own.iso_country
    return channel_of(own.phone_number) == channel_of(recipient)


def _of_channel(
    numbers: Numbers, world_id: str, account_sid: str, raw: str, channel: str | None
) -> OwnNumber:
    """The sender of a channel. Numbers are written as people do; the agents of RCS have names."""
    prefix, _, address = raw.partition(":")
    prefix = prefix.lower()
    if not is_channel_address(raw) or prefix != channel:
        raise catalogue.CHANNEL_MISMATCH()
    own = numbers.find(world_id, f"{prefix}:{normalise(address) or address.strip()}")
    if own is None or own.account_sid != account_sid or not own.sms_capable:
        raise catalogue.CHANNEL_FROM_NOT_FOUND()
    return own


def _name(raw: str, recipient: str) -> str:
    if not is_alphanumeric_sender(raw):
        raise catalogue.INVALID_FROM(sender=raw[:64])
    # Alphanumeric senders cannot be used towards the United States and Canada.
    if recipient.startswith("+1"):
        raise catalogue.NOT_REACHABLE(to=recipient, sender=raw)
    return raw
