"""Verbs that are not executed yet, or that Twilio has closed: an alert says so, and the document
goes on with the next one."""

from __future__ import annotations

from typing import Any

from trunkline.twiml.errors import SCHEMA
from trunkline.voice.session.documents import Page
from trunkline.voice.session.outcome import Outcome
from trunkline.voice.session.session import CallSession

__all__ = ["later_verb"]


async def later_verb(verb: Any, session: CallSession, page: Page) -> Outcome:
    """Pass over it."""
    name = type(verb).__name__
    session.complain(
        SCHEMA,
        f"<{name}> is not executed by this version of Trunkline. It is passed over.",
        line=verb.line,
    )
    return None
