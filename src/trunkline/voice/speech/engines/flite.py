"""flite, a program of Debian and others: small, fast, English (BSD-like licence)."""

from __future__ import annotations

import unicodedata

from trunkline.voice.speech.engines.voice import (
    CannotSpeak,
    Speech,
    TooSlow,
    from_int16,
    run_program,
)
from trunkline.voice.speech.orders import Spoken

__all__ = ["speak"]

WOMAN, MAN = "slt", "rms"
SPELLED = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": ", ", "…": ", "})


def speak(part: Spoken) -> Speech:
    """What it says. Raises CannotSpeak."""
    text = _in_ascii(part.text)
    if not any(letter.isalnum() for letter in text):
        return from_int16(b"", 8000)
    # Pitch: spoken slower by so much, and played faster.
    stretch = part.pitch / part.rate

    def say(*voice: str) -> Speech:
        return run_program(
            lambda target: [
                *(part.program, *voice, "--setf", f"duration_stretch={stretch:.4f}"),
                *("-f", "/dev/stdin", "-o", str(target)),
            ],
            text.encode("ascii"),
        )

    try:
        said = say("-voice", WOMAN if part.woman else MAN)
    except TooSlow:
        raise
    except CannotSpeak:
        said = say()  # a build with other voices: its own
    return Speech(said.samples, round(said.rate * part.pitch))


def _in_ascii(text: str) -> str:
    """All that it can read: letters without what is above and below them."""
    apart = unicodedata.normalize("NFKD", text.translate(SPELLED))
    return apart.encode("ascii", "ignore").decode("ascii")
