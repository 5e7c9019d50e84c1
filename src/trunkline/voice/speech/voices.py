"""Twilio's voices: which language each speaks, and whether it is a woman's or a man's.

Source: https://www.twilio.com/docs/voice/twiml/say/text-speech#available-voices-and-languages. The
engines here have few voices: of Twilio's they take no more than this.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT_LANGUAGE", "Speaker", "find_speaker"]

DEFAULT_LANGUAGE = "en-US"

_WOMEN = {
    "arb": "Zeina", "ar-AE": "Hala", "ca-ES": "Arlet", "cmn-CN": "Zhiyu", "cs-CZ": "Jitka",
    "cy-GB": "Gwyneth", "da-DK": "Naja Sofie", "de-AT": "Hannah", "de-CH": "Sabrina",
    "de-DE": "Marlene Vicki", "en-AU": "Nicole Olivia", "en-GB": "Amy Emma", "en-IE": "Niamh",
    "en-IN": "Raveena Aditi Kajal", "en-NZ": "Aria", "en-SG": "Jasmine", "en-ZA": "Ayanda",
    "en-US": "Danielle Ivy Joanna Kendra Kimberly Ruth Salli", "es-ES": "Conchita Lucia",
    "es-MX": "Mia", "es-US": "Lupe Penelope", "fi-FI": "Suvi", "fr-BE": "Isabelle",
    "fr-CA": "Chantal Gabrielle", "fr-FR": "Celine Lea", "is-IS": "Dora",
    "it-IT": "Bianca Carla", "ja-JP": "Kazuha Mizuki Tomoko", "ko-KR": "Jihye Seoyeon",
    "nb-NO": "Ida Liv", "nl-BE": "Lisa", "nl-NL": "Laura Lotte", "pl-PL": "Ewa Maja Ola",
    "pt-BR": "Camila Vitoria", "pt-PT": "Ines", "ro-RO": "Carmen", "ru-RU": "Tatyana",
    "sv-SE": "Astrid Elin", "tr-TR": "Burcu Filiz", "yue-CN": "Hiujin",
}  # fmt: skip
_MEN = {
    "ar-AE": "Zayd", "da-DK": "Mads", "de-DE": "Daniel Hans", "en-AU": "Russell",
    "en-GB": "Arthur Brian", "en-GB-WLS": "Geraint",
    "en-US": "Gregory Joey Justin Kevin Matthew Patrick Stephen", "es-ES": "Enrique Sergio",
    "es-MX": "Andres", "es-US": "Miguel Pedro", "fr-BE": "Liam", "fr-CA": "Liam",
    "fr-FR": "Mathieu Remi", "is-IS": "Karl", "it-IT": "Adriano Giorgio", "ja-JP": "Takumi",
    "nl-NL": "Ruben", "pl-PL": "Jacek Jan Tomasz", "pt-BR": "Ricardo Thiago", "pt-PT": "Cristiano",
    "ru-RU": "Maxim",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says something."""

    language: str  # BCP 47, e.g. `en-US`
    woman: bool


def _by_name() -> dict[str, Speaker]:
    found: dict[str, Speaker] = {}
    for woman, table in ((True, _WOMEN), (False, _MEN)):
        for language, names in table.items():
            for name in names.split():
                found.setdefault(name.lower(), Speaker(language, woman))
    return found


_POLLY = _by_name()


def find_speaker(voice: str | None, language: str | None) -> Speaker:
    """Who speaks for a voice, e.g. `man`, `Polly.Joanna-Neural` or `Google.de-DE-Wavenet-B`. A
    language that was written goes before the voice's own."""
    kind, _, name = (voice or "").partition(".")
    own, woman = DEFAULT_LANGUAGE, True
    if kind.lower() == "man":
        woman = False
    elif kind.lower() == "polly":
        known = _POLLY.get(name.partition("-")[0].lower())
        if known is not None:
            own, woman = known.language, known.woman
    elif kind.lower() == "google":
        # Google has no names, but for the women and men of its list in turns: A, B, C, D.
        pieces = name.split("-")
        if len(pieces) >= 2:
            own = "-".join(pieces[:2])
        woman = pieces[-1].upper() not in ("B", "D", "I", "J")
    return Speaker(language or own, woman)
