"""What the platform knows that can stand on a command line. Asked while somebody types, so it
answers soon or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trunkline.cli.client import Control

__all__ = ["Sources", "source_of"]

SECONDS = 1.0
NEWEST = 50

Value = tuple[str, str]  # and what it means


def source_of(path: tuple[str, ...], parameter: Any) -> str | None:
    """The method of `Sources` for a parameter of a command; None for values that only the user
    knows."""
    is_argument = parameter.param_type_name == "argument"
    name = parameter.metavar or ""
    if "--world" in parameter.opts or (path in WORLDS and is_argument):
        return "worlds"
    if path == ("phone",) and is_argument:
        return "phones"
    if path[:1] == ("numbers",) and name == "NUMBER|SID":
        return "own_numbers"
    if path in (("phone", "send"), ("phone", "call")) and name == "TO":
        return "own_numbers"
    if {"--from", "--to", "--number"} & set(parameter.opts) or name == "TO":
        return "numbers"
    if path[:1] == ("calls",) and name == "SID":
        return "calls"
    if name == "SID" and "--account" not in parameter.opts:
        return "messages"
    if path[:1] == ("webhooks",) and name == "ID":
        return "requests"
    return None


WORLDS = {("world", "show"), ("world", "reset")}


class Sources:
    """Asks the control API of the platform on a data folder, for one world."""

    def __init__(self, data: str | None, world: str | None) -> None:
        """Raises Failure."""
        self._control = Control(Path(data) if data else None, world)

    def of(self, source: str) -> Iterator[Value]:
        """The values of one of the methods below. Raises Failure."""
        found: Iterator[Value] = getattr(self, f"_{source}")()
        return found

    def _worlds(self) -> Iterator[Value]:
        for world in self._ask("/worlds")["worlds"]:
            yield world["name"], "world"

    def _own_numbers(self) -> Iterator[Value]:
        for number in self._ask("/credentials")["numbers"]:
            yield number, "own number"

    def _phones(self) -> Iterator[Value]:
        own = {number for number, _ in self._own_numbers()}
        seen = set()
        for message in self._transcript():
            for number in (message["from"], message["to"]):
                if number not in own and number not in seen:
                    seen.add(number)
                    yield number, "phone"

    def _numbers(self) -> Iterator[Value]:
        yield from self._own_numbers()
        yield from self._phones()

    def _messages(self) -> Iterator[Value]:
        for message in self._transcript():
            if message["sid"] is not None:
                between = f"{message['from']} → {message['to']}"
                yield message["sid"], f"{between}, {message['status']}"

    def _calls(self) -> Iterator[Value]:
        for call in self._ask("/calls", limit=NEWEST)["calls"]:
            yield call["sid"], f"{call['from']} → {call['to']}, {call['status']}"

    def _requests(self) -> Iterator[Value]:
        for request in self._ask("/webhooks", limit=NEWEST)["requests"]:
            yield request["id"], f"{request['outcome']} {request['url']}"

    def _transcript(self) -> Iterator[dict[str, Any]]:
        yield from reversed(self._ask("/transcript", limit=NEWEST)["messages"])

    def _ask(self, path: str, **query: object) -> Any:
        return self._control.call("GET", path, query=query, seconds=SECONDS)
