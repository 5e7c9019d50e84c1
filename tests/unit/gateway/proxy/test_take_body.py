"""`proxy.take_body`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from trunkline.gateway.connectors import Target
from trunkline.gateway.errors import TooLarge
from trunkline.gateway.proxy import Ask
from trunkline.gateway.proxy.take_body import HELD, Passing, take_body

TARGET = Target(origin="https://h", path_qs="/", host="h")


async def parts(*given: bytes) -> AsyncIterator[bytes]:
    for part in given:
        yield part


def ask(body: object, length: int | None = None) -> Ask:
    return Ask(method="POST", target=TARGET, body=body, length=length)  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [(), (b"",), (b"ab",), (b"a", b"", b"b"), (b"x" * HELD,)])
async def test_small_bodies_are_held(given: tuple[bytes, ...]) -> None:
    assert await take_body(ask(parts(*given)), 2 * HELD, 1) == b"".join(given)
    assert await take_body(ask(b"".join(given)), 2 * HELD, 1) == b"".join(given)
    assert await take_body(ask(None), 1, 1) == b""


async def test_larger_ones_are_passed_on_whole() -> None:
    given = [b"a" * HELD, b"b", b"", b"c" * 10]
    body = await take_body(ask(parts(*given), 5), 2 * HELD, 1)
    assert isinstance(body, Passing)
    ended = []
    body.at_end = lambda: ended.append(body.size)
    assert b"".join([part async for part in body]) == b"".join(given)
    assert ended == [HELD + 11]
    assert body.length == 5


@pytest.mark.parametrize("most", [3, HELD + 3])
async def test_what_is_over_the_limit_is_refused_where_that_shows(most: int) -> None:
    with pytest.raises(TooLarge):
        await take_body(ask(b"x" * (most + 1)), most, 1)
    with pytest.raises(TooLarge):
        await take_body(ask(parts(b"x"), most + 1), most, 1)
    with pytest.raises(TooLarge):
        await take_body(ask(parts(b"x" * (most + 1))), most, 1)
    body = await take_body(ask(parts(b"x" * most, b"y")), most, 1) if most > HELD else None
    if body is not None:
        assert isinstance(body, Passing)
        with pytest.raises(TooLarge):
            async for _ in body:
                pass
        assert isinstance(body.error, TooLarge)
