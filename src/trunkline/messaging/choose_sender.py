"""Whose number a message may come from: the checks of a sender, for creates and for replies."""

from __future__ import annotations

from typing import Protocol

from trunkline.messaging.recipients import is_channel_address, is_e164
from trunkline.numbers import (
    OwnNumber,
    is_alphanumeric_sender,
    is_short_code,
    normalise,
)
from trunkline.rest import catalogue

__all__ = ["Numbers", "choose_sender"]


class Numbers(Protocol):
    """What is asked of the numbers family."""

    def find(self, world_id: str, number: str) -> OwnNumber | None:
        """The number of the world, or None."""


def choose_sender(
    numbers: Numbers,
    *,
    world_id: str,
    account_sid: str,
    raw: str,
    recipient: str,
    media: bool,
) -> tuple[str, str]:
    """The sender as it is stored, and what kind of sender it is.

    Raises the `ApiError` of the first check that fails (1.1): CHANNEL_MISMATCH, INVALID_FROM,
    SAME_TO_AND_FROM, FROM_NOT_OWNED, FROM_OTHER_ACCOUNT, FROM_NOT_SMS, FROM_NOT_MMS,
    NOT_REACHABLE.
    """
    if is_channel_address(raw):
        raise catalogue.CHANNEL_MISMATCH()
    number = normalise(raw)
    if number is None:
        return _other_sender(raw.strip(), recipient)
    if not is_e164(number):
        raise catalogue.INVALID_FROM(sender=number)
    if number == recipient:
        raise catalogue.SAME_TO_AND_FROM(to=recipient)
    own = numbers.find(world_id, number)
    if own is None:
        raise catalogue.FROM_NOT_OWNED(sender=number)
    if own.account_sid != account_sid:
        raise catalogue.FROM_OTHER_ACCOUNT(sender=number, account=account_sid)
    if not own.sms_capable:
        raise catalogue.FROM_NOT_SMS(sender=number)
    if media and not own.mms_capable:
        raise catalogue.FROM_NOT_MMS(sender=number)
    return number, own.type


def _other_sender(raw: str, recipient: str) -> tuple[str, str]:
    if is_short_code(raw):
        raise catalogue.FROM_NOT_OWNED(sender=raw)
    if not is_alphanumeric_sender(raw):
        raise catalogue.INVALID_FROM(sender=raw[:64])
    # Alphanumeric senders cannot be used towards the United States and Canada.
    if recipient.startswith("+1"):
        raise catalogue.NOT_REACHABLE(to=recipient, sender=raw)
    return raw, "alphanumeric"
