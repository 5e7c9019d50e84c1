"""Tenants, their users and keys, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from trunkline.gateway.errors import BadRequest
from trunkline.gateway.keys.key_text import token_of

__all__ = ["KeyInfo", "NewKey", "Tenant", "User", "checked_text"]

MOST_CHARACTERS = 200  # of a name or a key


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """What keys and connections are kept apart by."""

    id: str  # UUID with dashes
    key: str  # its name, unique on the platform
    world_id: str  # 32 hex digits, as `worlds` has it
    account_sid: str  # the account that it acts for


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One of a tenant's customers."""

    id: str  # UUID with dashes
    tenant_id: str
    key: str  # its name, unique within the tenant
    name: str | None = None
    email: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)  # what the tenant says of it


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInfo:
    """A key as it may be shown: of the key itself a hint at most."""

    id: str  # UUID with dashes
    tenant: str  # the tenant's key
    user: str  # the user's key
    name: str
    hint: str  # the first characters
    workspace_key: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None  # to about a minute
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that was just made, and its secrets, which are told this once."""

    info: KeyInfo
    api_key: str = field(repr=False)  # for Authorization: Bearer
    workspace_secret: str = field(repr=False)  # signs tokens of the workspace

    @property
    def id(self) -> str:
        """The id of the key."""
        return self.info.id

    @property
    def workspace_key(self) -> str:
        """Names the workspace in tokens that are signed with its secret."""
        return self.info.workspace_key

    @property
    def token(self) -> str:
        """The key again, in the form that Membrane's client takes."""
        return token_of(self.api_key)


def checked_text(text: object, what: str) -> str:
    """`text`, which a person or a program chose: 1 to 200 characters that can be shown and kept.

    Raises BadRequest, which does not quote it.
    """
    if not isinstance(text, str) or not text.strip() or len(text) > MOST_CHARACTERS:
        raise BadRequest(f"{what} has 1 to {MOST_CHARACTERS} characters.")
    if any(ord(letter) < 32 or 0x7F <= ord(letter) < 0xA0 for letter in text):
        raise BadRequest(f"{what} has control characters.")
    if any(0xD800 <= ord(letter) < 0xE000 for letter in text):
        raise BadRequest(f"{what} has characters that are no Unicode text.")
    return text
