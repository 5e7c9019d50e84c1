"""A call that is going on, as its session knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from trunkline.voice.model import DocumentSource, NewCall
from trunkline.webhooks.http import Jar

__all__ = ["LiveCall"]


@dataclass(slots=True, kw_only=True)
class LiveCall:
    """The facts of a call, its status as it is committed, and what the session keeps of it."""

    sid: str
    account_id: str
    world_id: str
    direction: str
    sender: str
    recipient: str
    status: str
    document: DocumentSource
    parent_sid: str | None = None
    forwarded_from: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    answered_frame: int | None = None  # engine time
    has_hung_up: bool = False  # the far end, of which the row is told with the call's last status
    duration: int = 0  # seconds, once it has ended
    jar: Jar = field(default_factory=Jar)  # the app's cookies (2.1)

    @classmethod
    def of(cls, call: NewCall) -> Self:
        """Of a call that was committed."""
        return cls(
            sid=call.sid,
            account_id=call.account_id,
            world_id=call.world_id,
            direction=call.direction,
            sender=call.sender,
            recipient=call.recipient,
            status=call.path[-1],
            document=call.document,
            parent_sid=call.parent_sid,
            forwarded_from=call.forwarded_from,
            options=call.options,
        )

    @property
    def account_sid(self) -> str:
        """The SID of its account."""
        return f"AC{self.account_id}"

    @property
    def told_status(self) -> str:
        """Its status as apps are told it: that of a call whose far end has hung up is the one that
        it is about to have."""
        if not self.has_hung_up:
            return self.status
        return "completed" if self.is_answered else "no-answer"

    @property
    def hops(self) -> int:
        """How many calls of this platform led to it, each dialled by the one before."""
        return int(self.options.get("hops", 0))

    @property
    def is_answered(self) -> bool:
        """Whether it was answered."""
        return self.answered_frame is not None
