"""Compare the shape of an answer with Twilio's own example and schema of it.

The official schemas require no key and allow any other, so a schema alone proves nothing. What
counts is the example, an answer that Twilio recorded: its exact set of keys at every level, and
the JSON type of each value. The schema adds what one example cannot show: which values may be
null, the words of an enumeration, the patterns of SIDs and the formats of dates. Where the two
contradict each other (latitudes are numbers in the schema and strings in the example) the example
wins.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from tests.support import openapi

__all__ = ["assert_shape", "faults", "mutations", "official_shape"]

Schema = dict[str, Any]
Place = tuple[str | int, ...]

RFC_2822 = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000")
ISO_8601 = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
TYPES: dict[str, type] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": float,
    "object": dict,
    "array": list,
}


def assert_shape(actual: Any, official_example: Any, schema: Schema) -> None:
    """Fail, naming every fault, where `actual` is not shaped as the example and the schema are.

    `schema` has its references resolved, as `official_shape` gives it.
    """
    found = list(faults(actual, official_example, schema))
    assert not found, "\n".join(found)


def faults(
    actual: Any, example: Any, schema: Schema | None = None, place: str = "answer"
) -> Iterator[str]:
    """Each place at which the shape is another, in words."""
    schema = schema or {}
    if actual is None:
        if example is not None and not schema.get("nullable"):
            yield f"{place} is null, which the schema does not allow"
        return
    wanted = TYPES.get(schema.get("type", ""), object) if example is None else type(example)
    if not isinstance(actual, wanted) or (isinstance(actual, bool) and wanted in (int, float)):
        yield f"{place} is a {type(actual).__name__}, not a {wanted.__name__}"
    elif isinstance(actual, dict):
        yield from _faults_of_object(actual, example, schema, place)
    elif isinstance(actual, list):
        yield from _faults_of_list(actual, example, schema, place)
    elif isinstance(actual, str):
        yield from _faults_of_text(actual, example, schema, place)


def official_shape(product: str, operation_id: str, status: int) -> tuple[Any, Schema]:
    """The fullest official example of an answer, and its schema with the references resolved."""
    response = openapi.operation(product, operation_id).definition["responses"][str(status)]
    schema = response["content"]["application/json"]["schema"]
    examples = openapi.examples(product, operation_id, status)
    fullest = max(examples, key=lambda example: len(str(example)))
    return fullest, _resolved(openapi.official(product), schema)


def mutations(actual: Any) -> Iterator[tuple[str, Any]]:
    """Copies of an answer with one fault each, and what the fault is.

    Each key is removed, renamed and joined by a stranger, each value gets another type, each
    date another format. Of a list the first item stands for the others.
    """
    for place, value in _places(actual):
        where = ".".join(map(str, place))
        yield f"{where} has another type", _changed(actual, place, _of_another_type(value))
        if isinstance(value, str) and RFC_2822.fullmatch(value):
            moment = datetime.strptime(value, "%a, %d %b %Y %H:%M:%S %z")
            iso = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
            yield f"{where} is dated otherwise", _changed(actual, place, iso)
            yield f"{where} is dated abroad", _changed(actual, place, f"{value[:-5]}+0100")
        if isinstance(place[-1], str):
            yield f"{where} is missing", _without(actual, place)
            yield f"{where} is renamed", _renamed(actual, place, f"{place[-1]}_")
            stranger = (*place[:-1], "stranger")
            yield f"{where} has a strange neighbour", _changed(actual, stranger, value)


def _faults_of_object(
    actual: dict[str, Any], example: Any, schema: Schema, place: str
) -> Iterator[str]:
    if example is None:
        return
    for key in sorted(example.keys() - actual.keys()):
        yield f"{place} has no {key}"
    for key in sorted(actual.keys() - example.keys()):
        yield f"{place} has {key}, which the example has not"
    properties = schema.get("properties", {})
    for key in actual.keys() & example.keys():
        yield from faults(actual[key], example[key], properties.get(key), f"{place}.{key}")


def _faults_of_list(actual: list[Any], example: Any, schema: Schema, place: str) -> Iterator[str]:
    for index, item in enumerate(actual):
        like = example[0] if example else None
        yield from faults(item, like, schema.get("items"), f"{place}.{index}")


def _faults_of_text(actual: str, example: Any, schema: Schema, place: str) -> Iterator[str]:
    if actual == example == "":
        return  # what is not set is empty in the examples, too
    words = schema.get("enum")
    if words and actual not in words:
        yield f"{place} is {actual!r}, not one of {words}"
    pattern = schema.get("pattern")
    if pattern and not re.search(pattern, actual):
        yield f"{place} is {actual!r}, which is not {pattern}"
    shown = "date-time-rfc-2822" if RFC_2822.fullmatch(example or "") else ""
    form = schema.get("format", shown)  # within an object of any shape, the example tells it
    check = FORMATS.get(form)
    if check is not None and not check(actual, example):
        yield f"{place} is {actual!r}, which is no {form}"


def _is_rfc_2822(text: str, _: Any) -> bool:
    try:
        moment = datetime.strptime(text, "%a, %d %b %Y %H:%M:%S %z")
    except ValueError:
        return False
    return bool(RFC_2822.fullmatch(text)) and moment.strftime("%a") == text[:3]


def _is_iso_8601(text: str, _: Any) -> bool:
    return bool(ISO_8601.fullmatch(text))


def _is_uri(text: str, example: Any) -> bool:
    """Relative where the example is, absolute where it is."""
    absolute = ("http://", "https://")
    if example is None:
        return text.startswith(("/", *absolute))
    return text.startswith("/" if example.startswith("/") else absolute)


FORMATS: dict[str, Callable[[str, Any], bool]] = {
    "date-time-rfc-2822": _is_rfc_2822,
    "date-time": _is_iso_8601,
    "uri": _is_uri,
}


def _resolved(document: dict[str, Any], schema: Any) -> Any:
    if isinstance(schema, list):
        return [_resolved(document, item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        name = reference.rsplit("/", 1)[1]
        return _resolved(document, document["components"]["schemas"][name])
    return {key: _resolved(document, value) for key, value in schema.items()}


def _places(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    if place:
        yield place, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*place, key))
    elif isinstance(value, list) and value:
        yield from _places(value[0], (*place, 0))


def _of_another_type(value: Any) -> Any:
    return 7 if isinstance(value, str) else f"{value}" if value is not None else [7]


def _holder(copied: Any, place: Place) -> Any:
    for key in place[:-1]:
        copied = copied[key]
    return copied


def _changed(actual: Any, place: Place, value: Any) -> Any:
    copied = copy.deepcopy(actual)
    _holder(copied, place)[place[-1]] = value
    return copied


def _without(actual: Any, place: Place) -> Any:
    copied = copy.deepcopy(actual)
    del _holder(copied, place)[place[-1]]
    return copied


def _renamed(actual: Any, place: Place, name: str) -> Any:
    copied = copy.deepcopy(actual)
    holder = _holder(copied, place)
    holder[name] = holder.pop(place[-1])
    return copied
