"""What a request to the authorization server holds: a form, JSON, or a query, within bounds.

RFC 6749 (3.1, 3.2): a parameter without a value counts as absent, none may come twice, unknown
ones are passed over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from starlette.requests import Request

from trunkline.gateway.errors import GatewayError
from trunkline.gateway.sign_in.errors import InvalidRequest
from trunkline.gateway.web import read_body
from trunkline.rest.errors import ApiError
from trunkline.rest.forms import parse_form
from trunkline.rest.json_body import parse_json

__all__ = ["Fields", "address_of", "read_fields", "read_json", "read_query"]

Fields = Mapping[str, str]
T = TypeVar("T")

MOST_BYTES: Final = 16_384
MOST_FIELDS: Final = 50
LONGEST_VALUE: Final = 4096
SECONDS: Final = 30.0


async def read_fields(request: Request, *, json: bool = True) -> dict[str, str]:
    """The fields of a body that is a form or, if `json`, a JSON object. Raises InvalidRequest."""
    body = await _body(request)
    if json and _is_json(request):
        given = _parsed(parse_json, body)
        return _single({name: [value] for name, value in given.items() if value is not None})
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != "application/x-www-form-urlencoded":
        raise InvalidRequest("The body must be a form.", status=415)
    return _single(_parsed(_form, body))


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object that the body is. Raises InvalidRequest."""
    body = await _body(request)
    if not _is_json(request):
        raise InvalidRequest("The body must be JSON.", status=415)
    return _parsed(parse_json, body)


def read_query(request: Request) -> tuple[dict[str, str], frozenset[str]]:
    """The fields of the query, and the names of those that came more than once, which are left
    out: what such a refusal looks like depends on which they are. Raises InvalidRequest."""
    raw: bytes = request.scope["query_string"]
    if len(raw) > MOST_BYTES:
        raise InvalidRequest("The query is too long.", status=414)
    given = _parsed(_form, raw)
    twice = frozenset(name for name, values in given.items() if len(values) > 1)
    return _single({name: given[name] for name in given if name not in twice}), twice


def address_of(request: Request) -> str:
    """The address by which tries are counted."""
    return request.client.host if request.client is not None else "?"


async def _body(request: Request) -> bytes:
    try:
        async with asyncio.timeout(SECONDS):
            return await read_body(request, MOST_BYTES)
    except TimeoutError:
        raise InvalidRequest("The body did not arrive in time.", status=408) from None
    except GatewayError as error:
        raise InvalidRequest("The body is too large.", status=error.status) from None


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json"


def _form(data: bytes) -> dict[str, list[str]]:
    return parse_form(data, most=MOST_FIELDS)


def _parsed(parse: Callable[[bytes], T], data: bytes) -> T:
    try:
        return parse(data)
    except ApiError:
        raise InvalidRequest("The request cannot be read.") from None


def _single(given: Mapping[str, list[Any]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, values in given.items():
        if len(values) > 1:
            raise InvalidRequest("A parameter comes twice.")
        value = values[0]
        if not isinstance(value, str):
            raise InvalidRequest("A parameter is no text.")
        if len(value) > LONGEST_VALUE:
            raise InvalidRequest("A parameter is too long.")
        if value:
            fields[name] = value
    return fields
