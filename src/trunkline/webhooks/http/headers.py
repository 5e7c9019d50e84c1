"""The headers of every request (behaviour 2.1): for who sends it, and who shows what was sent."""

from __future__ import annotations

from typing import Final

__all__ = ["FIXED", "FORM", "SIGNATURE", "TOKEN", "token_text"]

FIXED: Final = {
    "User-Agent": "TwilioProxy/1.1",
    "Accept": "*/*",
    "Accept-Encoding": "gzip",
}
FORM: Final = "application/x-www-form-urlencoded; charset=utf-8"  # of Content-Type
TOKEN: Final = "I-Twilio-Idempotency-Token"
SIGNATURE: Final = "X-Twilio-Signature"


def token_text(token: str) -> str:
    """An idempotency token (32 hex digits) as it is sent."""
    # Once for each request: there is no need to make a UUID of it first.
    return f"{token[:8]}-{token[8:12]}-{token[12:16]}-{token[16:20]}-{token[20:]}"
