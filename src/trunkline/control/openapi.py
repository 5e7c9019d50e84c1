"""The OpenAPI 3.1 document of the control API, made from its declarations."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from trunkline import __version__
from trunkline.control import PREFIX
from trunkline.control.operation import Nothing, Operation

__all__ = ["openapi_document"]

REFERENCE = "#/components/schemas/{name}"
PARAMETER = re.compile(r"\{(\w+)\}")
PATH_PARAMETERS = {
    "number": "A phone's number in E.164 – behind `whatsapp:` or `rcs:`, there – or `default` for"
    " all phones",
    "short_code": "A short code: three to six digits",
    "sid": "SID of a message",
    "call_sid": "SID of a call",
    "account_sid": "SID of an account of the world",
    "service_sid": "SID of a messaging service",
    "domain_sid": "SID of a domain of short links",
    "key_id": "Id of a key of the gateway",
    "id": "Id of a request, or at least eight of the digits that it starts with",
}
JSON = "application/json"


class ErrorDetail(msgspec.Struct):
    """What was wrong."""

    code: str
    message: str


class Error(msgspec.Struct):
    """The answer to every refused request."""

    error: ErrorDetail


def openapi_document(operations: Iterable[Operation], base_url: str = "") -> dict[str, Any]:
    """The document, with `base_url` as the place of the server."""
    operations = list(operations)
    types = {id(t): t for o in operations for t in (o.asks, o.answers) if _is_struct(t)}
    _, components = msgspec.json.schema_components([*types.values(), Error], ref_template=REFERENCE)
    queries = {o.asks.__name__ for o in operations if not o.takes_body}
    paths: dict[str, dict[str, Any]] = {}
    for declared in operations:
        described = _operation(declared, components)
        paths.setdefault(declared.path, {})[declared.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Trunkline control API",
            "version": __version__,
            "description": "Virtual phones, the clock, events, reset and worlds of a platform.",
        },
        "servers": [{"url": base_url + PREFIX}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                name: schema for name, schema in sorted(components.items()) if name not in queries
            },
        },
    }


def _is_struct(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _operation(declared: Operation, components: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"operationId": declared.name, "summary": declared.summary}
    if declared.description:
        described["description"] = declared.description
    if declared.is_open:
        described["security"] = []
    parameters = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": PATH_PARAMETERS[name],
            "schema": {"type": "string"},
        }
        for name in PARAMETER.findall(declared.path)
    ]
    if declared.in_world:
        schema = {"type": "string", "default": "default"}
        parameters.append(
            {"name": "world", "in": "query", "description": "Name of the world", "schema": schema}
        )
    if declared.takes_body and declared.asks is not Nothing:
        described["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": {"$ref": REFERENCE.format(name=declared.asks.__name__)}}},
        }
    elif declared.asks is not Nothing:
        parameters += _query_parameters(components[declared.asks.__name__])
    if parameters:
        described["parameters"] = parameters
    described["responses"] = {
        str(declared.status): _answer(declared),
        "default": {
            "description": "Refused",
            "content": {JSON: {"schema": {"$ref": REFERENCE.format(name="Error")}}},
        },
    }
    return described


def _query_parameters(schema: dict[str, Any]) -> list[dict[str, Any]]:
    required = schema.get("required", ())
    found = []
    for name, field in schema["properties"].items():
        shape = {key: value for key, value in field.items() if key != "description"}
        parameter = {"name": name, "in": "query", "required": name in required, "schema": shape}
        if "description" in field:
            parameter["description"] = field["description"]
        found.append(parameter)
    return found


def _answer(declared: Operation) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": "Done"}
    if declared.answers is not None:
        schema: dict[str, Any] = {"type": "object"}
        if _is_struct(declared.answers):
            schema = {"$ref": REFERENCE.format(name=declared.answers.__name__)}
        answer["content"] = {declared.content_type: {"schema": schema}}
    elif declared.content_type != JSON:
        answer["content"] = {declared.content_type: {"schema": {"type": "string"}}}
    return answer
