"""Tokens that a customer's own server signed with the workspace secret: JWT, RFC 7519.

The claims are those of Membrane's client, in both of its spellings: `id` or `tenantKey` is the
user, `iss` or `workspaceKey` the workspace. `exp` is required, a day ahead at most. Only HMAC is
taken: a key of ours never verifies anything but HS256, HS384 and HS512 (RFC 8725 section 3.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from trunkline.gateway.errors import BadRequest, NotAuthenticated
from trunkline.gateway.keys.model import checked_text

__all__ = ["SignedToken", "TokenUser", "is_signed", "read_token", "user_of_token"]

ALGORITHMS = ("HS256", "HS384", "HS512")
LONGEST = 24 * 3600.0  # seconds ahead that `exp` may be
LEEWAY = 60.0  # seconds that the signer's clock may be off, in its favour; none after `exp`
WORKSPACE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOST_FIELDS = 8192  # bytes of `fields` as JSON
DEEPEST = 20  # levels of objects and lists

_registry = jws.JWSRegistry(algorithms=list(ALGORITHMS))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedToken:
    """A token, read and not believed yet."""

    parts: jws.CompactSignature = field(repr=False)
    workspace_key: str
    claims: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUser:
    """Whom a token is for."""

    key: str
    name: str | None
    fields: Mapping[str, Any] | None
    is_admin: bool
    expires_at: float  # seconds since 1970


def read_token(text: str) -> SignedToken | None:
    """The token, if it says that a workspace of some platform like this signed it."""
    try:
        parts = jws.extract_compact(text.encode(), registry=_registry)
        claims = msgspec.json.decode(parts.payload)
    except (JoseError, ValueError, TypeError, RecursionError):
        # ValueError: also bad base64, bad JSON, and what is no text.
        return None
    if not isinstance(claims, dict):
        return None
    named = {claims[name] for name in ("iss", "workspaceKey") if _is_text(claims.get(name))}
    named = {name for name in named if WORKSPACE.fullmatch(name)}
    if len(named) != 1:
        return None
    return SignedToken(parts=parts, workspace_key=named.pop(), claims=claims)


def is_signed(token: SignedToken, secret: OctKey) -> bool:
    """Whether `secret` signed it, by one of the algorithms."""
    try:
        return jws.validate_compact(token.parts, secret, registry=_registry)
    except (JoseError, ValueError, TypeError):
        return False


def user_of_token(token: SignedToken, now: datetime) -> TokenUser:
    """Whom a token is for whose signature is right. Raises NotAuthenticated with what is wrong."""
    claims = token.claims
    expires_at = _time_of(claims, "exp")
    if expires_at is None:
        raise NotAuthenticated("A token must say when it expires (exp).")
    if expires_at <= now.timestamp():
        raise NotAuthenticated("This token has expired.")
    if expires_at > now.timestamp() + LONGEST + LEEWAY:
        raise NotAuthenticated("A token may be valid for a day at most.")
    begins_at = _time_of(claims, "nbf")
    if begins_at is not None and begins_at > now.timestamp() + LEEWAY:
        raise NotAuthenticated("This token is not valid yet.")
    named = {claims[name] for name in ("id", "tenantKey") if _is_text(claims.get(name))}
    if len(named) != 1:
        raise NotAuthenticated("A token must name one user (id or tenantKey).")
    return TokenUser(
        key=_checked(named.pop(), "The user of a token"),
        name=_name_of(claims.get("name")),
        fields=_fields_of(claims.get("fields")),
        is_admin=claims.get("isAdmin") is True,
        expires_at=expires_at,
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _time_of(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e15:
        raise NotAuthenticated(f"A token has no time as its {name}.")
    return float(value)


def _name_of(value: object) -> str | None:
    return None if value is None or value == "" else _checked(value, "The name in a token")


def _checked(text: object, what: str) -> str:
    try:
        return checked_text(text, what)
    except BadRequest as refusal:
        raise NotAuthenticated(refusal.message) from None


def _fields_of(value: object) -> Mapping[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not _can_be_kept(value):
        raise NotAuthenticated(
            f"The fields of a token are an object, {DEEPEST} levels deep at most, without NUL "
            "characters and huge numbers."
        )
    if len(msgspec.json.encode(value)) > MOST_FIELDS:
        raise NotAuthenticated(f"The fields of a token are larger than {MOST_FIELDS} bytes.")
    return value


def _can_be_kept(value: object) -> bool:
    """Whether PostgreSQL's jsonb takes it, and gives it back as it was."""
    waiting = [(value, DEEPEST)]
    while waiting:
        part, depth = waiting.pop()
        if isinstance(part, dict | list):
            if not depth:
                return False
            inner = [*part.keys(), *part.values()] if isinstance(part, dict) else part
            waiting += [(one, depth - 1) for one in inner]
        elif (isinstance(part, str) and "\0" in part) or (
            isinstance(part, int) and abs(part) >= 1 << 63
        ):
            return False
    return True
