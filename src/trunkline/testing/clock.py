"""The clock of a test's world."""

from __future__ import annotations

from datetime import datetime

from trunkline.testing.durations import Duration, duration
from trunkline.testing.errors import hidden
from trunkline.testing.world import World

__all__ = ["Clock"]

__tracebackhide__ = hidden


class Clock:
    """The clock of the test's world. It goes on by itself, and is moved, never slept for."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        """The world's time, in UTC."""
        return datetime.fromisoformat(self._world.control("GET", "/clock")["now"])

    def advance(self, by: Duration) -> datetime:
        """Move on by `"1h"`, seconds or a timedelta; the world's time then.

        What falls due on the way is done in its order, requests to apps included. Raises
        TrunklineError for less than nothing and more than ten years.
        """
        return datetime.fromisoformat(self._world.advance(duration(by))["now"])
