"""<Say>: speak a text."""

from __future__ import annotations

from trunkline.twiml.voice import Say
from trunkline.voice.session.documents import Page
from trunkline.voice.session.outcome import Outcome
from trunkline.voice.session.session import CallSession
from trunkline.voice.verbs.prompts import source_of

__all__ = ["say"]


async def say(verb: Say, session: CallSession, page: Page) -> Outcome:
    """Speak, `loop` times (0: until the call ends), then the next verb."""
    source = await session.work(source_of(session, page, verb))
    if source is not None:
        await session.play([source], loop=verb.loop)
    return None
