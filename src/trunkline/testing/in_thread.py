"""Wait in another thread for what would hold up an event loop."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import anyio.to_thread

from trunkline.testing.errors import hidden

__all__ = ["in_thread"]

__tracebackhide__ = hidden

T = TypeVar("T")


async def in_thread(function: Callable[..., T], *args: Any, **options: Any) -> T:
    """What a function returns that runs in another thread; what it raises."""
    __tracebackhide__ = True  # pdb begins in the test
    try:
        return await anyio.to_thread.run_sync(
            partial(function, *args, **options), abandon_on_cancel=True
        )
    except Exception as error:
        # Where in a thread it was raised tells nobody anything.
        raise error.with_traceback(None) from None
