"""What a run of the benchmarks measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from benchmarks.processes import Part

__all__ = ["Figures"]


@dataclass
class Figures:
    """What was measured."""

    machine: str
    date: str
    rest: dict[str, Part] = field(default_factory=dict)
    peak: dict[str, Part] = field(default_factory=dict)
    runs: list[dict[str, Any]] = field(default_factory=list)
    stored: list[dict[str, Any]] = field(default_factory=list)
    callbacks: list[dict[str, Any]] = field(default_factory=list)
    replies: list[dict[str, Any]] = field(default_factory=list)
    dead_apps: dict[str, Any] = field(default_factory=dict)
