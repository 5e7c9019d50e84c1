"""Imports numbers one by one, and tells of each what became of it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from trunkline.cli.client import Control, Refused
from trunkline.cli.failure import Failure
from trunkline.cli.numbers_csv import read_rows
from trunkline.cli.show import plain, print_json

__all__ = ["ImportNumbers", "Wanted", "wanted_in_file"]

CAPABILITIES = ("voice", "sms", "mms")
SHORT_CODE = re.compile(r"[0-9]{3,6}").fullmatch


@dataclass(frozen=True)
class Wanted:
    """A number to import with what is said of it; `trouble` where that cannot be used."""

    number: str
    settings: Mapping[str, str] = field(default_factory=dict)
    line: int | None = None
    trouble: str | None = None


def wanted_in_file(path: str) -> Iterator[Wanted]:
    """The rows of a CSV file. Raises Failure."""
    for row in read_rows(path):
        settings = {name: value for name, value in row.values.items() if name != "number"}
        yield Wanted(row.values.get("number", ""), settings, row.line, row.trouble)


class ImportNumbers:
    """One run over many numbers; `defaults` are settings for those that do not say them."""

    def __init__(
        self, control: Control, defaults: Mapping[str, str], *, simulated: bool, as_json: bool
    ) -> None:
        self._control = control
        self._defaults = defaults
        self._simulated = simulated
        self._as_json = as_json
        self._imported: list[dict[str, Any]] = []
        self._owned: list[dict[str, Any]] = []
        self._refused: list[dict[str, Any]] = []
        self._many = False

    def __call__(self, wanted: Iterable[Wanted]) -> bool:
        """Import all that can be; whether that was all. Raises Failure when the platform goes."""
        try:
            for n, each in enumerate(wanted):
                self._many = n > 0
                self._import(each)
        except (Failure, KeyboardInterrupt):
            if not (self._imported or self._owned or self._refused):
                raise
            self._sum_up()
            if not self._as_json:
                print("Run it again for the rest: what is imported is left alone.", file=sys.stderr)
            raise
        self._sum_up()
        return not self._refused

    def _import(self, wanted: Wanted) -> None:
        try:
            if wanted.trouble is not None:
                raise Refused("invalid_row", f"{wanted.trouble}.")
            found = self._control.call("POST", "/numbers", self._body(wanted))
        except Refused as error:
            if error.code in ("unknown_world", "internal_error", "unavailable"):
                raise
            self._refuse(wanted, error)
            return
        created = found.pop("created")
        (self._imported if created else self._owned).append(found)
        if not self._as_json:
            what = "imported" if created else "owned already"
            print(f"{found['phone_number']:<16}  {what:<13}  {found['sid']}")

    def _body(self, wanted: Wanted) -> dict[str, Any]:
        defaults = dict(self._defaults)
        if not SHORT_CODE(wanted.number.strip()):
            defaults.pop("country", None)  # --country is for the short codes among them
        body: dict[str, Any] = {**defaults, **wanted.settings, "phone_number": wanted.number}
        if "capabilities" in body:
            named = body["capabilities"].lower().replace(",", " ").replace(";", " ").split()
            for name in named:
                if name not in CAPABILITIES:
                    known = ", ".join(CAPABILITIES)
                    raise Refused("invalid_row", f"'{name}' is no capability; known are {known}.")
            if not named:
                raise Refused("invalid_row", "A number that can do nothing is of no use.")
            body["capabilities"] = named
        return body | ({"simulated": True} if self._simulated else {})

    def _refuse(self, wanted: Wanted, error: Refused) -> None:
        entry = {"number": wanted.number, "code": error.code, "message": str(error)}
        self._refused.append(entry if wanted.line is None else {"line": wanted.line, **entry})
        if not self._as_json:
            where = wanted.number if wanted.line is None else f"line {wanted.line}"
            print(f"{plain(where)}: {plain(str(error))}", file=sys.stderr)

    def _sum_up(self) -> None:
        if self._as_json:
            print_json({"imported": self._imported, "owned": self._owned, "refused": self._refused})
        elif self._many:
            print(
                f"{len(self._imported)} imported, {len(self._owned)} owned already, "
                f"{len(self._refused)} refused"
            )
