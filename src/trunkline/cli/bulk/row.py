"""What a CSV file holds: rows that can be sent, and rows that cannot."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

__all__ = ["Broken", "Item", "Row"]

Fields: TypeAlias = tuple[tuple[str, str], ...]


class Row(NamedTuple):
    """A row that can be sent."""

    number: int  # in the file, broken rows included; the first after the header is 1
    line: int  # where it begins; the file's first line is 1
    fields: Fields  # parameters of a create by their names in the API; MediaUrl may repeat

    def first(self, name: str) -> str | None:
        """The first value of a parameter."""
        return next((value for key, value in self.fields if key == name), None)


class Broken(NamedTuple):
    """A row that cannot be sent, and why: what follows 'line 17: '."""

    number: int
    line: int
    reason: str


Item: TypeAlias = Row | Broken
