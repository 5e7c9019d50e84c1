"""JSON schemas of the Structs that operations return.

msgspec's own describe what it decodes, and refuse what it could not tell apart then; these
describe what it encodes: every field is there, and a value may be one of several Structs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

__all__ = ["REFERENCE", "Schemas"]

REFERENCE = "#/components/schemas/{name}"


class Schemas:
    """Collects the schemas of Structs under `components`, each once, by the class's name."""

    def __init__(self) -> None:
        self.components: dict[str, dict[str, Any]] = {}
        self._names: dict[type, str] = {}

    def of(self, struct: type[msgspec.Struct]) -> dict[str, Any]:
        """A reference to the schema of a Struct, which is added with all that it refers to."""
        name = self._names.get(struct)
        if name is None:
            name = struct.__name__
            if name in self.components:
                name = f"{struct.__module__}.{name}"
            self._names[struct] = name
            self.components[name] = {}
            self.components[name].update(self._object(struct))
        return {"$ref": REFERENCE.format(name=name)}

    def _object(self, struct: type[msgspec.Struct]) -> dict[str, Any]:
        hints = get_type_hints(struct)
        properties = {
            field.encode_name: self._value(hints[field.name])
            for field in msgspec.structs.fields(struct)
        }
        doc = (struct.__doc__ or "").strip().split("\n")[0]
        described = {"description": doc} if doc else {}
        required = list(properties)
        return {"type": "object", **described, "properties": properties, "required": required}

    def _value(self, hint: Any) -> dict[str, Any]:
        origin, arguments = get_origin(hint), get_args(hint)
        if origin in (Union, UnionType):
            return self._one_of(arguments)
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            return self.of(hint)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self._value(arguments[1])}
        if isinstance(origin, type) and issubclass(origin, Sequence):
            return {"type": "array", "items": self._value(arguments[0])}
        return dict(msgspec.json.schema(hint))

    def _one_of(self, hints: Sequence[Any]) -> dict[str, Any]:
        some = [self._value(hint) for hint in hints if hint is not NoneType]
        if len(some) == len(hints):
            return {"anyOf": some}
        if len(some) == 1 and isinstance(some[0].get("type"), str) and "enum" not in some[0]:
            return {**some[0], "type": [some[0]["type"], "null"]}
        return {"anyOf": [*some, {"type": "null"}]}
