"""Rank actions by an intent: BM25 over the fields of their declarations (BM25F).

Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009, 3.6.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from trunkline.gateway.actions.declare import Action
from trunkline.gateway.actions.search.correct import Corrections
from trunkline.gateway.actions.search.read_text import (
    SYNONYM_STEMS,
    read_intent,
    terms_of,
    words_of,
)

__all__ = ["Index"]

NAME, WORDS, DESCRIPTION, INPUTS = 3.0, 1.5, 1.0, 0.2  # what a term in each field counts
SATURATION = 1.2  # k1
LENGTH = 0.3  # b: declarations are about as long as they need to be


class Index:
    """Some actions, ready to be searched. Made once; nothing of it changes."""

    def __init__(self, actions: Sequence[Action]) -> None:
        self._ids = [action.id for action in actions]
        self._words = [
            sorted(
                {*words_of(f"{action.key.replace('-', ' ')} {action.name} {action.description}")}
            )
            for action in actions
        ]
        counted = [_counted(action) for action in actions]
        self._postings = _postings(counted)
        self._correct = Corrections(SYNONYM_STEMS.union(self._postings))

    def rank(self, intent: str) -> list[tuple[str, float]]:
        """The ids of the actions that have to do with an intent and their scores, best first; equal
        ones by id."""
        scores: dict[int, float] = {}
        for term, weight in sorted(read_intent(intent, self._correct).items()):
            for place, score in self._postings.get(term, ()):
                scores[place] = scores.get(place, 0.0) + weight * score
        found = [(self._ids[place], round(score, 6)) for place, score in scores.items()]
        return sorted(found, key=lambda each: (-each[1], each[0]))

    def named(self, search: str) -> set[str]:
        """The ids of the actions in whose key, name or description each word of `search` begins
        a word."""
        wanted = words_of(search)
        if not wanted:
            return set()
        return {
            action_id
            for action_id, words in zip(self._ids, self._words, strict=True)
            if all(any(word.startswith(start) for word in words) for start in wanted)
        }


def _counted(action: Action) -> dict[str, float]:
    """How much each term counts in an action."""
    inputs = " ".join(
        f"{field.name} {field.schema.get('description', '')}" for field in action.inputs
    )
    fields = (
        (action.name, NAME),
        (action.words, WORDS),
        (action.description, DESCRIPTION),
        (inputs, INPUTS),
    )
    counts: Counter[str] = Counter()
    for text, weight in fields:
        for term in terms_of(text):
            counts[term] += weight  # type: ignore[assignment]
    return dict(counts)


def _postings(counted: Sequence[dict[str, float]]) -> dict[str, list[tuple[int, float]]]:
    """Term → the places of the actions that have it, with its score there."""
    mean = sum(sum(each.values()) for each in counted) / max(len(counted), 1)
    having = Counter(term for each in counted for term in each)
    postings: dict[str, list[tuple[int, float]]] = {}
    for place, counts in enumerate(counted):
        norm = SATURATION * (1 - LENGTH + LENGTH * sum(counts.values()) / mean)
        for term, count in counts.items():
            rarity = 1.0 + math.log(1 + (len(counted) - having[term] + 0.5) / (having[term] + 0.5))
            score = rarity * count * (SATURATION + 1) / (count + norm)
            postings.setdefault(term, []).append((place, score))
    return postings
