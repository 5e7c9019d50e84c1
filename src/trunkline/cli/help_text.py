"""What a command's docstring says: a summary, paragraphs, and examples.

A block that is indented by four blanks stays as it is. One that starts with `$` is an example: the
help shows what is typed, and the reference what is printed, too.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Block", "Paragraph", "read_help"]

INDENT = "    "
PROMPT = "$ "


@dataclass(frozen=True)
class Paragraph:
    """Words that may be broken into lines anywhere; `*` and `-` at the start make list items."""

    text: str


@dataclass(frozen=True)
class Block:
    """Lines that stay as they are."""

    lines: tuple[str, ...]

    @property
    def is_example(self) -> bool:
        """Whether it shows what is typed into a shell."""
        return self.lines[0].startswith(PROMPT)

    def typed(self) -> Iterator[str]:
        """The lines that are typed, with those that go on after a backslash."""
        goes_on = False
        for line in self.lines:
            if goes_on or line.startswith(PROMPT):
                yield line
                goes_on = line.endswith("\\")


def read_help(docstring: str | None, *, whole: bool = False) -> tuple[str, list[Paragraph | Block]]:
    """The summary, which is the first line, and what comes after it.

    What stands behind a form feed is for the reference alone: `whole` reads it, too.
    """
    text = inspect.cleandoc(docstring or "")
    text = text.replace("\f", "") if whole else text.partition("\f")[0]
    summary, _, rest = text.partition("\n\n")
    return " ".join(summary.split()), list(_parts(rest.splitlines()))


def _parts(lines: list[str]) -> Iterator[Paragraph | Block]:
    kept: list[str] = []
    for line in [*lines, ""]:
        is_block = bool(kept) and kept[0].startswith(INDENT)
        if line.startswith(INDENT) == is_block and line and kept:
            kept.append(line)
        elif is_block and not line:
            kept.append(line)  # the block may go on after an empty line
        else:
            if kept:
                yield _part(kept)
            kept = [line] if line else []
    if any(kept):
        yield _part(kept)


def _part(lines: list[str]) -> Paragraph | Block:
    if lines[0].startswith(INDENT):
        while not lines[-1]:
            lines = lines[:-1]
        return Block(tuple(line[len(INDENT) :] for line in lines))
    if lines[0].startswith(PROMPT):
        return Block(tuple(lines))  # what has nothing but examples is indented by nothing
    return Paragraph(" ".join(" ".join(lines).split()))
