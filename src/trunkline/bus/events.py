"""What happened: the value that travels over the bus and over event streams."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

__all__ = ["Event"]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One committed event of one subject.

    `subject` is a SID, `seq` counts the subject's events from 1, `kind` is `noun.what`.
    Bodies are never in `data`: they live once, in message_content.
    """

    world: str
    account: str
    subject: str
    seq: int
    kind: str
    data: dict[str, Any]
    world_time: datetime
    real_time: datetime
