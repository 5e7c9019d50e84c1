"""What a token endpoint answered: tokens, a refusal for good, or nothing for now. Pure.

RFC 6749 sections 5.1 and 5.2; and what providers do instead: errors with status 200 (Slack,
GitHub), forms instead of JSON, numbers as texts, `null` for what there is not (Twilio).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from trunkline.gateway.oauth.failures import GrantRefused, NotNow
from trunkline.gateway.oauth.post_form import Posted
from trunkline.gateway.oauth.tokens import Tokens

__all__ = ["read_token_answer"]

# Codes that stay true however often one asks. The first line is the standard's.
REFUSALS = frozenset(
    [
        "invalid_grant",
        "invalid_client",
        "unauthorized_client",
        "access_denied",
        "bad_refresh_token",
        "bad_verification_code",
        "incorrect_client_credentials",
        "invalid_refresh_token",
        "invalid_client_id",
        "bad_client_secret",
        "invalid_code",
        "code_already_used",
        "token_revoked",
        "token_expired",
        "account_inactive",
    ]
)
# The standard speaks of bearer tokens; Slack calls its own `bot` and `user`. Tokens of these kinds
# would have to be signed with, and a request without that would be refused.
SIGNED = frozenset({"mac", "pop", "dpop"})
VISIBLE = re.compile(r"[\x21-\x7e]{1,16000}")
CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")
LONGEST_WAIT = 3_600.0  # seconds of Retry-After that are believed
LONGEST_LIFE = 10 * 365 * 86_400.0


def read_token_answer(posted: Posted, *, asked_at: datetime) -> Tokens:
    """The tokens of an answer. Raises GrantRefused, NotNow."""
    status = posted.status
    if status == 429 or status >= 500:
        raise NotNow(
            f"The provider's token endpoint answered with status {status}.",
            retry_after=_retry_after(posted.headers, asked_at),
            doubt=status >= 500,
        )
    answer = _object(posted)
    good = 200 <= status < 300
    if good and answer is not None and answer.get("access_token"):
        return _tokens(answer, asked_at)
    code = answer.get("error") if answer is not None else None
    if not isinstance(code, str) or not CODE.fullmatch(code):
        code = None
    # 401 is how clients are refused that authenticate by a header: RFC 6749 section 5.2.
    if code in REFUSALS or status == 401:
        raise GrantRefused(f"The provider refused: {code or 'status 401'}.")
    if code is not None:
        raise NotNow(
            f"The provider's token endpoint answered with the error {code}.",
            retry_after=_retry_after(posted.headers, asked_at),
        )
    if good:
        raise NotNow("The provider's token endpoint gave no token.", doubt=True)
    raise NotNow(f"The provider's token endpoint answered with status {status}.")


def _tokens(answer: Mapping[str, Any], asked_at: datetime) -> Tokens:
    access, refresh = answer["access_token"], answer.get("refresh_token")
    kind = answer.get("token_type")
    if isinstance(kind, str) and kind.lower() in SIGNED:
        raise GrantRefused("The provider gives tokens of a kind that this gateway does not know.")
    if not _visible(access) or not (refresh in (None, "") or _visible(refresh)):
        raise NotNow("The provider's token endpoint gave something that is no token.", doubt=True)
    scope = answer.get("scope")
    return Tokens(
        access_token=access,
        refresh_token=refresh or None,
        asked_at=asked_at,
        seconds=_seconds(answer.get("expires_in")),
        scope=scope[:4_000] if isinstance(scope, str) and scope.isprintable() else None,
    )


def _object(posted: Posted) -> dict[str, Any] | None:
    if posted.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        try:
            return dict(parse_qsl(posted.body.decode("ascii"), max_num_fields=100))
        except ValueError:
            return None
    try:
        value = msgspec.json.decode(posted.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _visible(value: Any) -> bool:
    # RFC 6749 appendix A.12 permits blanks; a header with one would be read in two ways.
    return isinstance(value, str) and VISIBLE.fullmatch(value) is not None


def _seconds(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    # Zero stands for "it does not end" where it is sent at all.
    return min(seconds, LONGEST_LIFE) if math.isfinite(seconds) and seconds > 0 else None


def _retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds of Retry-After, RFC 9110 section 10.2.3."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return min(float(text), LONGEST_WAIT)
    try:
        seconds = (parsedate_to_datetime(text) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)
