"""One thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BAD", "OK", "WARN", "Finding", "bad", "gigabytes", "ok", "warn"]

OK, WARN, BAD = "ok", "warn", "bad"


@dataclass(frozen=True)
class Finding:
    """`level` is `ok`, `warn` or `bad`; `do` says what to do about the latter two."""

    level: str
    check: str
    told: str
    do: str | None = None


def ok(check: str, told: str) -> Finding:
    """Nothing is to be done."""
    return Finding(OK, check, told)


def warn(check: str, told: str, do: str) -> Finding:
    """It works, and may not for long, or not as it seems."""
    return Finding(WARN, check, told, do)


def bad(check: str, told: str, do: str) -> Finding:
    """Something does not work, or is about to stop."""
    return Finding(BAD, check, told, do)


def gigabytes(size: float) -> str:
    """`12.3 GB`, `456 MB`."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
