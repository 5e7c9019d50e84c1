"""Connection overrides: what the fragment of a URL asks for (behaviour 2.2).

`#rc=2&rp=5xx,rt&ct=1000` – Twilio: Webhooks connection overrides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

__all__ = ["Overrides", "Problem", "read_overrides"]

EVERY_FAILURE = frozenset({"4xx", "5xx", "ct", "rt"})
EDGES = {
    "ashburn",
    "dublin",
    "frankfurt",
    "roaming",
    "sao-paulo",
    "singapore",
    "sydney",
    "tokyo",
    "umatilla",
}
# Private connections to Twilio's edges, which nobody has here.
INTERCONNECT = {
    "ashburn-ix",
    "frankfurt-ix",
    "london-ix",
    "san-jose-ix",
    "singapore-ix",
    "sydney-ix",
    "tokyo-ix",
}

INVALID_EDGE = 11240
INTERCONNECT_NOT_ALLOWED = 11242
INVALID_RETRY_POLICY = 11243


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """How one URL is requested. The fields have the names that the fragment has."""

    ct: int = 5_000  # ms to connect
    rt: int = 15_000  # ms to the first packet, and between packets
    tt: int = 15_000  # ms for all attempts together
    rc: int = 1  # attempts after the first
    rp: frozenset[str] = frozenset({"ct"})  # after which failures: of 4xx, 5xx, ct, rt
    sni: bool = True  # whether the TLS handshake names the host
    e: tuple[str, ...] = ("ashburn",)  # Twilio's edges; there are none here, so they change nothing


@dataclass(frozen=True, slots=True)
class Problem:
    """An override that cannot be followed: its default holds instead."""

    code: int  # of the alert
    message: str  # one sentence


class _Refused(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(code, message)


DEFAULTS = Overrides()


def read_overrides(fragment: str) -> tuple[Overrides, tuple[Problem, ...]]:
    """What a fragment asks for, and what is wrong with it.

    Of several values for one name the last counts. Anything else, such as the name of a section,
    is passed over: a fragment may have another purpose.
    """
    if "=" not in fragment:
        return DEFAULTS, ()
    asked: dict[str, Any] = {}
    problems: dict[str, Problem] = {}
    for pair in fragment.split("&"):
        name, equals, value = pair.partition("=")
        read = READERS.get(name)
        if not equals or read is None:
            continue
        asked.pop(name, None)
        problems.pop(name, None)
        try:
            asked[name] = read(unquote(value))
        except _Refused as refused:
            problems[name] = refused.problem
    return Overrides(**asked), tuple(problems.values())


def _between(name: str, least: int, most: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if value.isascii() and value.isdigit() and len(value) <= 6 and least <= int(value) <= most:
            return int(value)
        # No code is made for numbers. The edge codes would send people to the wrong place; this
        # one is about how often and how long is tried, and the sentence names the parameter.
        raise _Refused(
            INVALID_RETRY_POLICY,
            f"The connection override '{name}' is not a number between {least} and {most}.",
        )

    return read


def _failures(value: str) -> frozenset[str]:
    names = {part.strip() for part in value.split(",")}
    if not names <= EVERY_FAILURE | {"all"}:
        raise _Refused(
            INVALID_RETRY_POLICY,
            "The connection override 'rp' holds something else than 4xx, 5xx, ct, rt and all.",
        )
    return EVERY_FAILURE if "all" in names else frozenset(names)


def _yes_or_no(value: str) -> bool:
    if value not in ("y", "n"):
        raise _Refused(INVALID_RETRY_POLICY, "The connection override 'sni' is neither y nor n.")
    return value == "y"


def _edges(value: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in value.split(","))
    if not (EDGES | INTERCONNECT).issuperset(names):
        raise _Refused(
            INVALID_EDGE, "The connection override 'e' holds something that is no edge location."
        )
    if not EDGES.issuperset(names):
        raise _Refused(
            INTERCONNECT_NOT_ALLOWED,
            "The connection override 'e' holds an edge location of Interconnect.",
        )
    return names


READERS: dict[str, Callable[[str], Any]] = {
    "ct": _between("ct", 100, 10_000),
    "rt": _between("rt", 100, 15_000),
    "tt": _between("tt", 100, 15_000),
    "rc": _between("rc", 0, 5),
    "rp": _failures,
    "sni": _yes_or_no,
    "e": _edges,
}
