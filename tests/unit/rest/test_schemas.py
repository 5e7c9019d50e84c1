from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from trunkline.rest.schemas import Schemas


class Small(msgspec.Struct):
    a: int


class Large(msgspec.Struct):
    """Larger.

    Than the other.
    """

    a: int
    b: str | None = None


class Holder(msgspec.Struct):
    either: Small | Large
    maybe: Small | None
    many: Sequence[Small]
    by_name: Mapping[str, str | None]
    kind: Literal["x", "y"] | None
    sender: str | None = msgspec.field(name="from", default=None)
    again: "list[Holder]" = []


def test_a_schema_tells_what_is_encoded():
    schemas = Schemas()
    assert schemas.of(Holder) == {"$ref": "#/components/schemas/Holder"}
    small, large = ({"$ref": f"#/components/schemas/{name}"} for name in ("Small", "Large"))
    holder = schemas.components["Holder"]
    assert holder["required"] == ["either", "maybe", "many", "by_name", "kind", "from", "again"]
    assert holder["properties"] == {
        "either": {"anyOf": [small, large]},
        "maybe": {"anyOf": [small, {"type": "null"}]},
        "many": {"type": "array", "items": small},
        "by_name": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
        "kind": {"anyOf": [{"enum": ["x", "y"]}, {"type": "null"}]},
        "from": {"type": ["string", "null"]},
        "again": {"type": "array", "items": {"$ref": "#/components/schemas/Holder"}},
    }
    assert schemas.components["Large"]["description"] == "Larger."


def test_two_classes_of_one_name_are_told_apart():
    other = msgspec.defstruct("Small", [("z", str)], module="elsewhere")
    schemas = Schemas()
    assert schemas.of(Small) != schemas.of(other)
    assert set(schemas.components) == {"Small", "elsewhere.Small"}
