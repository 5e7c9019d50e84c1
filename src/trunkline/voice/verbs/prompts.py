"""What Say, Play and Pause sound like: sources that a leg plays."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from trunkline.store import StoreUnavailable
from trunkline.twiml.voice import Pause, Play, Say
from trunkline.voice.media.wire import FRAMES_PER_SECOND, Digits, File, Silence, Source, Tone
from trunkline.voice.session.documents import Page
from trunkline.voice.session.session import CallSession
from trunkline.voice.speech.audio_failed import AudioFailed
from trunkline.webhooks.shown_url import shown_url

__all__ = ["NO_VOICE", "in_turn", "source_of"]

NO_VOICE = 13520
INTERNAL = 12400
ENDLESS = 1000  # times that a prompt within others is repeated, if it is to be for ever


async def source_of(session: CallSession, page: Page, verb: Say | Play | Pause) -> Source | None:
    """What one of them sounds like, once. None, with an alert, where it cannot be had; a Say
    without an engine is a tone. Raises AudioFailed."""
    match verb:
        case Say():
            return await _said(session, verb)
        case Play(digits=digits) if digits:
            return Digits(digits=digits)
        case Play():
            return await _fetched(session, page, verb)
        case Pause():
            return Silence(frames=verb.length * FRAMES_PER_SECOND)


async def _said(session: CallSession, verb: Say) -> Source | None:
    if not verb.parts:
        return None
    path = await session.services.speak.render(verb)
    if path is None:
        session.complain(
            NO_VOICE,
            "No speech engine spoke the text: a tone is played instead. `trunkline doctor` names "
            "the engines that are there, and the log tells why they failed.",
            line=verb.line,
        )
        return Tone(name="missing_voice")
    return File(path=str(path))


async def _fetched(session: CallSession, page: Page, verb: Play) -> Source | None:
    call, url = session.call, page.resolve(verb.url)
    # An answer that is audio itself is asked for once more, as it was.
    method = "GET" if verb.url else page.method
    try:
        path = await session.services.fetch_audio(call.world_id, call.account_sid, url, method)
    except AudioFailed as failure:
        session.complain(
            failure.code, str(failure), line=verb.line, url=failure.url or shown_url(url)
        )
        return None
    except StoreUnavailable:
        session.complain(
            INTERNAL,
            "The database was away: nothing is played.",
            line=verb.line,
            url=shown_url(url),
        )
        return None
    return File(path=str(path))


async def in_turn(
    session: CallSession, page: Page, verbs: Sequence[Say | Play | Pause]
) -> list[Source]:
    """What several of them sound like, one after the other, each as often as it says. Those that
    cannot be had are left out."""
    found = await asyncio.gather(*(source_of(session, page, verb) for verb in verbs))
    sources: list[Source] = []
    for verb, source in zip(verbs, found, strict=True):
        if source is not None:
            times = 1 if isinstance(verb, Pause) else (verb.loop or ENDLESS)
            sources.extend([source] * times)
    return sources
