"""Advanced opt-out: the words and replies that a messaging service chose, by country and language
(behaviour 4; Twilio, "Customize Opt-Out Keywords, Messages, and Translations").

A word is looked for in the lists of the writer's country first, then in the lists of no country,
then in the standard list. The reply is that of the list which has the word, so that whoever writes
ARRET is answered in French.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.messaging.inbound.opt_out_keywords import (
    DEFAULT_WORDS,
    HELP_REPLY,
    START_REPLY,
    STOP_REPLY,
    Keyword,
    without_surroundings,
)

__all__ = ["InvalidWords", "ServiceWords", "WordList", "WordMatch", "WordOverride", "check_words"]

MOST_WORDS = 100  # of one list
MOST_OVERRIDES = 100

Word = Annotated[str, Meta(min_length=1, max_length=40)]
Reply = Annotated[str, Meta(max_length=1600)]
Country = Annotated[str, Meta(pattern=r"\A[A-Z]{2}\Z")]
Language = Annotated[str, Meta(pattern=r"\A[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")]

# Twilio, as above: these words always mean what they mean everywhere.
FIXED = {
    "stop": Keyword.STOP,
    "start": Keyword.START,
    "unstop": Keyword.START,
    "help": Keyword.HELP,
}


class InvalidWords(ValueError):
    """Words that a service cannot have. The message is one sentence for the person who chose
    them."""


class WordList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that mean the same, and what is answered to them; nothing where `reply` is empty."""

    keywords: Annotated[tuple[Word, ...], Meta(max_length=MOST_WORDS)]
    reply: Reply


class WordOverride(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Words for people of a country, or in a language. A list that is null adds no words."""

    country: Annotated[Country | None, Meta(description="ISO 3166; null: of any")] = None
    language: Annotated[Language | None, Meta(description="BCP 47, e.g. fr")] = None
    stop: WordList | None = None
    start: WordList | None = None
    help: WordList | None = None


class WordMatch(msgspec.Struct, frozen=True):
    """A text that is one of a service's words."""

    keyword: Keyword
    word: str  # as it is declared
    reply: str
    language: str | None = None


def _words(keyword: Keyword) -> tuple[str, ...]:
    return tuple(word for word, meaning in DEFAULT_WORDS.items() if meaning is keyword)


class ServiceWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The words of a service. They count once they are `enabled`, which is for good."""

    enabled: bool = False
    stop: WordList = WordList(_words(Keyword.STOP), STOP_REPLY)
    start: WordList = WordList(_words(Keyword.START), START_REPLY)
    help: WordList = WordList(_words(Keyword.HELP), HELP_REPLY)
    overrides: Annotated[tuple[WordOverride, ...], Meta(max_length=MOST_OVERRIDES)] = ()

    def match(self, body: str, country: str | None) -> WordMatch | None:
        """What the whole of `body` means, any case, spaces and punctuation around it, when it is
        written from `country` (ISO 3166)."""
        wanted = folded(without_surroundings(body))
        if not wanted:
            return None
        for override in self._overrides(country):
            found = _find(wanted, override, override.language)
            if found is not None:
                return found
        return _find(wanted, self, None)

    def _overrides(self, country: str | None) -> Iterator[WordOverride]:
        if country:
            yield from (each for each in self.overrides if each.country == country)
        yield from (each for each in self.overrides if each.country is None)


def _find(
    wanted: str, lists: ServiceWords | WordOverride, language: str | None
) -> WordMatch | None:
    for keyword, words in _lists(lists):
        for word in words.keywords:
            if folded(word) == wanted:
                return WordMatch(keyword, word, words.reply, language)
    return None


def _lists(of: ServiceWords | WordOverride) -> Iterator[tuple[Keyword, WordList]]:
    for keyword, words in ((Keyword.STOP, of.stop), (Keyword.START, of.start)):
        if words is not None:
            yield keyword, words
    if of.help is not None:
        yield Keyword.HELP, of.help


def folded(word: str) -> str:
    """A word so that it can be compared, however many spaces are between its parts. `lower`, not
    `casefold`: ſtop is not stop."""
    return " ".join(unicodedata.normalize("NFC", word).lower().split())


def check_words(words: ServiceWords) -> None:
    """Raises InvalidWords: for a standard list without stop, start, unstop and help; a word that
    means two things in one country; a word that no text can match; a reply that is itself a word,
    which two numbers could send each other for ever."""
    _check_unique([words])
    standard = {
        folded(word): keyword for keyword, found in _lists(words) for word in found.keywords
    }
    for fixed, keyword in FIXED.items():
        if standard.get(fixed) is not keyword:
            raise InvalidWords(
                f"The word '{fixed}' cannot be taken off the {keyword.lower()} list."
            )
    by_country: dict[str | None, list[ServiceWords | WordOverride]] = {}
    for override in words.overrides:
        by_country.setdefault(override.country, []).append(override)
    for lists in by_country.values():
        _check_unique(lists)
    for country in {None, *by_country}:
        everything: list[ServiceWords | WordOverride] = [words, *words.overrides]
        for each in everything:
            for _, found in _lists(each):
                if words.match(found.reply, country) is not None:
                    raise InvalidWords(f"The reply '{found.reply[:40]}' is itself a keyword.")


def _check_unique(several: Sequence[ServiceWords | WordOverride]) -> None:
    seen: set[str] = set()
    for lists in several:
        for keyword, found in _lists(lists):
            for word in found.keywords:
                key = folded(word)
                if without_surroundings(word) != word or not word.isprintable():
                    raise InvalidWords(
                        f"The word '{word}' has spaces or punctuation around it, or is no text."
                    )
                if FIXED.get(key, keyword) is not keyword:
                    raise InvalidWords(f"The word '{key}' can only mean {FIXED[key].lower()}.")
                if key in seen:
                    raise InvalidWords(f"The word '{word}' is there twice for one country.")
                seen.add(key)
