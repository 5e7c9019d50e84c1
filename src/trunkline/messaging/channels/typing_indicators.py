"""`https://messaging.twilio.com/v2/Indicators/Typing.json`: a sender shows that it is writing."""

from __future__ import annotations

import msgspec

from trunkline.messaging.channels import queries
from trunkline.messaging.recipients import channel_of
from trunkline.rest import catalogue
from trunkline.rest.operation import Call, operation
from trunkline.rest.parameters import Choice, Sid, declared, parameter
from trunkline.store import Database

__all__ = ["TypingIndicators"]


class TypingIndicatorResource(msgspec.Struct, frozen=True):
    """That it is shown."""

    success: bool


@declared
class TypingIndicatorParameters:
    """Which conversation it is about."""

    channel: str | None = parameter("channel", Choice(("whatsapp",)), "The channel: whatsapp.")
    message_id: str | None = parameter(
        "messageId", Sid(("SM", "MM")), "A message that came in there."
    )


class TypingIndicators:
    """Shows a phone that somebody is writing. Virtual phones have no place to show it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @operation(
        "CreateTypingIndicator",
        "POST",
        "/v2/Indicators/Typing.json",
        product="messaging",
        parameters=TypingIndicatorParameters,
        returns=TypingIndicatorResource,
        status=200,
        formats=("json",),
    )
    async def create_typing_indicator(
        self, call: Call, parameters: TypingIndicatorParameters
    ) -> TypingIndicatorResource:
        """Show that a message is being written."""
        for name, value in (
            ("channel", parameters.channel),
            ("messageId", parameters.message_id),
        ):
            if value is None:
                raise catalogue.INVALID_PARAMETER(name=name, reason="it is required")
        assert parameters.message_id is not None
        row = await self._database.fetchrow(
            queries.FIND_INBOUND, parameters.message_id[2:], call.account.sid[2:]
        )
        if row is None or channel_of(row["sender"] or "") != parameters.channel:
            reason = "no message that came in on this channel"
            raise catalogue.INVALID_PARAMETER(name="messageId", reason=reason)
        return TypingIndicatorResource(True)
