"""What a person, or a program in their place, entered for a method: checked, and put apart into
what is sealed and what is kept readable."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from trunkline.gateway.connections.check_input import hides_text, setting_fault
from trunkline.gateway.connectors.declare import Field, Method
from trunkline.gateway.errors import InputInvalid

__all__ = ["LONGEST_SECRET", "Entered", "EntryInvalid", "check_entered"]

LONGEST_SECRET = 16_384  # characters; a private key has some thousand

_LINE_ENDS = re.compile(r"\r\n?|\n")


class EntryInvalid(InputInvalid):
    """Some fields are not filled in as they should be."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()), data={"fields": dict(faults)})
        self.faults = faults  # key of the field → one sentence, without what was entered


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """The values of a method's fields; empty ones are left out."""

    secrets: Mapping[str, str] = field(repr=False)
    settings: Mapping[str, str]


def check_entered(method: Method, given: Mapping[str, str]) -> Entered:
    """The method's fields out of `given`, without the blanks that come with pasting; what else was
    given is passed over. Raises EntryInvalid."""
    secrets: dict[str, str] = {}
    settings: dict[str, str] = {}
    faults: dict[str, str] = {}
    for each in method.fields:
        raw = given.get(each.key, "")
        if len(raw) > LONGEST_SECRET:
            faults[each.key] = f"{each.label} is longer than {LONGEST_SECRET} characters."
            continue
        value = raw.strip()
        fault = _fault(each, value)
        if fault is not None:
            faults[each.key] = fault
        elif value:
            (settings if each.setting else secrets)[each.key] = value
    if faults:
        raise EntryInvalid(faults)
    return Entered(secrets=secrets, settings=settings)


def _fault(each: Field, value: str) -> str | None:
    if not value:
        return f"{each.label} is missing." if each.required else None
    if each.setting:
        return setting_fault(each, value)
    # The lines of a private key are part of it; all else goes into one line of a header.
    one_line = _LINE_ENDS.sub("", value) if value.startswith("-----BEGIN ") else value
    if hides_text(one_line):
        return f"{each.label} holds characters that cannot be part of it."
    if each.pattern is not None and not re.fullmatch(each.pattern, value):
        return f"{each.label} does not look right."
    return None
