"""Go on trying to save what cannot be had again, while the database is away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from trunkline.store import StoreUnavailable
from trunkline.store.patiently import patiently

__all__ = ["keep_trying"]

T = TypeVar("T")


async def keep_trying(attempt: Callable[[], Awaitable[T]], *, seconds: float) -> T:
    """What comes of `attempt`, made again for `seconds` while the database is away. Raises
    StoreUnavailable after that."""
    try:
        async with asyncio.timeout(seconds):
            return await patiently(attempt)
    except TimeoutError:
        raise StoreUnavailable("The database cannot be reached.") from None
