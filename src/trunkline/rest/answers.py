"""What goes back: bodies in JSON or XML, and the headers that Twilio sends with each (0.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from trunkline.rest import xml
from trunkline.rest.errors import ApiError
from trunkline.rest.operation import BinaryAnswer, Call, RedirectAnswer, RestPage

__all__ = ["Answer", "answer_error", "answer_preflight", "answer_result", "response_headers"]

Header = tuple[bytes, bytes]

JSON = b"application/json"
XML = b"application/xml"
CLASSIC = "2010-04-01"
ALWAYS: tuple[Header, ...] = (
    (b"x-home-region", b"us1"),
    (b"x-powered-by", b"AT-5000"),
    (b"x-shenanigans", b"none"),
    (b"strict-transport-security", b"max-age=31536000"),
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-allow-headers",
        b"Accept, Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, "
        b"If-Unmodified-Since, Idempotency-Key",
    ),
    (b"access-control-allow-methods", b"GET, POST, PATCH, PUT, DELETE, OPTIONS"),
    (b"access-control-allow-credentials", b"true"),
    (b"access-control-expose-headers", b"ETag"),
)
CHALLENGE: Header = (b"www-authenticate", b'Basic realm="Twilio API"')

encode = msgspec.json.Encoder().encode


class Answer(msgspec.Struct, frozen=True):
    """A response before the headers that every response has. No `content_type`: no body."""

    status: int
    content_type: bytes | None = None
    body: bytes = b""
    headers: Sequence[Header] = ()


def answer_result(result: Any, call: Call, as_xml: bool) -> Answer:
    """The answer to what an operation's method returned."""
    operation = call.operation
    if isinstance(result, msgspec.Struct):
        if as_xml:
            return Answer(operation.status, XML, xml.render_item(result))
        return Answer(operation.status, JSON, encode(result))
    if result is None:
        return Answer(operation.status)
    if isinstance(result, RestPage):
        if as_xml:
            return Answer(operation.status, XML, xml.render_page(result))
        classic = operation.version == CLASSIC
        made = _classic_page(result) if classic else _page_with_meta(result)
        return Answer(operation.status, JSON, encode(made))
    if isinstance(result, BinaryAnswer):
        sniffing = (b"x-content-type-options", b"nosniff")
        return Answer(operation.status, _value(result.content_type), result.data, (sniffing,))
    if isinstance(result, RedirectAnswer):
        return Answer(307, headers=((b"location", _value(result.location)),))
    if operation.list_key is None:
        raise TypeError(f"{operation.name} returned {type(result).__name__}")
    if as_xml:
        return Answer(
            operation.status, XML, xml.render_list(operation.list_key, result, call.resource)
        )
    listed = {operation.list_key: result, "uri": call.resource}
    return Answer(operation.status, JSON, encode(listed))


def answer_error(error: ApiError, as_xml: bool) -> Answer:
    """The answer that tells a refusal."""
    headers = [(name.lower().encode(), _value(value)) for name, value in error.headers.items()]
    if error.status == 401:
        headers.append(CHALLENGE)
    if as_xml:
        return Answer(error.status, XML, xml.render_error(error), headers)
    return Answer(error.status, JSON, encode(error.body()), headers)


def answer_preflight(methods: Sequence[str]) -> Answer:
    """The answer to OPTIONS."""
    return Answer(204, headers=((b"allow", ", ".join(methods).encode()),))


def response_headers(
    answer: Answer, request_sid: str, seconds: float, concurrent: int, product: str
) -> list[Header]:
    """The headers of a response; `date` and `server` are the HTTP server's own."""
    headers = [
        (b"twilio-request-id", request_sid.encode()),
        (b"twilio-request-duration", b"%.3f" % seconds),
        (b"twilio-concurrent-requests", b"%d" % concurrent),
        (b"x-api-domain", f"{product}.twilio.com".encode()),
        *ALWAYS,
        *answer.headers,
    ]
    if answer.content_type is not None:
        headers.append((b"content-type", answer.content_type))
    if answer.status != 204:
        headers.append((b"content-length", b"%d" % len(answer.body)))
    return headers


def _classic_page(page: RestPage) -> Mapping[str, Any]:
    shown = len(page.items)
    start = page.number * page.size if shown else 0
    return {
        page.key: page.items,
        "end": start + shown - 1 if shown else 0,
        "first_page_uri": page.first,
        "next_page_uri": page.following,
        "page": page.number,
        "page_size": page.size,
        "previous_page_uri": page.previous,
        "start": start,
        "uri": page.current,
    }


def _page_with_meta(page: RestPage) -> Mapping[str, Any]:
    return {
        "meta": {
            "page": page.number,
            "page_size": page.size,
            "first_page_url": page.first,
            "previous_page_url": page.previous,
            "url": page.current,
            "next_page_url": page.following,
            "key": page.key,
        },
        page.key: page.items,
    }


def _value(text: str) -> bytes:
    """`text` as the value of a header: printable ASCII, nothing that could end the line."""
    return bytes(c if 32 <= c < 127 else 63 for c in text.encode("ascii", "replace"))
