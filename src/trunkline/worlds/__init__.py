"""Worlds: where simulated time, virtual phones and number space live."""

from trunkline.worlds.clock import WorldClock
from trunkline.worlds.worlds import ClockNotMovable, World, Worlds

__all__ = ["ClockNotMovable", "World", "WorldClock", "Worlds"]
