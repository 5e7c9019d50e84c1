"""Events between parts of the platform; later also between nodes."""

from trunkline.bus.events import Event
from trunkline.bus.local import LocalBus

__all__ = ["Event", "LocalBus"]
