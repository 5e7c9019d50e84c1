"""The text of a Say to what an engine does, piece by piece, whatever engine it is.

Engines are given plain text and how to say it; pauses are ours, and so are as long as written.
Sources: https://www.twilio.com/docs/voice/twiml/say/text-speech#use-ssml, and the SSML tags of
Amazon Polly for what the names of volumes, rates and pitches mean.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from trunkline.twiml.voice.say import (
    SsmlBreak,
    SsmlEmphasis,
    SsmlLang,
    SsmlP,
    SsmlPhoneme,
    SsmlProsody,
    SsmlS,
    SsmlSayAs,
    SsmlSub,
    SsmlW,
)
from trunkline.voice.speech.orders import Bleep, Quiet
from trunkline.voice.speech.say_as import is_bleeped, say_as
from trunkline.voice.speech.voices import Speaker

if TYPE_CHECKING:
    from trunkline.twiml.voice.say import SsmlNode

__all__ = ["Manner", "Piece", "Words", "plan_speech"]

BREAKS = {"none": 0, "x-weak": 100, "weak": 200, "medium": 400, "strong": 700, "x-strong": 1200}
SENTENCE, PARAGRAPH = 350, 700  # ms between them
BLEEP_MS = 80  # a character
SHORTEST_BLEEP, LONGEST_BLEEP = 300, 3000
VOLUMES = {"silent": -96.0, "x-soft": -12.0, "soft": -6.0, "medium": 0.0, "default": 0.0}
VOLUMES |= {"loud": 4.0, "x-loud": 8.0}  # dB
RATES = {"x-slow": 0.6, "slow": 0.8, "medium": 1.0, "default": 1.0, "fast": 1.25, "x-fast": 1.5}
PITCHES = {"x-low": 0.75, "low": 0.87, "medium": 1.0, "default": 1.0, "high": 1.15, "x-high": 1.3}
EMPHASES = {"strong": (0.85, 4.0), "moderate": (0.93, 2.0), "reduced": (1.1, -4.0)}  # rate, dB
MOST_GAIN = 12.0  # dB

_change = re.compile(r"([+-]?)(\d{1,4}(?:\.\d{1,4})?)(%|dB|st)", re.IGNORECASE).fullmatch
_not_text = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


class Manner(msgspec.Struct, frozen=True, kw_only=True):
    """How something is said."""

    language: str
    woman: bool
    rate: float = 1.0
    pitch: float = 1.0
    gain: float = 0.0  # dB


class Words(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A text to speak in one manner."""

    text: str
    manner: Manner


Piece = Words | Quiet | Bleep


def plan_speech(parts: Sequence[str | SsmlNode], speaker: Speaker) -> list[Piece]:
    """The pieces of a text, one after the other. Never without one: of a text with nothing to
    say, a moment of silence."""
    plan = _Plan()
    plan.walk(parts, Manner(language=speaker.language, woman=speaker.woman))
    return plan.finish()


class _Plan:
    """What was found so far."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self._texts: list[str] = []  # of the words that are being gathered
        self._manner: Manner | None = None
        self._pause = 0  # ms, before whatever follows

    def walk(self, parts: Sequence[str | SsmlNode], manner: Manner) -> None:
        for part in parts:
            match part:
                case str():
                    self._say(part, manner)
                case SsmlBreak(time=time, strength=strength):
                    self._end_words()
                    self._pieces.append(
                        Quiet(ms=time if time is not None else BREAKS[strength or "medium"])
                    )
                case SsmlSayAs(words=words, interpret_as=kind, format=form):
                    if is_bleeped(kind):
                        self._bleep(words)
                    else:
                        self._say(f" {say_as(words, kind, form, manner.language)} ", manner)
                case SsmlSub(words=words, alias=alias):
                    self._say(alias or words, manner)
                case SsmlPhoneme(words=words):
                    self._say(words, manner)
                case SsmlW(parts=within):
                    self.walk(within, manner)
                case SsmlEmphasis(level=level, parts=within):
                    rate, gain = EMPHASES.get(level, (1.0, 0.0))
                    self.walk(within, _changed(manner, rate=rate, gain=gain))
                case SsmlProsody(parts=within):
                    self.walk(within, _by_prosody(manner, part))
                case SsmlLang(xml_lang=language, parts=within):
                    told = msgspec.structs.replace(manner, language=language or manner.language)
                    self.walk(within, told)
                case SsmlP(parts=within) | SsmlS(parts=within):
                    pause = PARAGRAPH if isinstance(part, SsmlP) else SENTENCE
                    self._pause_for(pause)
                    self.walk(within, manner)
                    self._pause_for(pause)

    def finish(self) -> list[Piece]:
        self._end_words()
        return self._pieces or [Quiet(ms=20)]

    def _say(self, text: str, manner: Manner) -> None:
        text = _not_text.sub(" ", text)
        if text.strip() and (manner != self._manner or self._pause):
            self._end_words()
            self._apply_pause()
            self._manner = manner
        self._texts.append(text)

    def _bleep(self, words: str) -> None:
        self._end_words()
        self._apply_pause()
        ms = min(LONGEST_BLEEP, max(SHORTEST_BLEEP, BLEEP_MS * len(words)))
        self._pieces.append(Bleep(ms=ms))

    def _pause_for(self, ms: int) -> None:
        self._end_words()
        self._pause = max(self._pause, ms)

    def _apply_pause(self) -> None:
        if self._pause and self._pieces and not isinstance(self._pieces[-1], Quiet):
            self._pieces.append(Quiet(ms=self._pause))
        self._pause = 0

    def _end_words(self) -> None:
        text = " ".join("".join(self._texts).split())
        self._texts.clear()
        if text and self._manner is not None:
            self._pieces.append(Words(text=text, manner=self._manner))
        self._manner = None


def _changed(manner: Manner, *, rate: float = 1.0, pitch: float = 1.0, gain: float = 0.0) -> Manner:
    return msgspec.structs.replace(
        manner,
        rate=round(max(0.2, min(manner.rate * rate, 4.0)), 3),
        pitch=round(max(0.5, min(manner.pitch * pitch, 2.0)), 3),
        gain=round(max(-96.0, min(manner.gain + gain, MOST_GAIN)), 2),
    )


def _by_prosody(manner: Manner, prosody: SsmlProsody) -> Manner:
    return _changed(
        manner,
        rate=_factor(prosody.rate, RATES, absolute=True),
        pitch=_factor(prosody.pitch, PITCHES, absolute=False),
        gain=_decibels(prosody.volume),
    )


def _factor(written: str | None, names: dict[str, float], *, absolute: bool) -> float:
    """Of `slow`, `90%` (of a rate: so much of it), `+10%` or `-2st` (semitones)."""
    text = (written or "").strip().lower()
    if text in names:
        return names[text]
    found = _change(text)
    if found is None:
        return 1.0
    sign, number, unit = found[1], float(found[2]), found[3]
    if unit == "%":
        if absolute and not sign:
            return number / 100 or 1.0
        return max(0.0, 1 + (-number if sign == "-" else number) / 100)
    if unit == "st":
        return float(2 ** ((-1 if sign == "-" else 1) * min(number, 24) / 12))
    return 1.0


def _decibels(written: str | None) -> float:
    text = (written or "").strip().lower()
    if text in VOLUMES:
        return VOLUMES[text]
    found = _change(text)
    if found is None or found[3] != "db":
        return 0.0
    return -float(found[2]) if found[1] == "-" else float(found[2])
