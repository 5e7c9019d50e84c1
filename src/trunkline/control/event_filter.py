"""Which events a listener wants, and between which numbers their messages and calls are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.bus import Event
from trunkline.control.errors import ControlError
from trunkline.control.platform import Between
from trunkline.messaging.model import MESSAGE
from trunkline.numbers import normalise
from trunkline.sids import is_sid
from trunkline.store import StoreUnavailable
from trunkline.voice.model import CALL, SHOWN

__all__ = ["Choose", "EventFilter", "Parties", "Wanted"]

MOST_KNOWN = 10_000  # messages and calls whose numbers a listener remembers
PATIENCE = 1.0  # seconds until a database that cannot be reached is asked again
FAILURES = frozenset(
    {
        "message.failed",
        "message.undelivered",
        "call.failed",
        "webhook.failed",
        "alert.recorded",
    }
)
# Those of calls as the API shows them; some are kept by other words.
STATUSES = {status: {f"message.{status}"} for status in MESSAGE.steps}
for kept in CALL.steps:
    STATUSES.setdefault(SHOWN.get(kept, kept), set()).add(f"call.{kept}")

Name = Annotated[str, Meta(max_length=200)]
Number = Annotated[
    str, Meta(max_length=64, description="A number in E.164, as messages and calls have it")
]
Parties = tuple[str | None, str]  # sender and recipient


class EventFilter(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which events are wanted; all of the world where nothing is named."""

    subject: Annotated[Name | None, Meta(description="A SID")] = None
    kind: Annotated[Name | None, Meta(description="A kind or what it starts with: `message.`")] = (
        None
    )
    account: Annotated[Name | None, Meta(description="An account's SID")] = None
    sender: Annotated[
        Number | None, Meta(description="About messages and calls from this number")
    ] = msgspec.field(name="from", default=None)
    recipient: Annotated[
        Number | None, Meta(description="About messages and calls to this number")
    ] = msgspec.field(name="to", default=None)
    number: Annotated[Number | None, Meta(description="About messages and calls from or to it")] = (
        None
    )
    status: Annotated[
        Name | None,
        Meta(description="Messages and calls that come to be so: `sent` or `failed,busy`"),
    ] = None
    errors: Annotated[bool, Meta(description="What failed, or has an error code")] = False
    webhooks: Annotated[
        bool | None, Meta(description="Requests to apps: true, only these; false, all but these")
    ] = None
    parties: Annotated[
        bool, Meta(description="Tell `from` and `to` of the message or call that an event is about")
    ] = False


class Wanted:
    """Whether an event passes, as far as the event itself tells."""

    def __init__(self, world_id: str, asked: EventFilter) -> None:
        """Refuses 422 for a status that no message and no call has."""
        self._world_id = world_id
        self._asked = asked
        statuses = [each.strip() for each in (asked.status or "").split(",") if each.strip()]
        for status in statuses:
            if status not in STATUSES:
                raise ControlError(
                    422,
                    "invalid_parameter",
                    f"'{status}' is no status of a message or a call: {', '.join(STATUSES)}.",
                )
        self._kinds = {kind for status in statuses for kind in STATUSES[status]}

    def __call__(self, event: Event) -> bool:
        asked = self._asked
        return (
            event.world == self._world_id
            and (asked.subject is None or event.subject == asked.subject)
            and (asked.kind is None or event.kind.startswith(asked.kind))
            and (asked.account is None or event.account == asked.account)
            and (not self._kinds or event.kind in self._kinds)
            and (not asked.errors or event.kind in FAILURES or "error_code" in event.data)
            and (asked.webhooks is None or asked.webhooks == event.kind.startswith("webhook."))
        )


class Choose:
    """Asks between which numbers messages and calls are, where the filter needs it.

    What is gone is between nobody: its events pass unless a number is asked for.
    """

    def __init__(self, world_id: str, asked: EventFilter, between: Between) -> None:
        self._world_id = world_id
        self._asked = asked
        self._between = between
        self._known: dict[str, Parties | None] = {}
        self._sender, self._recipient, self._number = (
            raw and (normalise(raw) or raw) for raw in (asked.sender, asked.recipient, asked.number)
        )
        self._by_number = bool(self._sender or self._recipient or self._number)

    @property
    def is_needed(self) -> bool:
        """Whether numbers matter at all."""
        return self._by_number or self._asked.parties

    async def __call__(self, events: Sequence[Event]) -> list[tuple[Event, Parties | None]]:
        """The events that pass, in their order, with sender and recipient."""
        sids = [_about(event) for event in events]
        await self._look({sid for sid in sids if sid is not None})
        chosen = []
        for event, sid in zip(events, sids, strict=True):
            parties = None if sid is None else self._known.get(sid)
            if not self._by_number or (parties is not None and self._passes(parties)):
                chosen.append((event, parties))
        return chosen

    def _passes(self, parties: Parties) -> bool:
        return (
            (not self._sender or self._sender == parties[0])
            and (not self._recipient or self._recipient == parties[1])
            and (not self._number or self._number in parties)
        )

    async def _look(self, sids: set[str]) -> None:
        unknown = sids - self._known.keys()
        if not unknown:
            return
        surplus = max(len(self._known) + len(unknown) - MOST_KNOWN, 0)
        not_asked = (sid for sid in self._known if sid not in sids)
        for sid in list(islice(not_asked, surplus)):
            del self._known[sid]
        found: Mapping[str, Parties] = {}
        while True:
            try:
                found = await self._between(self._world_id, sorted(unknown))
                break
            except StoreUnavailable:
                await asyncio.sleep(PATIENCE)  # nothing is lost: the events wait meanwhile
        self._known |= {sid: found.get(sid) for sid in unknown}


def _about(event: Event) -> str | None:
    """The SID of the message, call or recording that the event is about, or its alert."""
    for text in (event.subject, event.data.get("resource")):
        if isinstance(text, str) and is_sid(text, "SM", "MM", "CA", "RE"):
            return text
    return None
