"""What a phone is to get: how a message is compared, and how one is waited for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from trunkline.testing.connections import monotonic
from trunkline.testing.errors import hidden
from trunkline.testing.messages import Message
from trunkline.testing.world import World

__all__ = ["Expected", "fits", "look_for", "shown_expectation"]

__tracebackhide__ = hidden

Expected = str | re.Pattern[str] | Callable[[Message], object] | None


def fits(message: Message, what: Expected) -> bool:
    """Whether a message is as expected: the same text, a pattern that is found in the text, or a
    function that says yes. None is any message."""
    if what is None:
        return True
    if isinstance(what, str):
        return message.body == what
    if isinstance(what, re.Pattern):
        return what.search(message.body) is not None
    return bool(what(message))


def shown_expectation(what: Expected) -> str:
    """The expectation in words."""
    if what is None:
        return "any message"
    if isinstance(what, str):
        return repr(what)
    if isinstance(what, re.Pattern):
        return f"a text in which {what.pattern!r} is found"
    return f"a message of which {getattr(what, '__name__', what)} says yes"


def look_for(world: World, find: Callable[[], Any], within: float, kind: str = "message.") -> Any:
    """What `find` finds once the world is settled; None when it finds nothing for so many
    seconds.

    Real time passes only for what an app does by itself, outside of any request of the world's:
    then each event of a kind is a reason to look again.
    """
    world.settle()
    found = find()
    if found is not None or within <= 0:
        return found
    end = monotonic() + within
    with world.events(kind) as events:
        while True:
            # At first for what happened before the stream began.
            world.settle()
            found = find()
            if found is not None or not events.wait_for_event(end - monotonic()):
                return found
