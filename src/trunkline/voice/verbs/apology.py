"""What a caller hears when the app fails and there is nobody to fall back on (behaviour 2.3)."""

from __future__ import annotations

from trunkline.twiml.voice import Say
from trunkline.voice.media.wire import File
from trunkline.voice.session.outcome import Finish
from trunkline.voice.session.session import CallSession

__all__ = ["APOLOGY", "apologise"]

APOLOGY = "We are sorry, an application error has occurred. Goodbye."


async def apologise(session: CallSession) -> Finish:
    """Answer, say sorry, and end the call."""
    if not session.gone:
        await session.answer()
        path = await session.work(session.services.speak.render(Say(parts=(APOLOGY,))))
        if path is not None:
            await session.play([File(path=str(path))])
    return Finish()
