"""Texts to terms: what an action's words are, and what an intent asks for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache

import snowballstemmer  # type: ignore[import-untyped]

from trunkline.gateway.actions.search.synonyms import (
    FUNCTION_WORDS,
    HINTS,
    IMPERATIVES,
    NEAR,
    OPENERS,
    PHRASES,
    QUESTIONS,
    SIDS,
)

__all__ = ["SYNONYM_STEMS", "read_intent", "stem", "terms_of", "words_of"]

CANONICAL = 0.8  # from this weight on a synonym stands for its target in declarations, too
LITERAL = 0.6  # of a word itself, beside what it is a synonym of
PLURAL = 0.5  # of `list` for a noun in the plural
IMPERATIVE = 0.6
CORRECTED = 0.75
FADING = 0.04  # by which each further word weighs less: what is wanted is said first

ASKED = 0.5  # of verbs that change something, in a question
CHANGING = frozenset({"send", "creat", "updat", "delet"})
VERBS = CHANGING | {"get"}

_stemmer = snowballstemmer.stemmer("english")
_quoted = re.compile(r'"[^"]*"|“[^”]*”|«[^»]*»|`[^`]*`|<[^<>]*>|https?://\S+')
_digits = re.compile(r"\+?\(?\d[\d\s().-]{4,}\d")
_sid = re.compile(r"\b(sm|mm|ca|re|pn)[0-9a-fx]{4,}\b")
_let_know = re.compile(r"\blet\b(?:\s+\S+){1,4}?\s+know\b")
_word = re.compile(r"[a-z][a-z0-9]*(?:['’][a-z]+)?")
_phrases = {tuple(phrase.split()): meant.split() for phrase, meant in PHRASES.items()}
_longest = max(map(len, _phrases))

Terms = dict[str, float]


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """The stem of an English word (Snowball)."""
    return str(_stemmer.stemWord(word))


def _by_stem() -> dict[str, Terms]:
    # Not by the stems of what is meant itself: `called` is a hint, `call` is what it is.
    meant = {term for words in (NEAR, HINTS) for targets in words.values() for term in targets}
    table: dict[str, Terms] = {}
    for words in (NEAR, HINTS):
        for word, targets in words.items():
            if stem(word) not in meant:
                table.setdefault(stem(word), targets)
    return table


_STEMMED = _by_stem()
# Terms that a mistyped word may have been meant to be, beside those of the declarations.
SYNONYM_STEMS = frozenset(stem(word) for words in (NEAR, HINTS) for word in words)


def words_of(text: str) -> list[str]:
    """The words of a text, in lower case, without possessives; SIDs and numbers are none."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return [re.split("['’]", word)[0] for word in _word.findall(plain)]


def terms_of(text: str) -> Iterator[str]:
    """The terms of a declaration's text, each as often as it is there."""
    for word in _joined(words_of(text)):
        if word in FUNCTION_WORDS:
            continue
        found = {stem(word)}
        targets = NEAR.get(word, {})
        found |= {term for term, weight in targets.items() if weight >= CANONICAL}
        yield from sorted(found)


def read_intent(text: str, correct: Callable[[str], str | None]) -> Terms:
    """What an intent asks for: terms with their weights.

    `correct` tells a stem's term: itself when it is known, another one when it seems mistyped,
    None when it is neither.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    # What stands in quotes is what is to be said, not what is to be done.
    outside = _quoted.sub(" ", plain)
    plain = outside if _word.search(outside) else plain
    terms: Terms = {}
    for found in _sid.finditer(plain):
        _add(terms, {SIDS[found[1]]: 0.8, "get": 0.3}, 1.0)
    plain = _digits.sub(" ", _sid.sub(" ", plain))
    words = _joined(words_of(_let_know.sub("notify", plain)))
    asks = bool(words) and words[0] in QUESTIONS
    weight, first = 1.0, not asks
    for word in words:
        if word in FUNCTION_WORDS and word not in HINTS:
            continue
        _add(terms, _meant(word, correct), weight)
        if first and word in IMPERATIVES:
            _add(terms, dict.fromkeys(IMPERATIVES[word], IMPERATIVE), weight)
        first = first and word in OPENERS
        weight = max(weight - FADING, 0.3)
    if asks:
        terms |= {term: terms[term] * ASKED for term in CHANGING & terms.keys()}
    return terms


def _meant(word: str, correct: Callable[[str], str | None]) -> Terms:
    written = {**HINTS.get(word, {}), **NEAR.get(word, {})}
    known = correct(stem(word))
    if written:
        meant = dict(written)
        if known == stem(word) and word not in FUNCTION_WORDS:
            meant[known] = max(meant.get(known, 0), LITERAL)
    elif known is None:
        return {}
    else:
        share = 1.0 if known == stem(word) else CORRECTED
        targets = _STEMMED.get(known, {})
        meant = {term: weight * share for term, weight in targets.items()}
        meant[known] = max(meant.get(known, 0), share * (LITERAL if targets else 1.0))
    if _plural(word) and not (meant.keys() & VERBS):
        meant["list"] = max(meant.get("list", 0), PLURAL)
    return meant


def _plural(word: str) -> bool:
    return len(word) > 3 and word[-1] == "s" and word[-2] not in "sui"


def _add(terms: Terms, more: Terms, weight: float) -> None:
    for term, share in more.items():
        terms[term] = max(terms.get(term, 0.0), share * weight)


def _joined(words: list[str]) -> list[str]:
    """Words with the phrases among them put as what they mean."""
    result: list[str] = []
    place = 0
    while place < len(words):
        for size in range(_longest, 1, -1):
            phrase = tuple(words[place : place + size])
            if phrase in _phrases:
                result += _phrases[phrase]
                place += size
                break
        else:
            result.append(words[place])
            place += 1
    return result
