"""Our OpenAPI 3.1 document, made from the declarations of the resource classes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from trunkline.rest.operation import Operation, operations_of
from trunkline.rest.parameters import Parameter, parameters_of
from trunkline.rest.schemas import REFERENCE, Schemas

__all__ = ["openapi_document", "request_path"]

CLASSIC = "2010-04-01"
NAMED = re.compile(r"\{(\w+)\}")
CONTENT_TYPES = {"form": "application/x-www-form-urlencoded", "json": "application/json"}

ERROR_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "Why a request was refused, with Twilio's code.",
    "properties": {
        "code": {"type": "integer"},
        "message": {"type": "string"},
        "more_info": {"type": "string", "format": "uri"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
    "required": ["code", "message", "more_info", "status"],
}
PAGE_PARAMETERS: tuple[Mapping[str, Any], ...] = (
    {
        "name": "PageSize",
        "in": "query",
        "description": "Items on a page; above 1000 counts as 1000.",
        "schema": {"type": "integer", "minimum": 1, "default": 50},
    },
    {
        "name": "Page",
        "in": "query",
        "description": "The number of the page, from 0.",
        "schema": {"type": "integer", "minimum": 0, "default": 0},
    },
    {
        "name": "PageToken",
        "in": "query",
        "description": "Where the page starts, from a link of another page.",
        "schema": {"type": "string", "pattern": "^P[AB][A-Z]{2}[0-9a-fA-F]{32}$"},
    },
)
LINK = {"type": "string"}
NO_LINK = {"type": ["string", "null"]}
NUMBER = {"type": "integer"}


def openapi_document(classes: Iterable[type], *, version: str) -> dict[str, Any]:
    """The document for the operations declared in `classes`; `version` is the platform's."""
    operations = [declared for cls in classes for _, declared in operations_of(cls)]
    schemas = Schemas()
    paths: dict[str, dict[str, Any]] = {}
    for declared in operations:
        schema = None if declared.returns is None else schemas.of(declared.returns)
        entry = paths.setdefault(request_path(declared), {})
        entry[declared.method.lower()] = _operation(declared, schema)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Trunkline",
            "version": version,
            "description": "The part of Twilio's REST API that Trunkline answers.",
        },
        "security": [{"basic": []}],
        "paths": paths,
        "components": {
            "schemas": {**schemas.components, "Error": dict(ERROR_SCHEMA)},
            "securitySchemes": {"basic": {"type": "http", "scheme": "basic"}},
        },
    }


def request_path(declared: Operation) -> str:
    """The path of an operation on a host that names no product, asked for in JSON."""
    if declared.version == CLASSIC:
        return f"{declared.path}.json"
    return f"/{declared.product}{declared.path}"


def _operation_id(declared: Operation) -> str:
    """Twilio's name, which is one within its product: the others than the first say which."""
    if declared.version == CLASSIC:
        return declared.name
    return f"{declared.product.title()}{declared.version.title()}{declared.name}"


def _operation(declared: Operation, schema: Mapping[str, Any] | None) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "operationId": _operation_id(declared),
        "summary": declared.summary,
        "tags": [declared.product],
        "parameters": [_path_parameter(name) for name in NAMED.findall(declared.path)],
        "responses": {
            str(declared.status): _response(declared, schema),
            "default": {
                "description": "Refused.",
                "content": {
                    "application/json": {"schema": {"$ref": REFERENCE.format(name="Error")}}
                },
            },
        },
    }
    table = parameters_of(declared.parameters)
    if declared.takes_body:
        properties = {name: _schema(parameter) for name, parameter in table.items()}
        given = {"schema": {"type": "object", "properties": properties}}
        spec["requestBody"] = {"content": {CONTENT_TYPES[declared.body]: given}}
    else:
        spec["parameters"] += [_query_parameter(parameter) for parameter in table.values()]
    if declared.list_key is not None and declared.paged:
        spec["parameters"] += [dict(one) for one in PAGE_PARAMETERS if one["name"] not in table]
    return spec


def _path_parameter(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 64}
    if name.endswith("Sid"):
        prefix = "AC" if name == "AccountSid" else "[A-Z]{2}"
        pattern = f"^{prefix}[0-9a-fA-F]{{32}}$"
        schema = {"type": "string", "minLength": 34, "maxLength": 34, "pattern": pattern}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameter(parameter: Parameter) -> dict[str, Any]:
    schema = _schema(parameter)
    doc = schema.pop("description", "")
    return {"name": parameter.name, "in": "query", "description": doc, "schema": schema}


def _schema(parameter: Parameter) -> dict[str, Any]:
    schema = parameter.kind.schema()
    if parameter.many:
        most = {} if parameter.most is None else {"maxItems": parameter.most}
        schema = {"type": "array", "items": schema, **most}
    return {**schema, "description": parameter.doc}


def _response(declared: Operation, schema: Mapping[str, Any] | None) -> dict[str, Any]:
    if declared.list_key is not None and schema is not None:
        schema = _page_schema(declared, schema)
    if schema is None:
        return {"description": "Done." if declared.status == 204 else "Answered."}
    return {"description": "Answered.", "content": {"application/json": {"schema": schema}}}


def _page_schema(declared: Operation, item: Mapping[str, Any]) -> dict[str, Any]:
    items = {declared.list_key or "": {"type": "array", "items": item}}
    if not declared.paged:
        return _object({**items, "uri": LINK})
    if declared.version == CLASSIC:
        numbers = dict.fromkeys(("end", "page", "page_size", "start"), NUMBER)
        links = {"first_page_uri": LINK, "next_page_uri": NO_LINK, "previous_page_uri": NO_LINK}
        return _object({**items, **numbers, **links, "uri": LINK})
    meta = _object(
        {
            "page": NUMBER,
            "page_size": NUMBER,
            "first_page_url": LINK,
            "previous_page_url": NO_LINK,
            "url": LINK,
            "next_page_url": NO_LINK,
            "key": {"const": declared.list_key},
        }
    )
    return _object({"meta": meta, **items})


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": list(properties)}
