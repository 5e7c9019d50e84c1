"""The numbers that can be had: a virtual inventory, worked out anew for each search.

Nothing is stored. A search names area codes, exchanges and lines that may be used; their product
is walked in an order that depends on the seed (a world's id) alone, so the same search in the
same world finds the same numbers until somebody takes them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import gcd, prod

from trunkline.numbers.area_codes import LOCAL_CODES, TOLL_FREE_CODES
from trunkline.numbers.contains import ANY, Pattern, placements
from trunkline.numbers.model import VOICE_ONLY_EXCHANGE

__all__ = ["available_numbers", "codes_of_type"]

# NXX without the N11 service codes. 555 stays, less its lines 01XX, which are for fiction.
EXCHANGES = tuple(
    str(n) for n in range(200, 1000) if n % 100 != 11 and str(n) != VOICE_ONLY_EXCHANGE
)
UNRESTRICTED = (ANY,) * 10
MOST_REFUSED = 200_000  # candidates in a row that are taken: then the search gives up


def codes_of_type(number_type: str) -> Sequence[str]:
    """The area codes of a type of number: `local` or `tollfree`."""
    return tuple(LOCAL_CODES) if number_type == "local" else TOLL_FREE_CODES


def available_numbers(
    seed: str,
    codes: Sequence[str],
    *,
    pattern: Pattern | None = None,
    voice_only: bool = False,
    taken: Callable[[str], bool],
) -> Iterator[str]:
    """E.164 numbers of these area codes that match `pattern` and are not `taken`.

    `voice_only` asks for the numbers that cannot send or receive messages; otherwise there are
    none of these among the answers.
    """
    exchanges = (VOICE_ONLY_EXCHANGE,) if voice_only else EXCHANGES
    templates = [UNRESTRICTED] if pattern is None else list(placements(pattern))
    walks = [
        walk
        for walk in (_Walk.of(template, codes, exchanges) for template in templates)
        if walk.total
    ]
    seen: set[str] = set()
    refused = 0
    for number in _in_turn([walk.numbers(seed) for walk in walks]):
        if number in seen or taken(number):
            refused += 1
            if refused > MOST_REFUSED:
                return
            continue
        refused = 0
        seen.add(number)
        yield number


@dataclass(frozen=True, slots=True)
class _Walk:
    codes: Sequence[str]
    exchanges: Sequence[str]
    lines: Sequence[str]  # four sets of digits

    @classmethod
    def of(cls, allowed: Sequence[str], codes: Sequence[str], exchanges: Sequence[str]) -> _Walk:
        """The numbers of these codes and exchanges that have only allowed digits."""
        return cls(
            [code for code in codes if _fits(code, allowed[:3])],
            [exchange for exchange in exchanges if _fits(exchange, allowed[3:6])],
            allowed[6:],
        )

    @property
    def total(self) -> int:
        return len(self.codes) * len(self.exchanges) * prod(map(len, self.lines))

    def numbers(self, seed: str) -> Iterator[str]:
        """Each number once, in an order of the seed's own."""
        # With the first code in it, or each area code would offer the same seven digits.
        for index in _shuffled(self.total, seed + self.codes[0]):
            line = ""
            for digits in self.lines:
                index, place = divmod(index, len(digits))
                line += digits[place]
            index, place = divmod(index, len(self.exchanges))
            exchange = self.exchanges[place]
            if exchange != "555" or line[:2] != "01":
                yield f"+1{self.codes[index]}{exchange}{line}"


def _fits(digits: str, allowed: Sequence[str]) -> bool:
    return all(digit in place for digit, place in zip(digits, allowed, strict=True))


def _shuffled(total: int, seed: str) -> Iterator[int]:
    """0 to total-1, each once: steps of a size that shares no factor with the total."""
    mixed = int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=16).digest())
    step = total // 3 + mixed % (total // 3 + 1)
    while gcd(step, total) != 1:
        step += 1
    place = (mixed >> 64) % total
    for _ in range(total):
        yield place
        place = (place + step) % total


def _in_turn(walks: Sequence[Iterator[str]]) -> Iterator[str]:
    """One of each walk, then the next of each, until all have ended."""
    waiting = list(walks)
    while waiting:
        going = []
        for walk in waiting:
            for number in walk:
                yield number
                going.append(walk)
                break
        waiting = going
