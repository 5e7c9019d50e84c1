"""<Play>: an audio file, or digits."""

from __future__ import annotations

from trunkline.twiml.voice import Play
from trunkline.voice.session.documents import Page
from trunkline.voice.session.outcome import Outcome
from trunkline.voice.session.session import CallSession
from trunkline.voice.verbs.prompts import source_of

__all__ = ["play"]


async def play(verb: Play, session: CallSession, page: Page) -> Outcome:
    """Play, `loop` times (0: until the call ends), then the next verb; so also where the audio
    cannot be had."""
    source = await session.work(source_of(session, page, verb))
    if source is not None:
        await session.play([source], loop=verb.loop)
    return None
