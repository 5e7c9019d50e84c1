"""The conversation of a world, for people and tests."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.control.operation import Call, operation
from trunkline.control.platform import ControlledPlatform
from trunkline.messaging.transcript import TranscriptEntry

__all__ = ["Transcript", "TranscriptResource"]


class TranscriptLimit(msgspec.Struct, forbid_unknown_fields=True):
    """How much of a transcript to show."""

    limit: Annotated[int, Meta(ge=1, le=1000, description="Newest messages to show")] = 200


class TranscribedMessage(msgspec.Struct, kw_only=True):
    """A message, or an automatic reply of the network, which has no SID and no status. Ids of
    messages and of requests to apps sort by the real time at which they were made."""

    id: str
    sid: str | None
    kind: str
    direction: str
    sender: str | None = msgspec.field(name="from")
    recipient: str = msgspec.field(name="to")
    body: str
    num_media: int
    status: str | None
    error_code: int | None
    error_message: str | None
    created_at: datetime
    waits_for: str | None
    due_at: datetime | None


class Transcript(msgspec.Struct):
    """What was said in a world, oldest first."""

    messages: list[TranscribedMessage]


class TranscriptResource:
    """The operation on transcripts."""

    def __init__(self, platform: ControlledPlatform) -> None:
        self._platform = platform

    @operation("GET", "/transcript", asks=TranscriptLimit, answers=Transcript)
    async def fetch_transcript(self, call: Call, asked: TranscriptLimit) -> Transcript:
        """Show what was said in a world, by all of its accounts and phones, oldest first."""
        entries = await self._platform.transcript(call.world.id, asked.limit)
        return Transcript([_shown(entry) for entry in entries])


def _shown(entry: TranscriptEntry) -> TranscribedMessage:
    return TranscribedMessage(
        id=entry.id,
        sid=entry.sid,
        kind=entry.kind,
        direction=entry.direction,
        sender=entry.sender,
        recipient=entry.recipient,
        body=entry.body,
        num_media=entry.num_media,
        status=entry.status,
        error_code=entry.error_code,
        error_message=entry.error_message,
        created_at=entry.created_at,
        waits_for=entry.waits_for,
        due_at=entry.due_at,
    )
