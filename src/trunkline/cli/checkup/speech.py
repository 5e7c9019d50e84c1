"""Speech engines: what speaks the texts of calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from trunkline.cli.checkup.finding import Finding, bad, ok, warn

__all__ = ["check_speech"]

ADVICE = (
    "Install one: `pip install 'trunkline[espeak]'` needs nothing else, `trunkline[piper]` has the "
    "best voice, and Debian has flite and espeak-ng."
)


def check_speech(data: Path) -> Iterator[Finding]:
    """The engines that the platform would find, in the order in which it asks them. No hosted one
    is asked."""
    from trunkline.server.settings_trouble import SettingsError, ValidationError
    from trunkline.settings import Settings
    from trunkline.voice.speech.find_engines import find_engines
    from trunkline.webhooks.shown_url import origin, shown_url

    try:
        settings = Settings(data=data)
    except (ValidationError, SettingsError):
        return  # which is told already
    wanted = settings.speech_engine
    found = find_engines(wanted, models=settings.speech_piper_voices)
    named = [each.told for each in found]
    if settings.speech_url and wanted in ("auto", "hosted"):
        named.insert(0, f"hosted at {origin(shown_url(settings.speech_url))}")
    if wanted == "none":
        yield ok("speech", "none, as TRUNKLINE_SPEECH_ENGINE says: Say plays a tone")
    elif named:
        yield ok("speech", ", ".join(named))
    elif wanted == "auto":
        yield warn("speech", "No engine is here: Say plays a tone instead of its text.", ADVICE)
    elif wanted == "hosted":
        yield bad(
            "speech",
            "TRUNKLINE_SPEECH_ENGINE is hosted, and there is no TRUNKLINE_SPEECH_URL.",
            "Name it, or leave the engine to `auto`.",
        )
    else:
        yield bad(
            "speech",
            f"TRUNKLINE_SPEECH_ENGINE is {wanted}, which is not here: Say plays a tone.",
            "Install it, or leave the engine to `auto`.",
        )
