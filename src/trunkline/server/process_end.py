"""The end of a process that is not our child."""

from __future__ import annotations

import asyncio
import os

from trunkline.server.known_process import KnownProcess

__all__ = ["end_of"]

POLL_SECONDS = 0.5


async def end_of(owner: KnownProcess) -> None:
    """Return when a process has ended, SIGKILL included; at once if it has ended already."""
    try:
        descriptor = os.pidfd_open(owner.pid)
    except ProcessLookupError:
        return
    except (AttributeError, OSError):  # not Linux; an old kernel; a sandbox that refuses it
        while owner.runs:  # noqa: ASYNC110 - nothing there tells of it
            await asyncio.sleep(POLL_SECONDS)
        return
    try:
        # The descriptor is the process that has the pid now: see that it is still the owner.
        if owner.runs:
            await _readable(descriptor)
    finally:
        os.close(descriptor)


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(descriptor, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(descriptor)
