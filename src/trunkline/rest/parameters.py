"""Declared parameters: an operation's form or query, written once.

A parameter class is a dataclass whose fields are made by `parameter`: the API's own name, the
kind of value, what is answered when it is refused, and a line of documentation. The declaration
gives parsing, validation, the error, the OpenAPI document and the row in docs/coverage.md.

    @declared
    class CreateKey:
        friendly_name: str | None = parameter("FriendlyName", Text(64), "What it is for.")
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from math import inf
from operator import attrgetter
from typing import Any, Protocol, TypeVar, dataclass_transform
from urllib.parse import urlsplit

from trunkline.rest import catalogue
from trunkline.rest.errors import ErrorType

__all__ = [
    "Boolean",
    "Choice",
    "DateRange",
    "Decimal",
    "Instant",
    "Integer",
    "Kind",
    "Method",
    "NoParameters",
    "Parameter",
    "Sid",
    "Text",
    "Url",
    "bind",
    "declared",
    "parameter",
    "parameters_of",
]

Form = Mapping[str, Sequence[str]]
POSITION = attrgetter("position")
P = TypeVar("P")


class Kind(Protocol):
    """A kind of value: turns the text of a form into a value, or raises an `ApiError`."""

    def parse(self, name: str, raw: str) -> Any:
        """The value of `raw`; `name` is the parameter's, for the message of a refusal."""

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema of the value."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter: API name, attribute, kind, whether it repeats, and its meaning.

    `position` counts the parameters of a class from 0, in the order written.
    """

    position: int
    name: str
    attribute: str
    kind: Kind
    many: bool
    most: int | None
    too_many: ErrorType | None
    doc: str


def parameter(
    name: str,
    kind: Kind,
    doc: str = "",
    *,
    many: bool = False,
    most: int | None = None,
    too_many: ErrorType | None = None,
) -> Any:
    """A field of a parameter class. Absent gives None (or an empty tuple when `many`)."""
    spec = {"name": name, "kind": kind, "doc": doc, "many": many, "most": most}
    spec["too_many"] = too_many
    return field(default=() if many else None, metadata=spec)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(parameter,))
def declared(cls: type[P]) -> type[P]:
    """Make a parameter class: a frozen dataclass with its table of parameters."""
    made = dataclass(frozen=True, kw_only=True)(cls)
    table = {
        f.metadata["name"]: Parameter(position=position, attribute=f.name, **f.metadata)
        for position, f in enumerate(fields(made))  # type: ignore[arg-type]
    }
    made.__parameters__ = table  # type: ignore[attr-defined]
    made.__unset__ = {spec.attribute: () if spec.many else None for spec in table.values()}  # type: ignore[attr-defined]
    return made


def parameters_of(cls: type) -> Mapping[str, Parameter]:
    """The declared parameters of a parameter class, by API name, in the order written."""
    table: Mapping[str, Parameter] = cls.__parameters__  # type: ignore[attr-defined]
    return table


def bind(cls: type[P], form: Form) -> P:
    """Parse `form` into an instance of `cls`, in the declared order; undeclared names pass by.

    Errors: the `ApiError` of the first parameter refused. A class may have a static method
    `presence(form)`, called before any value is parsed, for 'what is missing' to come first.
    """
    presence = getattr(cls, "presence", None)
    if presence is not None:
        presence(form)
    table = parameters_of(cls)
    given = [table[name] for name in form if name in table]
    given.sort(key=POSITION)
    values: dict[str, Any] = dict(cls.__unset__)  # type: ignore[attr-defined]
    for spec in given:
        raw = form[spec.name]
        if "" in raw and isinstance(spec.kind, NO_BLANK) and not getattr(spec.kind, "empty", False):
            # Clients send what was left blank: no number, date or SID is an absent one.
            raw = [one for one in raw if one] if spec.many else [one for one in raw[-1:] if one]
            if not raw:
                continue
        if not spec.many:
            values[spec.attribute] = spec.kind.parse(spec.name, raw[-1])
            continue
        if spec.most is not None and len(raw) > spec.most and spec.too_many is not None:
            raise spec.too_many()
        values[spec.attribute] = tuple(spec.kind.parse(spec.name, one) for one in raw)
    # What cls(**values) does, without a call for each field of the frozen dataclass.
    bound = object.__new__(cls)
    bound.__dict__.update(values)
    return bound


@declared
class NoParameters:
    """An operation that takes none."""


@dataclass(frozen=True, slots=True)
class Text:
    """Any text, at most `most` characters."""

    most: int | None = None
    error: ErrorType = catalogue.INVALID_PARAMETER

    def parse(self, name: str, raw: str) -> str:
        if self.most is not None and len(raw) > self.most:
            reason = f"longer than {self.most} characters"
            raise self.error(name=name, reason=reason, value=raw[: self.most])
        return raw

    def schema(self) -> dict[str, Any]:
        most = {} if self.most is None else {"maxLength": self.most}
        return {"type": "string", **most}


@dataclass(frozen=True, slots=True)
class Boolean:
    """`true` or `false`, in any case."""

    error: ErrorType = catalogue.INVALID_PARAMETER

    def parse(self, name: str, raw: str) -> bool:
        value = raw.strip().lower()
        if value in ("true", "1"):
            return True
        if value in ("false", "0", ""):
            return False
        raise self.error(name=name, reason="not true or false", value=raw[:40])

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number from `least` to `most`."""

    least: int | None = None
    most: int | None = None
    error: ErrorType = catalogue.INVALID_PARAMETER

    def parse(self, name: str, raw: str) -> int:
        text = raw.strip()
        digits = text[1:] if text[:1] in "+-" else text
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
            raise self.error(name=name, reason="not a whole number", value=raw[:40])
        value = int(text)
        below = self.least is not None and value < self.least
        if below or (self.most is not None and value > self.most):
            raise self.error(name=name, reason="out of range", value=raw[:40])
        return value

    def schema(self) -> dict[str, Any]:
        bounds = {"minimum": self.least, "maximum": self.most}
        return {"type": "integer", **{k: v for k, v in bounds.items() if v is not None}}


