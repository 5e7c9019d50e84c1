"""Calls as values: their lifecycle, and what is decided when one is made (behaviour 6.1, 6.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from trunkline.lifecycle import Lifecycle

__all__ = [
    "CALL",
    "EVENT_OF",
    "FINAL",
    "SHOWN",
    "CallbackTarget",
    "Direction",
    "DocumentSource",
    "NewCall",
]

Direction = Literal["inbound", "outbound-api", "outbound-dial"]

# `initiated` is told to status callbacks; the API shows `queued` until it rings.
CALL: Final = Lifecycle(
    noun="call",
    initial=frozenset({"queued", "initiated", "ringing"}),
    steps={
        "queued": frozenset({"initiated", "canceled", "failed"}),
        "initiated": frozenset(
            {"ringing", "in-progress", "busy", "no-answer", "failed", "canceled"}
        ),
        "ringing": frozenset(
            {"in-progress", "completed", "busy", "no-answer", "failed", "canceled"}
        ),
        "in-progress": frozenset({"completed"}),
        "completed": frozenset(),
        "busy": frozenset(),
        "no-answer": frozenset(),
        "failed": frozenset(),
        "canceled": frozenset(),
    },
)
FINAL: Final = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
SHOWN: Final[Mapping[str, str]] = {"initiated": "queued"}  # in the API
# The name by which StatusCallbackEvent subscribes to a status.
EVENT_OF: Final[Mapping[str, str]] = {
    "initiated": "initiated",
    "ringing": "ringing",
    "in-progress": "answered",
    **dict.fromkeys(FINAL, "completed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackTarget:
    """Where the progress of a call is told, and which events of it (`EVENT_OF`)."""

    url: str
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)

    def data(self) -> dict[str, Any]:
        """As it is kept in the column `status_callback`."""
        return {"url": self.url, "method": self.method, "events": list(self.events)}


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSource:
    """Where the TwiML of a call comes from: a text that was given, or a URL. None of both: there
    is nobody to ask."""

    twiml: str | None = None
    url: str | None = None
    method: str = "POST"
    fallback_url: str | None = None
    fallback_method: str = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCall:
    """A call that was decided on and is ready to be committed.

    `options` holds what matters later and is no column, by these names: `timeout` (seconds until
    no-answer, 60), `time_limit` (seconds, 14400), `send_digits`, `record` (a dict: `channels`,
    `track`, `trim`, `callback`, `callback_method`, `callback_events`), `caller_id`, `reason`,
    `amd` (a dict, for later), `application_sid`, `address_parameters` (the pairs behind the `?` of
    a client's or SIP address), `ignored` (names of parameters that do nothing
    yet), `hops` (how many calls of this platform called each other before it).
    """

    sid: str
    account_id: str
    world_id: str
    direction: Direction
    path: tuple[str, ...]  # the statuses that it starts with
    sender: str
    recipient: str
    document: DocumentSource
    created_at: datetime  # world time
    real_time: datetime
    parent_sid: str | None = None
    number_sid: str | None = None  # PN of the number that is called or calls
    forwarded_from: str | None = None
    status_callback: CallbackTarget | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
