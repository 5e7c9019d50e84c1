"""Names to addresses, in threads that a dead resolver cannot use up.

The system's resolver blocks for half a minute when a name server is silent, and a lookup cannot be
called off. So lookups have threads of their own, and names that resolved before, names never seen
and names that failed draw from separate shares of them: any number of dead names leaves those of
healthy ones untouched.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

__all__ = ["Lookups"]

KEEP = 5.0  # seconds an answer counts
MOST_NAMES = 4096  # remembered
MOST_ADDRESSES = 16  # of one name
SHARES = {"good": 16, "new": 32, "bad": 8}  # lookups at the same time

GetAddrInfo = Callable[..., list[Any]]


class Lookups:
    """Resolves names. `getaddrinfo` is the blocking call of the system."""

    def __init__(self, getaddrinfo: GetAddrInfo = socket.getaddrinfo, keep: float = KEEP) -> None:
        self._getaddrinfo = getaddrinfo
        self._keep = keep
        self._cache: OrderedDict[str, tuple[float, tuple[str, ...]]] = OrderedDict()
        self._standing: OrderedDict[str, str] = OrderedDict()
        self._under_way: dict[str, _Lookup] = {}
        self._shares = {name: asyncio.Semaphore(most) for name, most in SHARES.items()}

    async def addresses(self, host: str) -> tuple[str, ...]:
        """The addresses of a name, at least one. OSError (`socket.gaierror`) when it has none.

        The caller bounds the wait. A lookup that nobody waits for any more and that has no thread
        yet is given up.
        """
        host = host.lower()
        if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, 6.3
            return ("127.0.0.1", "::1")
        known = self._cache.get(host)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        lookup = self._under_way.get(host)
        if lookup is None:
            lookup = self._under_way[host] = _Lookup()
            lookup.task = asyncio.create_task(self._look_up(host, lookup))
            lookup.task.add_done_callback(_heard)
        lookup.waiting += 1
        try:
            return await asyncio.shield(lookup.task)
        finally:
            lookup.waiting -= 1
            if not lookup.waiting and not lookup.begun:
                lookup.task.cancel()
                self._forget(host, lookup)

    async def close(self) -> None:
        """Give up what is under way. Threads that the system holds end by themselves."""
        tasks = [lookup.task for lookup in self._under_way.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _look_up(self, host: str, lookup: _Lookup) -> tuple[str, ...]:
        try:
            share = self._shares[self._standing.get(host, "new")]
            await share.acquire()
            lookup.begun = True
            # The share is held by the thread, not by this task: it may outlive it.
            found = await _in_thread(self._getaddrinfo, host, share.release)
        except OSError:
            self._remember(self._standing, host, "bad")
            raise
        finally:
            self._forget(host, lookup)
        self._remember(self._standing, host, "good")
        self._remember(self._cache, host, (time.monotonic() + self._keep, found))
        return found

    def _forget(self, host: str, lookup: _Lookup) -> None:
        if self._under_way.get(host) is lookup:
            del self._under_way[host]

    def _remember(self, where: OrderedDict[str, Any], host: str, value: Any) -> None:
        where[host] = value
        where.move_to_end(host)
        if len(where) > MOST_NAMES:
            where.popitem(last=False)


class _Lookup:
    """One lookup under way, however many wait for it."""

    __slots__ = ("begun", "task", "waiting")

    def __init__(self) -> None:
        self.task: asyncio.Task[tuple[str, ...]]
        self.waiting = 0
        self.begun = False


def _heard(task: asyncio.Task[tuple[str, ...]]) -> None:
    """Nobody may be waiting any more: an error that is not fetched would be reported."""
    if not task.cancelled():
        task.exception()


async def _in_thread(
    getaddrinfo: GetAddrInfo, host: str, done: Callable[[], None]
) -> tuple[str, ...]:
    """Call in a daemon thread: unlike one of an executor it does not keep the process from
    ending."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[tuple[str, ...]] = loop.create_future()

    def settle(found: tuple[str, ...] | None, error: OSError | None) -> None:
        done()
        if future.done():
            return
        if found:
            future.set_result(found)
        else:
            future.set_exception(error or _no_address())

    def run() -> None:
        found, error = None, None
        try:
            infos = getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
            # A name of a thousand addresses must not mean a thousand connections.
            found = tuple(dict.fromkeys(str(info[4][0]) for info in infos))[:MOST_ADDRESSES]
        except OSError as caught:
            error = caught
        except Exception:  # a name that cannot be encoded is no name
            error = _no_address()
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(settle, found, error)

    try:
        threading.Thread(target=run, name="lookup", daemon=True).start()
    except RuntimeError as error:  # the system gives no more threads
        done()
        raise socket.gaierror(socket.EAI_AGAIN, "no thread for the lookup") from error
    return await future


def _no_address() -> OSError:
    return socket.gaierror(socket.EAI_NONAME, "Name or service not known")
