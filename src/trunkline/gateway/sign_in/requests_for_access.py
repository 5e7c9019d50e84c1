"""What clients ask for in both ways of signing in: scopes and the resource they want to reach."""

from __future__ import annotations

from urllib.parse import urlsplit

from trunkline.gateway.sign_in.errors import InvalidScope, InvalidTarget
from trunkline.gateway.sign_in.model import SCOPES

__all__ = ["read_resource", "read_scope"]

DEFAULT_SCOPE = "api"


def read_scope(given: str | None) -> str:
    """The scopes that are granted: those asked for, as far as we know them (RFC 6749, 3.3).
    Raises InvalidScope when that leaves none."""
    if given is None:
        return DEFAULT_SCOPE
    known = [one for one in dict.fromkeys(given.split(" ")) if one in SCOPES]
    if not known:
        raise InvalidScope
    return " ".join(known)


def read_resource(given: str | None, base: str) -> str | None:
    """The resource that tokens are for (RFC 8707, 2), without a slash at its end. Raises
    InvalidTarget for what is not at the origin of `base`."""
    if given is None:
        return None
    try:
        asked, own = urlsplit(given), urlsplit(base)
        is_own = (asked.scheme, asked.netloc.lower()) == (own.scheme, own.netloc.lower())
    except ValueError:
        is_own = False
    if not is_own or "#" in given or not given.isprintable() or len(given) > 500:
        raise InvalidTarget
    return given.rstrip("/")
