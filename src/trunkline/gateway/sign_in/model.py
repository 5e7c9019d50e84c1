"""Values of signing in, how long things live, and what this part needs from others."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from trunkline.gateway.model import Caller

__all__ = [
    "ACCESS_LIFETIME",
    "AUTHORIZATION_CODE",
    "CODE_LIFETIME",
    "DEVICE_CODE",
    "DEVICE_LIFETIME",
    "GRANT_LIFETIME",
    "GRANT_TYPES",
    "PLATFORM_USER",
    "REFRESH_LIFETIME",
    "REFRESH_TOKEN",
    "SCOPES",
    "SHOWN_CODE_LIFETIME",
    "SIGN_IN_CODE_LIFETIME",
    "Client",
    "Entropy",
    "Grant",
    "Identify",
    "Notice",
    "People",
    "Person",
    "hashed",
    "new_secret",
    "shown_email",
]

AUTHORIZATION_CODE: Final = "authorization_code"
REFRESH_TOKEN: Final = "refresh_token"
DEVICE_CODE: Final = "urn:ietf:params:oauth:grant-type:device_code"
GRANT_TYPES: Final = (AUTHORIZATION_CODE, REFRESH_TOKEN, DEVICE_CODE)

PLATFORM_USER: Final = "platform-user"
SCOPES: Final = ("openid", "offline_access", "api", PLATFORM_USER, "tenant")

ACCESS_LIFETIME: Final = timedelta(hours=1)
REFRESH_LIFETIME: Final = timedelta(days=30)  # of each; every use gives a new one
GRANT_LIFETIME: Final = timedelta(days=180)  # then a person signs in again
CODE_LIFETIME: Final = timedelta(seconds=60)
SHOWN_CODE_LIFETIME: Final = timedelta(minutes=5)  # a person carries it to a terminal
SIGN_IN_CODE_LIFETIME: Final = timedelta(minutes=5)
DEVICE_LIFETIME: Final = timedelta(minutes=10)

Entropy = Callable[[int], bytes]
Identify = Callable[[str], Awaitable[Caller]]  # raises NotAuthenticated


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who allows a sign-in, and by what. `key_id` is the API key that was entered: when it ends,
    so does what was signed in with it."""

    tenant_id: str
    user_id: str
    key_id: str | None
    is_admin: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A program that people sign in with. All are public: they have no secret."""

    id: str
    name: str  # chosen by the program, unless `is_own`
    redirect_uris: tuple[str, ...]
    grant_types: tuple[str, ...]
    is_own: bool = False  # known from the start, with any redirect URI on the same computer


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One sign-in, until it ends or is revoked."""

    id: str
    parent_id: str | None
    client_id: str | None  # None: a token that was minted
    person: Person
    scope: str
    resource: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """For the audit: `sign_in`, `sign_in.revoked`, `sign_in.reuse` (a code or refresh token came
    twice, so that the grant was revoked), `sign_in.minted`."""

    kind: str
    grant: Grant


class People(Protocol):
    """Tenants and their users, as `gateway/keys` has them."""

    async def caller(self, tenant_id: str, user_id: str) -> Caller | None:
        """The user, or None when there is none any more."""

    async def user(self, tenant_id: str, user_key: str) -> str:
        """The id of the tenant's user of that key, who comes to be when it is new. Raises
        GatewayError for what can be no key."""


def hashed(secret: str) -> bytes:
    """What is kept of a code or a token; each has 256 random bits, so no salt is needed."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def new_secret(prefix: str, entropy: Entropy) -> str:
    """256 random bits in letters and digits, which a double click selects whole."""
    return prefix + base64.b32encode(entropy(32)).decode().rstrip("=").lower()


def shown_email(caller: Caller) -> str:
    """The e-mail address of a caller; a name of the same form for one who has none, because
    clients name what they store by it."""
    return caller.email or f"{caller.user_key}@{caller.tenant_key}"
