"""Worlds: where simulated time, virtual phones and number space live."""

from trunkline.worlds.advance_clock import AdvanceClock, Advanced, DueWork, Flow
from trunkline.worlds.clock import WorldClock
from trunkline.worlds.later import Later
from trunkline.worlds.limits import TWILIO, Limits, WorldLimits
from trunkline.worlds.worlds import ClockNotMovable, World, Worlds

__all__ = [
    "TWILIO",
    "AdvanceClock",
    "Advanced",
    "ClockNotMovable",
    "DueWork",
    "Flow",
    "Later",
    "Limits",
    "World",
    "WorldClock",
    "WorldLimits",
    "Worlds",
]
