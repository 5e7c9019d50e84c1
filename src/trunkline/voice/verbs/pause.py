"""<Pause>: wait."""

from __future__ import annotations

from trunkline.twiml.voice import Pause
from trunkline.voice.session.documents import Page
from trunkline.voice.session.events import TimeUp
from trunkline.voice.session.outcome import Outcome
from trunkline.voice.session.session import CallSession

__all__ = ["pause"]


async def pause(verb: Pause, session: CallSession, page: Page) -> Outcome:
    """Wait `length` seconds. As the first verb of a call that came in it lets it ring."""
    timer = session.timer(verb.length)
    try:
        while True:
            match await session.next():
                case TimeUp(up) if up is timer:
                    return None
    finally:
        timer.cancel()
