"""Carriers: what takes a message to its recipient. One small interface; the virtual one first."""

from trunkline.carriers.interface import (
    Accepted,
    InDoubt,
    MessageCarrier,
    NotSent,
    OutboundMessage,
    Outcome,
    Rejected,
)
from trunkline.carriers.routes import Routes

__all__ = [
    "Accepted",
    "InDoubt",
    "MessageCarrier",
    "NotSent",
    "OutboundMessage",
    "Outcome",
    "Rejected",
    "Routes",
]
