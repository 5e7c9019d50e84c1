"""What was said in a test's world, as text that can be compared."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ["Transcript", "conversation", "difference", "line", "said", "without_copies"]

AS_EXPECTED = ("delivered", "received", "read")
INDENT = "    "


class Transcript(str):
    """The conversation of a test: a line for each message, in the order in which they were made.

    `+14155550123 -> +12065550100: JOIN`. In parentheses stands what is not ordinary: media, an
    automatic reply of the network, a status other than delivered or received with its error code.
    Further lines of a text are indented by four spaces. There are no SIDs and no times.

    It equals a string that has the same lines, however that is indented and whatever blank lines
    surround it.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return _lines(self) == _lines(other) if isinstance(other, str) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


def conversation(entries: Iterable[dict[str, Any]]) -> Transcript:
    """The transcript of what the control API tells."""
    return Transcript("\n".join(said(entry) for entry in without_copies(entries)))


def without_copies(entries: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The entries without those that show a message once more: what one number of the account
    sends to another is a message that goes out, and one that comes in."""
    on_the_way: list[tuple[str, str, str]] = []
    for entry in entries:
        what = (entry["from"], entry["to"], entry["body"])
        if entry["direction"] != "inbound":
            on_the_way.append(what)
        elif what in on_the_way:
            on_the_way.remove(what)
            continue
        yield entry


def said(entry: dict[str, Any]) -> str:
    """One message: who said what to whom."""
    remarks = ", ".join(_remarks(entry))
    return line(entry, f"({remarks})" if remarks else "", entry["body"])


def line(entry: dict[str, Any], remarks: str, text: str) -> str:
    """The line of a message, and those of the rest of its text."""
    head = f"{entry['from']} -> {entry['to']}{remarks and ' ' + remarks}:"
    first, *more = text.splitlines() or [""]
    lines = [f"{head} {first}", *(INDENT + line for line in more)]
    return "\n".join(line.rstrip() for line in lines)


def difference(found: str, wanted: str) -> list[str]:
    """The lines of both, with a mark before those that only one of them has: - expected, + said."""
    diff = difflib.ndiff(_lines(wanted), _lines(found))
    return [line.rstrip() for line in diff if not line.startswith("?")]


def _remarks(entry: dict[str, Any]) -> Iterator[str]:
    if entry["kind"] == "automatic_reply":
        yield "automatic"
    if entry["num_media"]:
        yield f"{entry['num_media']} media"
    if entry["status"] is not None and entry["status"] not in AS_EXPECTED:
        yield entry["status"]
    if entry["error_code"] is not None:
        yield f"error {entry['error_code']}"


def _lines(text: str) -> list[str]:
    lines = [line.rstrip() for line in textwrap.dedent(str(text)).split("\n")]
    return textwrap.dedent("\n".join(lines)).strip("\n").split("\n")
