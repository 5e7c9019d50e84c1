"""<Redirect>: another document."""

from __future__ import annotations

from trunkline.twiml.voice import Redirect
from trunkline.voice.session.documents import Page
from trunkline.voice.session.outcome import GoTo, Outcome
from trunkline.voice.session.session import CallSession

__all__ = ["redirect"]


async def redirect(verb: Redirect, session: CallSession, page: Page) -> Outcome:
    """Go on with the document at the URL; without one, with this one again."""
    return GoTo(page.request(verb.url, verb.method))
