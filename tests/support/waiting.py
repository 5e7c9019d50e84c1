"""Wait for what a test expects to come true, with a deadline instead of a length of sleep."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

LOOK_AGAIN = 0.02  # seconds


async def eventually(look: Callable[[], T | Awaitable[T]], seconds: float = 20.0) -> T:
    """What `look` returns as soon as it is true. AssertionError with its last value otherwise."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        value: T = await seen if inspect.isawaitable(seen) else seen
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {value!r}"
        await asyncio.sleep(LOOK_AGAIN)


def wait_until(look: Callable[[], T], seconds: float = 20.0) -> T:
    """`eventually` for a test without an event loop."""
    deadline = time.monotonic() + seconds
    while True:
        if seen := look():
            return seen
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {seen!r}"
        time.sleep(LOOK_AGAIN)
