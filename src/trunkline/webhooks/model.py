"""A request to the customer's app as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trunkline.webhooks.form import Parameters

__all__ = ["Delivery", "Parameters"]


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One request to an app, which is made at least once: a row of the queue.

    Those of one subject go one after the other, in the order of their ids.
    """

    id: str  # 32 hex digits, greater than those made before
    token: str  # 32 hex digits: `I-Twilio-Idempotency-Token`, which a repetition keeps
    subject: str  # SID
    account_id: str  # 32 hex digits: its auth token signs
    world_id: str
    kind: str  # names the `DeliveryKind`
    url: str  # as it was configured: with userinfo and connection overrides
    method: str  # "POST" or "GET"
    data: dict[str, Any]  # what its kind needs to render it again; never the text of a message
    due_at: datetime  # world time
    created_at: datetime  # world time
    real_time: datetime
    parameters: Parameters | None = None  # None: its kind renders them
    attempt: int = 0  # how often it was begun by this process
