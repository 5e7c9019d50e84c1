"""<Hangup> and <Reject>: the end."""

from __future__ import annotations

from trunkline.twiml.voice import Hangup, Reject
from trunkline.voice.session.documents import Page
from trunkline.voice.session.outcome import Finish, Outcome
from trunkline.voice.session.session import CallSession

__all__ = ["hangup", "reject"]


async def hangup(verb: Hangup, session: CallSession, page: Page) -> Outcome:
    """End the call."""
    return Finish()


async def reject(verb: Reject, session: CallSession, page: Page) -> Outcome:
    """Do not take a call that came in: it is `busy`, or nobody answers. Of one that is answered,
    the end."""
    if verb.reason == "busy":
        return Finish(reason="busy", status="busy")
    return Finish(reason="rejected", status="no-answer")
