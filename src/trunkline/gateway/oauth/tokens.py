"""Tokens as they come, and as they are kept among the secrets of a connection.

Beside what was entered (`client_id`, `client_secret`, …) a connection's secrets hold
`access_token`, `refresh_token`, `expires_at` and, after a refusal, `refused_at`; times are seconds
since 1970, as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from trunkline.gateway.connectors.declare import Method

__all__ = ["Tokens", "expiry_of", "kept_with", "refresh_time", "refused_time", "renewable"]

ACCESS, REFRESH, EXPIRES, REFUSED = "access_token", "refresh_token", "expires_at", "refused_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a token endpoint gave."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    asked_at: datetime
    seconds: float | None = None  # the access token's life, from `asked_at` on; None: not said
    scope: str | None = None

    @property
    def expires_at(self) -> datetime | None:
        """When the access token ends; None when the provider did not say."""
        return None if self.seconds is None else self.asked_at + timedelta(seconds=self.seconds)


def kept_with(
    secrets: Mapping[str, str], tokens: Tokens, *, refused_at: datetime | None = None
) -> dict[str, str]:
    """The secrets of a connection with these tokens. A refresh token stays until another one comes
    (RFC 6749 section 6). `refused_at`: they were asked for because the ones before were refused."""
    kept = {name: value for name, value in secrets.items() if name not in (EXPIRES, REFUSED)}
    kept[ACCESS] = tokens.access_token
    if tokens.refresh_token:
        kept[REFRESH] = tokens.refresh_token
    if tokens.expires_at is not None:
        kept[EXPIRES] = f"{tokens.expires_at.timestamp():.3f}"
    if refused_at is not None:
        kept[REFUSED] = f"{refused_at.timestamp():.3f}"
    return kept


def expiry_of(secrets: Mapping[str, str]) -> datetime | None:
    """When the kept access token ends; None when that is not known."""
    return _time(secrets.get(EXPIRES))


def refused_time(secrets: Mapping[str, str]) -> datetime | None:
    """When the token before the kept one was refused; None when it was renewed in time."""
    return _time(secrets.get(REFUSED))


def refresh_time(tokens: Tokens, *, part: float) -> datetime | None:
    """When to ask for new tokens: a tenth of their life before they end (half a minute to five
    minutes, never more than half of it), and earlier by up to two minutes, because connections of
    one hour must not all be renewed in one second. `part` is from 0 to 1, random."""
    if tokens.seconds is None:
        return None
    reserve = min(max(tokens.seconds / 10, 30), 300, tokens.seconds / 2)
    spread = min(tokens.seconds / 20, 120)
    return tokens.asked_at + timedelta(seconds=tokens.seconds - reserve - spread * part)


def renewable(method: Method, secrets: Mapping[str, str]) -> bool:
    """Whether new tokens can be had without a person: by a refresh token, or by the client's own
    credentials."""
    if method.oauth is None:
        return False
    return method.oauth.authorize_url is None or bool(secrets.get(REFRESH))


def _time(text: str | None) -> datetime | None:
    try:
        return None if text is None else datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None
