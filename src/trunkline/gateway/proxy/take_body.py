"""The body of a request: held in memory where it is small, so that it can be sent again after a new
authorisation; passed on as it comes where it is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

from trunkline.gateway.errors import BadRequest, TooLarge
from trunkline.gateway.proxy.ask import Ask

__all__ = ["HELD", "Passing", "take_body"]

HELD: Final = 1 << 20  # bytes that are held at most


class Passing:
    """A body that is passed on while it comes: to be iterated over once.

    What went wrong with it is in `error`, because the HTTP client tells it in words of its own.
    """

    def __init__(
        self, begun: bytes, rest: AsyncIterator[bytes], length: int | None, most: int, idle: float
    ) -> None:
        self.begun = begun
        self.length = length
        self.size = 0  # bytes that were passed on
        self.error: BaseException | None = None
        self.at_end: Callable[[], None] | None = None  # called after its last byte
        self._rest = rest
        self._most = most
        self._idle = idle

    async def __aiter__(self) -> AsyncIterator[bytes]:
        part: bytes | None = self.begun
        try:
            while part is not None:
                self.size += len(part)
                if self.size > self._most:
                    raise _too_large(self._most)
                yield part
                part = await _next_part(self._rest, self._idle)
            if self.at_end is not None:
                self.at_end()
        except GeneratorExit:
            raise
        except BaseException as error:
            self.error = error
            raise


async def take_body(ask: Ask, most: int, idle: float) -> bytes | Passing:
    """The body of `ask`, or what it begins with. Raises TooLarge, BadRequest when its next part
    takes longer than `idle` seconds, and whatever the body itself raises."""
    body = ask.body
    if body is None:
        return b""
    if isinstance(body, bytes):
        if len(body) > most:
            raise _too_large(most)
        return body
    if ask.length is not None and ask.length > most:
        raise _too_large(most)
    parts: list[bytes] = []
    size = 0
    while (part := await _next_part(body, idle)) is not None:
        parts.append(part)
        size += len(part)
        if size > most:
            raise _too_large(most)
        if size > HELD:
            return Passing(b"".join(parts), body, ask.length, most, idle)
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def _next_part(body: AsyncIterator[bytes], idle: float) -> bytes | None:
    """The next bytes, None at the end."""
    try:
        async with asyncio.timeout(idle):
            while not (part := await anext(body)):
                pass
            return part
    except StopAsyncIteration:
        return None
    except TimeoutError:
        raise BadRequest(f"The body of the request did not come within {idle:g} s.") from None


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"The body is larger than {most} bytes.")
