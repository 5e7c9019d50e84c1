"""CSV that a spreadsheet cannot be tricked by: what strangers wrote is never a formula.

A cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets an apostrophe before
it, which spreadsheets take as 'this is text' (https://owasp.org/www-community/attacks/CSV_Injection).
Numbers are left as they are, those with a sign and phone numbers in E.164 among them: they can be
nothing but numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["cell", "plain_row", "safe_row"]

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,9})?")
QUOTED = re.compile(r"[\",\r\n]")


def safe_row(cells: Iterable[str]) -> str:
    """A row with its end, of cells that are no formulas."""
    return plain_row(
        f"'{text}" if text.startswith(DANGEROUS) and not NUMBER.fullmatch(text) else text
        for text in cells
    )


def plain_row(cells: Iterable[str]) -> str:
    """A row with its end, of cells as they are."""
    return ",".join(map(cell, cells)) + "\r\n"


def cell(text: str) -> str:
    """A cell as RFC 4180 writes it."""
    if QUOTED.search(text) or text[:1] == " " or text[-1:] == " ":
        return '"' + text.replace('"', '""') + '"'
    return text
