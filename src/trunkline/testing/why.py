"""What `trunkline why` tells, as a value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from trunkline.testing.errors import hidden
from trunkline.testing.world import World

__all__ = ["Explanation", "explanation"]

__tracebackhide__ = hidden


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """All that is known of one message; as text, a line for each thing that happened to it."""

    sid: str
    """Its SID."""
    status: str
    """`delivered`, `undelivered`, …"""
    error_code: int | None
    """The error code that it ended with."""
    error_message: str | None
    """What that code means."""
    opted_out: bool
    """Whether the recipient has opted out of the sender."""
    waiting_for: str | None
    """What it has yet to go through."""
    due_at: datetime | None
    """The world's time at which that is due."""
    facts: Mapping[str, Any]
    """All that the control API tells, the timeline among it."""

    def __str__(self) -> str:
        error = f", error {self.error_code}: {self.error_message}" if self.error_code else ""
        head = f"{self.sid}  {self.status}{error}"
        due = f", due {self.due_at.isoformat(timespec='seconds')}" if self.due_at else ""
        waits = [f"  waits for: {self.waiting_for}{due}"] if self.waiting_for else []
        opted_out = ["  the recipient has opted out"] if self.opted_out else []
        events = [f"  {_event(event)}" for event in self.facts["timeline"]]
        return "\n".join([head, *waits, *opted_out, *events])


def explanation(world: World, sid: str) -> Explanation:
    """The explanation of a message. Raises TrunklineError."""
    known = world.control("GET", f"/messages/{quote(sid, safe='')}/explanation")
    due = known["due_at"]
    return Explanation(
        sid=known["sid"],
        status=known["status"],
        error_code=known["error_code"],
        error_message=known["error_message"],
        opted_out=known["opted_out"],
        waiting_for=known["waiting_for"],
        due_at=None if due is None else datetime.fromisoformat(due),
        facts=known,
    )


def _event(event: dict[str, Any]) -> str:
    details = "  ".join(
        f"{name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in event["data"].items()
    )
    kind = event["kind"].removeprefix("message.")
    return f"{event['world_time'][11:23]}  {kind}  {details}".rstrip()