NUMBER = re.compile(r" *\+?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,3})? *")


@dataclass(frozen=True, slots=True)
class Decimal:
    """A number, zero or more."""

    error: ErrorType = catalogue.INVALID_PARAMETER

    def parse(self, name: str, raw: str) -> float:
        value = float(raw) if NUMBER.fullmatch(raw) else inf
        if value == inf:
            raise self.error(name=name, reason="not a number", value=raw[:40])
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "number"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the given words; `fold` ignores case and gives the word as declared."""

    words: tuple[str, ...]
    error: ErrorType = catalogue.INVALID_PARAMETER
    fold: bool = False

    def parse(self, name: str, raw: str) -> str:
        for word in self.words:
            if raw == word or (self.fold and raw.lower() == word.lower()):
                return word
        raise self.error(name=name, reason=f"not one of {', '.join(self.words)}", value=raw[:40])

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Method:
    """The HTTP method of a callback: GET or POST."""

    error: ErrorType = catalogue.INVALID_METHOD

    def parse(self, name: str, raw: str) -> str:
        value = raw.upper()
        if value not in ("GET", "POST"):
            raise self.error(name=name, value=raw[:40])
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "http-method", "enum": ["GET", "POST"]}


HEX = re.compile(r"[0-9a-fA-F]{32}")


@dataclass(frozen=True, slots=True)
class Sid:
    """A SID of one of the given prefixes: two letters and 32 hex digits."""

    prefixes: tuple[str, ...]
    error: ErrorType = catalogue.INVALID_PARAMETER
    empty: bool = False

    def parse(self, name: str, raw: str) -> str:
        if self.empty and raw == "":
            return raw
        if raw[:2] not in self.prefixes or not HEX.fullmatch(raw, 2):
            raise self.error(name=name, reason="not a SID of this kind", value=raw[:40])
        return raw[:2] + raw[2:].lower()

    def schema(self) -> dict[str, Any]:
        pattern = f"^({'|'.join(self.prefixes)})[0-9a-fA-F]{{32}}$"
        return {"type": "string", "minLength": 34, "maxLength": 34, "pattern": pattern}


@dataclass(frozen=True, slots=True)
class Url:
    """An absolute http or https URL; `empty` allows '' (which clears a setting).

    A callback's host name with an underscore is refused, as Twilio does; `underscore` allows it,
    for what is only fetched.
    """

    error: ErrorType = catalogue.INVALID_URL
    empty: bool = False
    underscore: bool = False

    def parse(self, name: str, raw: str) -> str:
        if self.empty and raw == "":
            return raw
        if not is_url(raw, underscore=self.underscore):
            raise self.error(name=name, value=raw[:200])
        return raw

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uri"}


def is_url(raw: str, *, underscore: bool = False) -> bool:
    """Whether `raw` is an absolute http(s) URL with a usable host name and port."""
    if len(raw) > 4000 or not raw.isprintable() or " " in raw:
        return False
    try:
        parts = urlsplit(raw)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme.lower() not in ("http", "https") or not host:
        return False
    return (underscore or "_" not in host) and not host.startswith((".", "-"))


@dataclass(frozen=True, slots=True)
class Instant:
    """A date and time: ISO 8601, RFC 2822, or a date alone (its first moment), in UTC."""

    error: ErrorType = catalogue.INVALID_PARAMETER

    def parse(self, name: str, raw: str) -> datetime:
        value = parse_instant(raw)
        if value is None:
            raise self.error(name=name, reason="not a date", value=raw[:60])
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


@dataclass(frozen=True, slots=True)
class DateRange:
    """A day or an instant of a list filter, as the half-open span of time that it covers.

    `2024-01-31` is that whole day in UTC; a date with a time is that one second.
    """

    error: ErrorType = catalogue.INVALID_PARAMETER

    def parse(self, name: str, raw: str) -> tuple[datetime, datetime]:
        text = raw.strip()
        try:
            day = datetime.combine(date.fromisoformat(text), time(), UTC)
            return day, day + timedelta(days=1)
        except (ValueError, OverflowError):
            pass
        start = parse_instant(text)
        if start is None or start.year >= 9999:
            raise self.error(name=name, reason="not a date", value=raw[:60])
        start = start.replace(microsecond=0)
        return start, start + timedelta(seconds=1)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


def parse_instant(raw: str) -> datetime | None:
    """An instant in UTC from ISO 8601 or RFC 2822 text; None when it is neither."""
    text = raw.strip()
    if len(text) > 60:
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        try:
            value = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    try:
        value = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return value


# The kinds of which nothing is not a value, unless they are declared with `empty`.
NO_BLANK = (Boolean, Choice, DateRange, Decimal, Instant, Integer, Method, Sid, Url)
