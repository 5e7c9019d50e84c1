"""The retry policy: whether another attempt follows one that failed (behaviour 2.2).

It decides only; `sending` does what it says.
"""

from __future__ import annotations

from enum import Enum

from trunkline.webhooks.overrides import EVERY_FAILURE, Overrides

__all__ = ["Failure", "another_follows"]


class Failure(Enum):
    """How an attempt failed. The value holds the words of `rp` that must be given for a retry."""

    CONNECT = frozenset({"ct"})  # name, TCP, TLS, or a kept connection that was closed meanwhile
    READ = frozenset({"rt"})  # silence for too long, without a byte of an answer
    CLIENT_ERROR = frozenset({"4xx"})
    SERVER_ERROR = frozenset({"5xx"})
    CLOSED = EVERY_FAILURE  # a new connection was closed without a byte of an answer: `all`
    FINAL = None  # part of an answer came, or a repetition cannot help


def another_follows(failure: Failure, overrides: Overrides, retries: int) -> bool:
    """Whether to try again after `failure`, `retries` having been made already."""
    words = failure.value
    return words is not None and retries < overrides.rc and words <= overrides.rp
