"""flite, a program of Debian and others: small, fast, English (BSD-like licence)."""

from __future__ import annotations

import unicodedata

import numpy as np

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
MOST = 300  # characters at a time
SPELLED = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": ", ", "…": ", "})


def speak(part: Spoken) -> Speech:
    """What it says. Raises CannotSpeak."""
    text = _in_ascii(part.text)
    if not any(letter.isalnum() for letter in text):
        return from_int16(b"", 8000)
    # Pitch: spoken slower by so much, and played faster.
    stretch = part.pitch / part.rate
    said = [_say(part, piece, stretch) for piece in _pieces(text)]
    samples = np.concatenate([each.samples for each in said])
    return Speech(samples, round(said[0].rate * part.pitch))


def _say(part: Spoken, text: str, stretch: float) -> Speech:
    def say(*voice: str) -> Speech:
        return run_program(
            lambda target: [
                *(part.program, *voice, "--setf", f"duration_stretch={stretch:.4f}"),
                *("-f", "/dev/stdin", "-o", str(target)),
            ],
            text.encode("ascii"),
        )

    try:
        return say("-voice", WOMAN if part.woman else MAN)
    except TooSlow:
        raise
    except CannotSpeak:
        return say()  # a build with other voices: its own


def _pieces(text: str) -> list[str]:
    """A text in pieces that end with a sentence, or else a word: what has no full stop flite takes
    for one sentence, and of 4096 digits it would need gigabytes."""
    pieces: list[str] = []
    while len(text) > MOST:
        head = text[:MOST]
        cut = max(head.rfind(end) for end in (". ", "? ", "! "))
        cut = cut + 1 if cut > 0 else head.rfind(" ")
        cut = cut if cut > 0 else MOST
        pieces.append(text[:cut])
        text = text[cut:].lstrip()
    return [piece for piece in (*pieces, text) if any(letter.isalnum() for letter in piece)]


def _in_ascii(text: str) -> str:
    """All that it can read: letters without what is above and below them."""
    apart = unicodedata.normalize("NFKD", text.translate(SPELLED))
    return apart.encode("ascii", "ignore").decode("ascii")
