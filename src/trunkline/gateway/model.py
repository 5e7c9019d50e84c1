"""Values that all of the gateway speaks of, and the lifecycle of a connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from trunkline.lifecycle import Lifecycle

__all__ = ["CONNECTION_LIFECYCLE", "DEFAULT_USER", "Caller", "Connection", "Status"]

DEFAULT_USER = "default"  # of a tenant that names none: the tenant itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks: whose key or token it was, let in. Ids are UUIDs as text."""

    tenant_id: str
    tenant_key: str  # the tenant's name, unique on the platform
    user_id: str
    user_key: str  # the user's name, unique within the tenant
    world_id: str
    account_sid: str  # the account that the tenant's Trunkline connections act for
    key_id: str | None = None  # of the API key; None for a person who signed in
    is_admin: bool = False  # a token that says so; it changes nothing of what is visible
    email: str | None = None

    @property
    def subject(self) -> str:
        """What rates are counted by: the key, else the user."""
        return self.key_id or self.user_id


class Status(StrEnum):
    """How far a connection is. The words are those of the Maton contract, but for `archived`."""

    PENDING = "pending"  # made, and nobody entered credentials yet
    ACTIVE = "active"
    FAILED = "failed"  # the provider refuses its credentials: to be connected again
    ARCHIVED = "archived"  # deleted; its credentials are gone


_ANY_END = frozenset({Status.ACTIVE, Status.FAILED, Status.ARCHIVED})
CONNECTION_LIFECYCLE = Lifecycle(
    "connection",
    frozenset({Status.PENDING}),
    {
        Status.PENDING: _ANY_END,
        Status.ACTIVE: _ANY_END,
        Status.FAILED: _ANY_END,
        Status.ARCHIVED: frozenset(),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One account at one provider. What `sealed` holds is opened by `vault` alone, for one use."""

    id: str  # UUID, with dashes, as the API shows it
    tenant_id: str
    user_id: str
    connector: str  # the key of its connector
    key: str | None  # a name of the caller's own, unique within the user
    name: str
    status: Status
    method: str | None  # the key of the connector's method by which it is authorised
    settings: Mapping[str, Any] = field(default_factory=dict)  # not secret: e.g. a base URL
    metadata: Mapping[str, Any] = field(default_factory=dict)  # what the provider says it is
    error: str | None = None  # why it failed, in one sentence
    sealed: bytes | None = field(default=None, repr=False)
    revision: int = 0  # counts the changes of its credentials
    created_at: datetime
    updated_at: datetime
    last_used_at: datetime | None = None
    refresh_at: datetime | None = None  # when its access token ends, less a reserve
