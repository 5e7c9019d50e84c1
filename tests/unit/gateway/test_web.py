"""Bodies that the gateway reads itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import Request

from trunkline.gateway import web
from trunkline.gateway.errors import BadRequest, TooLarge
from trunkline.gateway.web import decode_json, read_body


def asked(receive: Any, length: str | None = None) -> Request:
    headers = [] if length is None else [(b"content-length", length.encode())]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "BODY_SECONDS", 0.01)

    async def never() -> Any:
        await asyncio.Event().wait()

    with pytest.raises(BadRequest, match="did not come"):
        await read_body(asked(never, "10"))


def sends(*parts: bytes) -> Any:
    left = list(parts)

    async def receive() -> Any:
        part = left.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(left)}

    return receive


async def test_a_body_is_taken_up_to_its_bound() -> None:
    assert await read_body(asked(sends(b"12345", b"6789")), 9) == b"123456789"
    for length in (None, "10"):
        with pytest.raises(TooLarge):
            await read_body(asked(sends(b"12345", b"67890"), length), 9)
    with pytest.raises(BadRequest):
        await read_body(asked(sends(b""), "ten"), 9)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a": "\\u0000"}', b"\xff", b"[1"])
def test_json_that_is_none(body: bytes) -> None:
    with pytest.raises(BadRequest):
        decode_json(body, dict[str, Any])


def test_nothing_is_an_empty_object() -> None:
    assert decode_json(b"", dict[str, Any]) == {}
