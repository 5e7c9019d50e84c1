"""Lifecycles are data: which status may follow which.

A family declares a `Lifecycle` beside its values; `store.transitions` is the one place that
applies it, writes the row and its events. Nothing else writes a status.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Lifecycle"]


@dataclass(frozen=True)
class Lifecycle:
    """The statuses of one kind of subject and the steps between them.

    `noun` names the kind in event names (`message` gives `message.sent`); `steps` maps a status
    to those that may follow it. A status that nothing follows is terminal.
    """

    noun: str
    initial: frozenset[str]
    steps: Mapping[str, frozenset[str]]
    _before: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        before: dict[str, list[str]] = {}
        for status, following in self.steps.items():
            for name in following:
                before.setdefault(name, []).append(status)
        known = set(self.steps)
        unknown = (set(before) | self.initial) - known
        if unknown:
            raise ValueError(f"{self.noun}: statuses without an entry: {sorted(unknown)}")
        object.__setattr__(self, "_before", {k: tuple(sorted(v)) for k, v in before.items()})

    @property
    def statuses(self) -> frozenset[str]:
        """Every status there is."""
        return frozenset(self.steps)

    def allows(self, status: str, following: str) -> bool:
        """Whether `following` may come directly after `status`."""
        return following in self.steps.get(status, frozenset())

    def before(self, status: str) -> tuple[str, ...]:
        """The statuses from which `status` can be reached in one step, sorted."""
        return self._before.get(status, ())

    def is_terminal(self, status: str) -> bool:
        """Whether nothing follows `status`."""
        return not self.steps[status]

    def check_path(self, path: tuple[str, ...]) -> None:
        """Raise ValueError unless each status of `path` may follow the one before it."""
        for status, following in itertools.pairwise(path):
            if not self.allows(status, following):
                raise ValueError(f"{self.noun}: {following} does not follow {status}")
