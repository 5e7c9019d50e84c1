"""What requests about messages of a channel say besides: in status callbacks (behaviour 2.5), and
where a message comes in (2.6)."""

from __future__ import annotations

from trunkline.messaging.recipients import channel_of, number_of
from trunkline.numbers import OwnNumber, national_format

__all__ = ["inbound_channel_parameters", "status_channel_parameters"]

# `failed` is told as `undelivered`: to the channel it is the same.
EVENTS = {
    "sent": "SENT",
    "delivered": "DELIVERED",
    "read": "READ",
    "undelivered": "UNDELIVERED",
    "failed": "UNDELIVERED",
}


def status_channel_parameters(
    recipient: str, status: str, own: OwnNumber | None
) -> list[tuple[str, str]]:
    """Of a status callback; nothing for SMS. `own` is the sender, None when it is gone."""
    channel = channel_of(recipient)
    if channel is None:
        return []
    parameters = [("ChannelPrefix", channel), ("ChannelToAddress", number_of(recipient))]
    if own is not None:
        parameters.append(("ChannelInstallSid", own.sid))
    if status in EVENTS:
        parameters.append(("EventType", EVENTS[status]))
    return parameters


def inbound_channel_parameters(sender: str) -> list[tuple[str, str]]:
    """Of the request about a message that came in; nothing unless WhatsApp brought it.

    A virtual phone's profile has its number for a name.
    """
    if channel_of(sender) != "whatsapp":
        return []
    number = number_of(sender)
    return [
        ("ReferralNumMedia", "0"),
        ("ProfileName", national_format(number)),
        ("WaId", number.removeprefix("+")),
    ]
