"""Consents as values: who blocked or allowed whose messages, and how that is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

__all__ = [
    "SOURCES",
    "ConsentChange",
    "Evidence",
    "Method",
    "Status",
    "service_scope",
]

Status = Literal["blocked", "allowed"]
Method = Literal["keyword", "api", "import"]  # how the platform heard of it
# Where the person said so (Twilio, "Bulk Consents", `source`).
SOURCES = ("website", "offline", "opt-in-message", "opt-out-message", "others")


def service_scope(service_id: str) -> str:
    """The scope of all senders of a service, from its id in 32 hex digits."""
    return f"MG{service_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How it is known what a person wants."""

    method: Method
    keyword: str | None = None  # the word that was sent, as it is declared
    source: str | None = None
    ip: str | None = None  # from where the person, or whoever spoke for them, said so
    user_agent: str | None = None
    consented_at: datetime | None = None  # when the person said so, where that is told


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChange:
    """A recipient blocks or allows the messages of a scope: a sender's address, or the SID of a
    service for all of its senders. `id` (32 hex digits) names the entry in the history."""

    id: str
    account_id: str
    scope: str
    recipient: str
    status: Status
    moment: datetime  # world time
    evidence: Evidence = field(default_factory=lambda: Evidence(method="api"))
