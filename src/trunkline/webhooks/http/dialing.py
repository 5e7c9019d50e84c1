"""Connections to one of several addresses (RFC 8305)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from itertools import zip_longest

__all__ = ["connect", "in_turns"]

HEAD_START = 0.25  # seconds before the next address is tried beside the one before (RFC 8305, 8)


def in_turns(addresses: Sequence[str]) -> list[str]:
    """IPv6 and IPv4 by turns, beginning with the family of the first: if one of the two leads
    nowhere, little time is lost."""
    first = [address for address in addresses if (":" in address) == (":" in addresses[0])]
    other = [address for address in addresses if (":" in address) != (":" in addresses[0])]
    return [address for pair in zip_longest(first, other) for address in pair if address]


async def connect(addresses: Sequence[str], port: int) -> tuple[socket.socket, str]:
    """A connected socket, and which of the addresses it is connected to.

    Each address gets a head start over the next; one that fails gives way at once. OSError when
    none takes the connection, with a number where all failed in the same way.
    """
    if len(addresses) == 1:
        return await _dial(addresses[0], port), addresses[0]
    errors: list[OSError] = []
    tasks: dict[asyncio.Task[socket.socket], str] = {}  # of all that were begun
    under_way: set[asyncio.Task[socket.socket]] = set()
    left = list(addresses)
    chosen: asyncio.Task[socket.socket] | None = None
    try:
        while chosen is None and (left or under_way):
            if left:
                address = left.pop(0)
                task = asyncio.create_task(_dial(address, port))
                tasks[task] = address
                under_way.add(task)
            done, under_way = await asyncio.wait(
                under_way,
                timeout=HEAD_START if left else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in done:
                error = task.exception()
                if error is None:
                    chosen = task
                elif isinstance(error, OSError):
                    errors.append(error)
                else:
                    raise error
    finally:
        await _call_off([task for task in tasks if task is not chosen])
    if chosen is None:
        raise _together(errors)
    return chosen.result(), tasks[chosen]


async def _call_off(tasks: Sequence[asyncio.Task[socket.socket]]) -> None:
    """Close what came too late."""
    for task in tasks:
        task.cancel()
    for made in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(made, socket.socket):
            made.close()


async def _dial(address: str, port: int) -> socket.socket:
    six = ":" in address
    made = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        where = (address, port, 0, 0) if six else (address, port)
        await asyncio.get_running_loop().sock_connect(made, where)
    except BaseException:
        made.close()
        raise
    return made


def _together(errors: Sequence[OSError]) -> OSError:
    if all(error.errno == errors[0].errno for error in errors):
        return errors[0]
    return OSError("; ".join(map(str, errors)))
