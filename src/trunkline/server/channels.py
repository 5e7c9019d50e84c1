"""Put the senders of channels together."""

from __future__ import annotations

from trunkline.messaging.channels.change_senders import ChangeSenders
from trunkline.messaging.channels.resources import ChannelSenders
from trunkline.messaging.channels.typing_indicators import TypingIndicators
from trunkline.server.core import Core

__all__ = ["RESOURCES", "channel_resources"]

RESOURCES = (ChannelSenders, TypingIndicators)


def channel_resources(core: Core) -> tuple[object, ...]:
    """The resources of WhatsApp's and RCS's senders."""
    change = ChangeSenders(
        core.database,
        core.worlds,
        core.sids,
        core.own_numbers,
        online=core.settings.mode == "development",
    )
    return ChannelSenders(core.database, change), TypingIndicators(core.database)
