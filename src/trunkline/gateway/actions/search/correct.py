"""What a mistyped word was meant to be: the nearest of the known ones.

The nearest is found by what is left of words when letters are left out (the symmetric delete method
of SymSpell): as fast with thousands of known words as with ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

__all__ = ["Corrections", "distance"]

SHORTEST = 4  # letters: shorter words are too near to each other
TWO_FROM = 7  # letters from which on two errors are allowed
BEGINNING = 8  # letters that are looked at when letters are left out


class Corrections:
    """Known words, by what is left of them."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._left: dict[str, list[str]] = {}
        for word in sorted(self._known):
            if len(word) >= SHORTEST - 1:
                for left in _left_outs(word[:BEGINNING], _errors(word)):
                    self._left.setdefault(left, []).append(word)

    def __call__(self, word: str) -> str | None:
        """`word` if it is known, else the known one nearest to it, if it is near enough."""
        if word in self._known:
            return word
        if len(word) < SHORTEST or len(word) > 40:
            return None
        allowed = _errors(word)
        near = {
            known
            for left in _left_outs(word[:BEGINNING], allowed)
            for known in self._left.get(left, ())
            if abs(len(known) - len(word)) <= allowed
        }
        best = min(
            ((distance(word, known), known[0] != word[0], known) for known in sorted(near)),
            default=None,
        )
        return best[2] if best is not None and best[0] <= allowed else None


def _errors(word: str) -> int:
    return 2 if len(word) >= TWO_FROM else 1


def _left_outs(word: str, most: int) -> Iterator[str]:
    found = {word}
    for _ in range(most):
        found |= {each[:place] + each[place + 1 :] for each in found for place in range(len(each))}
    return iter(found)


def distance(first: str, second: str) -> int:
    """How many letters are too many, missing, wrong, or in each other's place (optimal string
    alignment)."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, 1):
        before, last, row = row, before, [i]
        for j, other in enumerate(second, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            swapped = i > 1 and j > 1 and letter == second[j - 2] and other == first[i - 2]
            row.append(min(cost, last[j - 2] + 1) if swapped else cost)
    return row[-1]
