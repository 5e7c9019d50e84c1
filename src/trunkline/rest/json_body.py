"""`application/json` bodies: the newer products take objects where the older ones take forms.

Their parameters are declared as those of forms are, with the kinds of `rest/parameters.py` and two
that only JSON has:

    @declared
    class CreateSender:
        sender_id: str | None = parameter("sender_id", Text(), "Its address.")
        webhook: Webhook | None = parameter("webhook", Nested(Webhook), "Whom to tell.")
        profile: dict[str, Any] | None = parameter("profile", FreeObject(), "Who it is.")
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isinf
from typing import Any, NoReturn, Protocol, TypeVar, runtime_checkable

from trunkline.rest import catalogue
from trunkline.rest.errors import ApiError
from trunkline.rest.parameters import (
    NO_BLANK,
    Boolean,
    Decimal,
    Integer,
    Kind,
    parameters_of,
)

__all__ = ["DEEPEST", "MOST_VALUES", "FreeObject", "Nested", "bind_json", "parse_json"]

DEEPEST = 32  # objects and lists within each other, the body itself among them
MOST_VALUES = 10_000  # names and values of a body
LARGEST = 2**63 - 1  # what answers and the database hold as a whole number
P = TypeVar("P")


class _Refused(ValueError):
    """Why a text is no JSON that we take."""


def parse_json(data: bytes) -> dict[str, Any]:
    """The object that `data` is; empty for no data.

    Stricter than most readers where they would guess or where the value could not be kept: a name
    twice in one object, NaN and Infinity, numbers beyond 64 bits, NUL characters, half surrogate
    pairs, other encodings than UTF-8. Errors: 20001/400, for these, for what is no JSON or no
    object, and beyond `DEEPEST` and `MOST_VALUES`.
    """
    if not data:
        return {}
    try:
        document = DECODER.decode(data.decode())
        _check(document)
    except UnicodeDecodeError:
        raise _error("is not valid UTF-8") from None
    except RecursionError:
        raise _error(f"is nested deeper than {DEEPEST}") from None
    except _Refused as refused:
        raise _error(str(refused)) from None
    except ValueError:  # JSONDecodeError, and numbers with too many digits
        raise _error("is not valid JSON") from None
    if not isinstance(document, dict):
        raise _error("is not a JSON object")
    return document


def _error(fault: str) -> ApiError:
    return catalogue.UNKNOWN_PARAMETERS(reason=f"The body of the request {fault}")


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            told = name[:64] if name.isprintable() else "a name"
            raise _Refused(f"holds {told} twice in one object")
        made[name] = value
    return made


def _number(text: str) -> float:
    value = float(text)
    if isinf(value):
        raise _Refused("contains a number that is too large")
    return value


def _constant(_name: str) -> NoReturn:
    raise _Refused("is not valid JSON")


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_number, parse_constant=_constant)


def _check(document: Any) -> None:
    """Raises `_Refused` for what is too much, too deep, or cannot be kept."""
    count = 0
    level = [document]
    for _ in range(DEEPEST):
        deeper: list[Any] = []
        for value in level:
            count += 1
            if isinstance(value, str):
                _check_text(value)
            elif isinstance(value, dict):
                count += len(value)
                for name in value:
                    _check_text(name)
                deeper += value.values()
            elif isinstance(value, list):
                deeper += value
            elif isinstance(value, int) and abs(value) > LARGEST:
                raise _Refused("contains a number that is too large")
        if count + len(deeper) > MOST_VALUES:
            raise _Refused(f"holds more than {MOST_VALUES} names and values")
        if not deeper:
            return
        level = deeper
    raise _Refused(f"is nested deeper than {DEEPEST}")


def _check_text(text: str) -> None:
    if "\0" in text:
        raise _Refused("contains a NUL character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise _Refused("contains half of a surrogate pair") from None


def bind_json(cls: type[P], document: Mapping[str, Any], within: str = "") -> P:
    """The parameters of `document` as an instance of `cls`; undeclared names pass by.

    null stands for what is absent. `within` is the path of a nested object, with its dot, for the
    message of a refusal. Errors: the `ApiError` of the first parameter refused, 20422/400 for a
    value of the wrong JSON type. A class may have a static method `presence(document)`, as those
    of forms.
    """
    presence = getattr(cls, "presence", None)
    if presence is not None:
        presence(document)
    values: dict[str, Any] = dict(cls.__unset__)  # type: ignore[attr-defined]
    for spec in parameters_of(cls).values():
        given = document.get(spec.name)
        name = within + spec.name
        if given is None or _is_blank(spec.kind, given):
            continue
        if not spec.many:
            values[spec.attribute] = _value(spec.kind, name, given)
            continue
        if not isinstance(given, list):
            raise _wrong(name, "not a list")
        if spec.most is not None and len(given) > spec.most and spec.too_many is not None:
            raise spec.too_many()
        values[spec.attribute] = tuple(_value(spec.kind, name, one) for one in given)
    return cls(**values)


@runtime_checkable
class JsonKind(Protocol):
    """A kind of value that is no text in JSON."""

    def parse_json(self, name: str, value: Any) -> Any:
        """The value of what JSON holds; raises an `ApiError`."""


def _is_blank(kind: Kind, given: Any) -> bool:
    """Whether nothing was sent where nothing is no value (see `parameters.bind`)."""
    return given == "" and isinstance(kind, NO_BLANK) and not getattr(kind, "empty", False)


def _value(kind: Kind, name: str, value: Any) -> Any:
    if isinstance(kind, JsonKind):
        return kind.parse_json(name, value)
    if isinstance(value, str):
        return kind.parse(name, value)
    if isinstance(kind, Boolean):
        if isinstance(value, bool):
            return value
        raise _wrong(name, "not true or false")
    if isinstance(kind, Integer | Decimal):
        if isinstance(value, int | float) and not isinstance(value, bool):
            return kind.parse(name, repr(value))
        raise _wrong(name, "not a number")
    raise _wrong(name, "not a string")


def _wrong(name: str, reason: str) -> ApiError:
    return catalogue.INVALID_PARAMETER(name=name, reason=reason)


@dataclass(frozen=True, slots=True)
class Nested:
    """An object with declared parameters of its own. Their refusals name them `outer.inner`."""

    of: type

    def parse(self, name: str, raw: str) -> Any:
        raise _wrong(name, "not an object")

    def parse_json(self, name: str, value: Any) -> Any:
        if not isinstance(value, dict):
            raise _wrong(name, "not an object")
        return bind_json(self.of, value, f"{name}.")

    def schema(self) -> dict[str, Any]:
        table = parameters_of(self.of)
        properties = {
            name: {**spec.kind.schema(), "description": spec.doc}
            if not spec.many
            else {"type": "array", "items": spec.kind.schema(), "description": spec.doc}
            for name, spec in table.items()
        }
        return {"type": "object", "properties": properties}


@dataclass(frozen=True, slots=True)
class FreeObject:
    """An object whose names are the client's own; its values are kept as they are."""

    def parse(self, name: str, raw: str) -> Any:
        raise _wrong(name, "not an object")

    def parse_json(self, name: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _wrong(name, "not an object")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": True}
