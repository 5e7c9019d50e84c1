"""What a bulk send is asked to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Order", "Settings"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What decides how a row is read and sent. A run that goes on takes what is None from the
    run before, and what is said has to be the same."""

    sender: str | None = None
    template: str | None = None
    fixed: Mapping[str, Sequence[str]] | None = None  # parameters for every row
    delimiter: str | None = None
    encoding: str | None = None
    ignore_unknown: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be sent, and how."""

    path: Path | None  # None: standard input
    settings: Settings
    at_once: int  # requests
    journal: Path | None = None
    resume: bool = False
    rate: float | None = None  # rows a second
    report: Path | None = None
    as_json: bool = False
    place: Sequence[str] = ()  # the options by which the platform was found
