"""Messages: their values and their lifecycle (behaviour 1.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from trunkline.lifecycle import Lifecycle
from trunkline.store.group_commit import Job
from trunkline.store.transitions import TransitionRefused

__all__ = [
    "FINISHED",
    "MESSAGE",
    "Dispatch",
    "NewMessage",
    "Opening",
    "has_ended",
    "is_mms_sid",
]

MESSAGE = Lifecycle(
    noun="message",
    initial=frozenset({"accepted", "queued", "scheduled", "receiving"}),
    steps={
        "accepted": frozenset({"queued", "failed"}),
        "scheduled": frozenset({"queued", "canceled"}),
        "queued": frozenset({"sending", "failed"}),
        "sending": frozenset({"sent", "failed", "undelivered"}),
        "sent": frozenset({"delivered", "undelivered"}),
        "delivered": frozenset({"read"}),
        "undelivered": frozenset(),
        "failed": frozenset(),
        "canceled": frozenset(),
        "read": frozenset(),
        "receiving": frozenset({"received"}),
        "received": frozenset(),
    },
)

# A message in one of these may be redacted and deleted (1.5, 1.7). `sent` may be the last
# status there is, when no receipt comes.
FINISHED = frozenset({"sent", "delivered", "undelivered", "failed", "canceled", "received", "read"})


def has_ended(refusal: TransitionRefused) -> bool:
    """Whether a refused transition came too late: the message is gone, or has its last status."""
    return refusal.status is None or MESSAGE.is_terminal(refusal.status)


def is_mms_sid(sid: str) -> bool:
    """Whether the SID is of a message with media."""
    return sid.startswith("MM")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message that was decided on and is ready to be committed."""

    sid: str
    account_id: str
    world_id: str
    direction: str
    path: tuple[str, ...]  # the statuses that it starts with: the last one is stored
    sender: str | None
    recipient: str
    body: str
    num_segments: int
    num_media: int
    created_at: datetime  # world time
    real_time: datetime
    carrier: str | None = None
    status_callback: str | None = None
    media_urls: tuple[str, ...] = ()
    options: Mapping[str, Any] | None = None  # create parameters that matter later
    facts: Mapping[str, Any] | None = None  # how it was decided, for `trunkline why`
    step: str | None = None  # of the dispatch queue; None: there is nothing to dispatch
    due_at: datetime | None = None  # world time of a message that is scheduled
    service_id: str | None = None  # of the messaging service that it is sent or received by
    check_opt_out: bool = False

    @property
    def mms(self) -> bool:
        """Whether the SID is an MM."""
        return is_mms_sid(self.sid)

    @property
    def sent_at(self) -> datetime | None:
        """When it was sent, as far as that is known at its creation: of one that came in."""
        return self.created_at if self.direction == "inbound" else None

    @property
    def status(self) -> str:
        """The status that is stored and answered."""
        return self.path[-1]


@dataclass(slots=True, kw_only=True)
class Dispatch:
    """A message on its way out: a row of the dispatch queue with what a carrier needs."""

    sid: str
    account_id: str
    world_id: str
    sender: str  # empty until the step `choose` has found one in the pool of the service
    recipient: str
    carrier: str
    step: str  # "media", "choose", "submit", "deliver" or "in_doubt"
    due_at: datetime  # world time
    created_at: datetime  # world time from which `validity` counts: of a scheduled one, its time
    validity: int  # seconds
    num_segments: int
    num_media: int
    body: str | None = None  # None: to be read again before it goes to a real carrier
    status: str = "queued"
    attempt: int = 0
    ready_at: datetime | None = None  # world time at which its turn came
    options: Mapping[str, Any] | None = None
    service_id: str | None = None
    opening: Opening | None = None  # to be written with the next transition
    turn: Job | None = None  # what it used up of its sender's rate: committed with its submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What becomes of an `accepted` or `scheduled` message when its turn comes: the statuses that
    it enters before all others, and what was chosen for it. Written with the first transition
    after it, so that it costs no commit of its own."""

    path: tuple[str, ...] = ("queued",)
    sender: str | None = None  # None: it has one already
    num_segments: int | None = None  # None: as it was counted at the create
    num_media: int | None = None  # None: as many as it was created with
    facts: Mapping[str, Any] = field(default_factory=dict)  # why it is this sender
    jobs: tuple[Job, ...] = ()  # what else is to be committed with it

    @property
    def changes(self) -> dict[str, Any]:
        """The columns that the transition sets."""
        changes: dict[str, Any] = {}
        if self.sender is not None:
            changes["sender"] = self.sender
        if self.num_segments is not None:
            changes["num_segments"] = self.num_segments
        if self.num_media is not None:
            changes["num_media"] = self.num_media
        return changes
