"""`<Say>` and the elements of SSML in it.

Source: behaviour 6.6, Appendix A; codes 13510, 13511, 13520, 13521.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from trunkline.twiml import kinds
from trunkline.twiml.kinds import BLANKS
from trunkline.twiml.schema import attribute, children, element, text, written_at

__all__ = [
    "Say",
    "SsmlBreak",
    "SsmlEmphasis",
    "SsmlLang",
    "SsmlNode",
    "SsmlP",
    "SsmlPhoneme",
    "SsmlProsody",
    "SsmlS",
    "SsmlSayAs",
    "SsmlSub",
    "SsmlW",
    "check_say",
]

_LOOP_INVALID: Final = 13510
_VOICE_INVALID: Final = 13511
_TEXT_INVALID: Final = 13520
_TEXT_TOO_LONG: Final = 13521

MAX_TEXT: Final = 4096
MAX_POLLY_TEXT: Final = 3000
MAX_LOOPS: Final = 1000

_BASIC_VOICES: Final = ("man", "woman", "alice")
_PROVIDERS_VOICE: Final = re.compile(r"(Polly|Google)\.[\w-]{1,60}")
_TIME: Final = re.compile(r"\+?([0-9]{1,6}|[0-9]{0,6}\.[0-9]{1,6})(ms|s)")
_MAX_BREAK_MS: Final = 10_000


def _voice(value: str) -> str | None:
    """`man`, `woman`, `alice`, or a voice of Amazon Polly or Google by its name."""
    name = value.strip(BLANKS)
    if name and name not in _BASIC_VOICES and not _PROVIDERS_VOICE.fullmatch(name):
        raise ValueError("must be man, woman, alice, or a name like Polly.Joanna")
    return name or None


def _milliseconds(value: str) -> int | None:
    """`2s`, `1.5s` or `300ms` as milliseconds, ten seconds at most."""
    written = value.strip(BLANKS)
    if not written:
        return None
    matched = _TIME.fullmatch(written)
    duration = float(matched[1]) * (1000 if matched[2] == "s" else 1) if matched else -1
    if not 0 <= duration <= _MAX_BREAK_MS:
        raise ValueError("must be a time like 300ms or 2s, and ten seconds at most")
    return round(duration)


@element("break")
@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlBreak:
    """`<break>`: a pause. `time` is in milliseconds; without one, `strength` says how long."""

    strength: str | None = attribute(
        "strength", kinds.one_of("none", "x-weak", "weak", "medium", "strong", "x-strong")
    )
    time: int | None = attribute("time", _milliseconds)
    line: int | None = written_at()


@element("phoneme")
@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlPhoneme:
    """`<phoneme>`: words with their pronunciation `ph`, which is written in `alphabet`."""

    words: str = text()
    alphabet: str | None = attribute("alphabet", kinds.text)
    ph: str | None = attribute("ph", kinds.text)
    line: int | None = written_at()


@element("say-as")
@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlSayAs:
    """`<say-as>`: words of a kind, as `digits`, `date` (with its `format`) or `telephone`."""

    words: str = text()
    interpret_as: str | None = attribute("interpret-as", kinds.text)
    format: str | None = attribute("format", kinds.text)
    line: int | None = written_at()


@element("sub")
@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlSub:
    """`<sub>`: words in whose place `alias` is spoken."""

    words: str = text()
    alias: str | None = attribute("alias", kinds.text)
    line: int | None = written_at()


def _within_w() -> Iterable[type]:
    return SsmlBreak, SsmlEmphasis, SsmlPhoneme, SsmlProsody, SsmlSayAs, SsmlSub


def _within_s() -> Iterable[type]:
    return *_within_w(), SsmlLang, SsmlW


def _within_p() -> Iterable[type]:
    return *_within_s(), SsmlS


def _anything() -> Iterable[type]:
    return *_within_p(), SsmlP


@element("emphasis")
@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlEmphasis:
    """`<emphasis>`: parts that are stressed more or less."""

    level: str = attribute(
        "level", kinds.one_of("strong", "moderate", "reduced", "none"), default="moderate"
    )
    parts: tuple[str | SsmlNode, ...] = children(_within_s, mixed=True, trimmed=False)
    line: int | None = written_at()


@element("lang")
@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlLang:
    """`<lang>`: parts in another language."""

    xml_lang: str | None = attribute("xml:lang", kinds.language)
    parts: tuple[str | SsmlNode, ...] = children(_anything, mixed=True, trimmed=False)
    line: int | None = written_at()


@element("p")
@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlP:
    """`<p>`: a paragraph."""

    parts: tuple[str | SsmlNode, ...] = children(_within_p, mixed=True, trimmed=False)
    line: int | None = written_at()


@element("prosody")
@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlProsody:
    """`<prosody>`: parts that are louder, faster or higher.

    Each is as written: a name (`x-soft`, `slow`, `high`), or a change (`+6dB`, `90%`, `+10%`).
    """

    volume: str | None = attribute("volume", kinds.text)
    rate: str | None = attribute("rate", kinds.text)
    pitch: str | None = attribute("pitch", kinds.text)
    parts: tuple[str | SsmlNode, ...] = children(_anything, mixed=True, trimmed=False)
    line: int | None = written_at()


@element("s")
@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlS:
    """`<s>`: a sentence."""

    parts: tuple[str | SsmlNode, ...] = children(_within_s, mixed=True, trimmed=False)
    line: int | None = written_at()


@element("w")
@dataclass(frozen=True, slots=True, kw_only=True)
class SsmlW:
    """`<w>`: a word whose part of speech is `role`."""

    role: str | None = attribute("role", kinds.text)
    parts: tuple[str | SsmlNode, ...] = children(_within_w, mixed=True, trimmed=False)
    line: int | None = written_at()


SsmlNode = (
    SsmlBreak
    | SsmlEmphasis
    | SsmlLang
    | SsmlP
    | SsmlPhoneme
    | SsmlProsody
    | SsmlS
    | SsmlSayAs
    | SsmlSub
    | SsmlW
)


def _written(part: str | SsmlNode) -> str:
    """The characters of a part, without its elements."""
    match part:
        case str():
            return part
        case SsmlBreak():
            return ""
        case SsmlPhoneme() | SsmlSayAs() | SsmlSub():
            return part.words
        case _:
            return "".join(map(_written, part.parts))


def _pauses(part: str | SsmlNode) -> bool:
    if isinstance(part, SsmlBreak):
        return True
    return any(map(_pauses, getattr(part, "parts", ())))


def check_say(say: Say) -> tuple[int, str] | None:
    """Refuse what says nothing (13520) or too much (13521). A `<break>` alone is something."""
    written = say.text
    if not written.strip(BLANKS) and not any(map(_pauses, say.parts)):
        return _TEXT_INVALID, "has no text. Nothing is said."
    most = MAX_POLLY_TEXT if say.voice.startswith("Polly.") else MAX_TEXT
    if len(written) > most:
        return _TEXT_TOO_LONG, f"has more than {most} characters. Nothing is said."
    return None


@element("Say", check=check_say)
@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """`<Say>`: speak `parts`, texts and SSML elements in their order, `loop` times.

    Texts are as written, line breaks and all, but for the blanks around the whole. `loop` 0 is
    until the call ends. `language` None is that of the voice. One without text is left out
    (13520), as is one of more than 4096 characters, 3000 with a Polly voice (13521).
    """

    voice: str = attribute("voice", _voice, default="man", code=_VOICE_INVALID)
    language: str | None = attribute("language", kinds.language)
    loop: int = attribute("loop", kinds.integer(0, MAX_LOOPS), default=1, code=_LOOP_INVALID)
    parts: tuple[str | SsmlNode, ...] = children(_anything, mixed=True)
    line: int | None = written_at()

    @property
    def text(self) -> str:
        """Its characters without its elements."""
        return "".join(map(_written, self.parts))
