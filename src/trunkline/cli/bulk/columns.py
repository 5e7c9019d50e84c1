"""What each column of a file means: a parameter of the create, or a word of the template."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from trunkline.cli.bulk.row import Fields
from trunkline.cli.failure import Failure
from trunkline.cli.message_parameters import CONTENT, MANY, parameter_name

__all__ = ["Columns"]

WORD = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
Cells: TypeAlias = Sequence[str]
Fill: TypeAlias = Callable[[Cells], str]


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Makes the parameters of a create of the cells of a row."""

    count: int
    to: int  # place of the recipient
    single: tuple[tuple[int, str], ...]  # place of the cell, name of the parameter
    many: tuple[tuple[int, str], ...]  # the same, of parameters that repeat
    fixed: Mapping[str, Sequence[str]]  # for every row that does not say it itself
    fill: Fill | None  # makes the body

    @classmethod
    def of(
        cls,
        header: Cells,
        *,
        fixed: Mapping[str, Sequence[str]],
        template: str | None = None,
        ignore_unknown: bool = False,
    ) -> Columns:
        """Read a header. Raises Failure, with what to do."""
        words = _places(header)
        places = {found: place for name, place in words.items() if (found := parameter_name(name))}
        fill, used = (None, set()) if template is None else _filled(template, words)
        if fill is not None:
            places.pop("Body", None)
        if "To" not in places:
            raise Failure(_no_recipient(list(words)))
        for name in words:
            if parameter_name(name) is None and name not in used and not ignore_unknown:
                raise Failure(
                    f"The column '{name[:64]}' is no parameter of a message: put it into the "
                    "--template, or say --ignore-unknown."
                )
        if fill is None and not CONTENT & {*places, *fixed}:
            raise Failure("The header has no column 'body': add one, or say --template TEXT.")
        return cls(
            count=len(words),
            to=places["To"],
            single=tuple((place, name) for name, place in places.items() if name not in MANY),
            many=tuple((place, name) for name, place in places.items() if name in MANY),
            fixed=fixed,
            fill=fill,
        )

    def fields(self, cells: Cells) -> Fields | str:
        """The parameters of a create, or what is wrong with the row."""
        if len(cells) != self.count:
            many = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
            return f"it has {many}, and the header has {self.count}"
        if not cells[self.to].strip():
            return "its 'to' is empty"
        fields = [(name, cells[place]) for place, name in self.single if cells[place]]
        if self.fill is not None and (body := self.fill(cells)):
            fields.append(("Body", body))
        for place, name in self.many:
            # No URL has a blank in it: several stand in one cell.
            fields += [(name, one) for one in cells[place].split()]
        given = {name for name, _ in fields}
        if "MessagingServiceSid" in given:
            given.add("From")  # the service chooses
        for name, values in self.fixed.items():
            if name not in given:
                fields += [(name, value) for value in values]
                given.add(name)
        return tuple(fields) if given & CONTENT else "its 'body' is empty"


def _places(header: Cells) -> dict[str, int]:
    """The place of each column by its name. Raises Failure."""
    words: dict[str, int] = {}
    known: dict[str, str] = {}
    for place, cell in enumerate(header):
        name = cell.strip()
        if not name:
            raise Failure(f"Column {place + 1} has no name in the header: give it one.")
        same = known.setdefault(parameter_name(name) or name, name)
        if same != name or name in words:
            pair = f"'{same[:64]}'" if same == name else f"'{same[:64]}' and '{name[:64]}',"
            raise Failure(f"The header names {pair} twice: take one column away.")
        words[name] = place
    return words


def _no_recipient(names: Sequence[str]) -> str:
    marks = [mark for mark in ";\t|" if len(names) == 1 and mark in names[0]]
    if not marks:
        return "The first line has no column 'to': write a header, e.g. to,body."
    shown = "a tab: say --delimiter tab" if marks[0] == "\t" else f"'{marks[0]}': say --delimiter"
    shown += "" if marks[0] == "\t" else f" '{marks[0]}'"
    return f"The first line has no column 'to', and its columns are separated by {shown}."


def _filled(template: str, words: Mapping[str, int]) -> tuple[Fill, set[str]]:
    """How to make a body, and the columns that it takes. Raises Failure."""
    texts: list[str] = [""]
    used: list[str] = []
    end = 0
    for match in WORD.finditer(template):
        texts[-1] += template[end : match.start()]
        end = match.end()
        if match[0] in ("{{", "}}"):
            texts[-1] += match[0][0]
        elif match[1] is None:
            raise Failure(f"The template has a lone '{match[0]}': write it twice to mean itself.")
        elif (name := match[1].strip()) not in words:
            known = ", ".join(words)[:200]
            raise Failure(f"The template names {match[0][:64]}, and the columns are {known}.")
        else:
            used.append(name)
            texts.append("")
    texts[-1] += template[end:]
    places = [words[name] for name in used]

    def fill(cells: Cells) -> str:
        parts = [texts[0]]
        for place, text in zip(places, texts[1:], strict=True):
            parts += (cells[place], text)
        return "".join(parts)

    return fill, set(used)
