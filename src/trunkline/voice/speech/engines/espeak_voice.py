"""What espeak-ng calls languages and voices, the same for the program and the library."""

from __future__ import annotations

__all__ = ["candidates", "pitch", "plain", "words_a_minute"]

OWN_NAMES = {
    "arb": "ar",
    "cmn": "cmn",
    "es-mx": "es-419",
    "es-us": "es-419",
    "nb-no": "nb",
    "no-no": "nb",
    "pt-pt": "pt",
    "zh-cn": "cmn",
    "zh-hk": "yue",
    "zh-tw": "cmn",
    "zh": "cmn",
}
MAN, WOMAN = "", "+f3"  # variants: its own voices are men
NORMAL_SPEED, SLOWEST, FASTEST = 165, 80, 450  # words a minute
NORMAL_PITCH = 50  # of 0 to 99


def candidates(language: str, *, woman: bool) -> list[str]:
    """The voices to try, the best first."""
    full = language.lower()
    primary = full.partition("-")[0]
    names = [OWN_NAMES.get(full), full, OWN_NAMES.get(primary), primary, "en-us", "en"]
    variant = WOMAN if woman else MAN
    known = [name for name in dict.fromkeys(names) if name]
    return [name + variant for name in known] + (known if variant else [])


def words_a_minute(rate: float) -> int:
    """Its measure of speed."""
    return max(SLOWEST, min(FASTEST, round(NORMAL_SPEED * rate)))


def pitch(factor: float) -> int:
    """Its measure of pitch: 50 points are about an octave."""
    from math import log2

    return max(0, min(99, round(NORMAL_PITCH * (1 + log2(factor)))))


def plain(text: str) -> str:
    """A text without what it would take for phonemes."""
    return text.replace("[[", "[ [")
