"""Messaging services and the senders of their pools as values (behaviour 5.1, 5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

__all__ = ["POOL_PREFIXES", "SERVICES_TOPIC", "PoolSender", "SenderKind", "Service"]

# Topic of `Database.announce`: the key is the id of a service whose settings or pool changed.
SERVICES_TOPIC = "messaging_services"

SenderKind = Literal["number", "short_code", "alpha", "destination_alpha", "channel"]

# What the SIDs of a pool's senders begin with, by kind.
POOL_PREFIXES: Mapping[str, str] = {
    "number": "PN",
    "short_code": "SC",
    "alpha": "AI",
    "destination_alpha": "AI",
    "channel": "XE",
}


class PoolSender(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One sender of a pool. What a number can do, and whose it is, `OwnNumbers` knows: a number
    may have been released or transferred a moment ago."""

    kind: SenderKind
    sid: str  # as the pool's lists show it: PN, SC, AI or XE
    sender: str  # E.164, a short code, an alphanumeric sender, or a channel address
    iso_country: str | None = None  # of a destination alpha sender: where it is used


class Service(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A messaging service, with what sending and receiving need to know of it."""

    sid: str
    account_sid: str
    world_id: str
    inbound_request_url: str | None
    inbound_method: str
    fallback_url: str | None
    fallback_method: str
    status_callback: str | None
    sticky_sender: bool
    mms_converter: bool
    smart_encoding: bool
    area_code_geomatch: bool
    validity_period: int  # seconds
    use_inbound_webhook_on_number: bool
    senders: tuple[PoolSender, ...]  # oldest first
