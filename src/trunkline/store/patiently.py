"""Go on trying while the database is away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from trunkline.store.errors import StoreUnavailable

__all__ = ["TRY_AGAIN", "patiently"]

T = TypeVar("T")
TRY_AGAIN: Final = 0.1  # real seconds between tries while the database is away


async def patiently(attempt: Callable[[], Awaitable[T]]) -> T:
    """What comes of `attempt`, made again for as long as it raises StoreUnavailable."""
    while True:
        try:
            return await attempt()
        except StoreUnavailable:
            await asyncio.sleep(TRY_AGAIN)
