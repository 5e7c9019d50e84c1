"""A world's clock: real time plus an offset, or standing still while it is being advanced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from trunkline.clock import Clock

__all__ = ["WorldClock"]


class WorldClock:
    """The time of one world. Only ever moved forward, but for `restart`."""

    def __init__(self, real: Clock, offset: timedelta = timedelta()) -> None:
        self._real = real
        self._offset = offset
        self._held: datetime | None = None
        self._watchers: list[Callable[[], None]] = []

    @property
    def offset(self) -> timedelta:
        """World time minus real time."""
        return self._offset

    @property
    def held(self) -> bool:
        """Whether it stands still."""
        return self._held is not None

    def now(self) -> datetime:
        """The world's current time, in UTC."""
        return self._held if self._held is not None else self._real.now() + self._offset

    def until(self, moment: datetime) -> float:
        """Real seconds until the world reaches `moment`, if nobody moves the clock."""
        return (moment - self.now()).total_seconds()

    def watch(self, callback: Callable[[], None]) -> None:
        """Call `callback` whenever the clock was moved."""
        self._watchers.append(callback)

    def pause(self) -> datetime:
        """Stand still at the present moment, which is returned."""
        self._held = self.now()
        self._tell()
        return self._held

    def hold(self, moment: datetime) -> None:
        """Stand still at `moment`, which is not before now, until the next `hold` or `release`."""
        if moment < self.now():
            raise ValueError("a world's clock does not go back")
        self._held = moment
        self._tell()

    def release(self, least: timedelta | None = None) -> timedelta:
        """Go on from where the clock was held; the offset that it has now.

        `least` is the offset that it shall have at least: time that passed while it was held is
        not lost.
        """
        if self._held is not None:
            offset = self._held - self._real.now()
            self._offset = offset if least is None else max(offset, least)
            self._held = None
            self._tell()
        return self._offset

    def restart(self) -> None:
        """Go back to real time: only for a world that was emptied."""
        self._held = None
        self._offset = timedelta()
        self._tell()

    def _tell(self) -> None:
        for callback in self._watchers:
            callback()
