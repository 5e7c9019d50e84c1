"""Rows read ahead by a thread, so that a pipe that is slow holds nobody up."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import threading
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator
from typing import NamedTuple, Protocol

from trunkline.cli.bulk.row import Broken, Item, Row

__all__ = ["Batch", "Digested", "Feed", "Rows", "fold"]

MOST_ROWS = 256  # in a batch, and twice as many ahead
MOST_CHARACTERS = 1 << 20  # ahead


class Digested(NamedTuple):
    """A row, and for a pipe the digest of all rows up to it."""

    item: Item
    digest: str | None


class Batch(NamedTuple):
    """Rows in their order; none at the end of the file."""

    items: list[Item]
    digest: str | None  # of all rows up to the last of these


class Rows(Protocol):
    """Where rows come from."""

    async def take(self) -> Batch:
        """At least one row, unless there are no more. Raises what reading raised."""


class Feed:
    """The rows of an iterator that may wait for its source."""

    def __init__(self, rows: Iterator[Digested], check: Callable[[], None]) -> None:
        """`check` raises when the file is no longer what it was: rows that were read before it is
        called are those of the file as it was."""
        self._rows = rows
        self._check = check
        self._loop = asyncio.get_running_loop()
        self._came = asyncio.Event()
        self._ready: deque[Digested] = deque()
        self._size = 0
        self._change = threading.Condition()
        self._closed = False
        self._ended = False
        self._error: BaseException | None = None
        # A daemon: nobody can wake it from reading a pipe that says nothing.
        self._thread = threading.Thread(target=self._read, name="bulk-rows", daemon=True)
        self._thread.start()

    async def take(self) -> Batch:
        """At least one row, unless there are no more. Raises what reading raised."""
        while True:
            with self._change:
                if self._ready:
                    count = min(len(self._ready), MOST_ROWS)
                    taken = [self._ready.popleft() for _ in range(count)]
                    self._size -= sum(_size(each.item) for each in taken)
                    self._change.notify()
                    self._check()
                    return Batch([each.item for each in taken], taken[-1].digest)
                if self._ended:
                    if self._error is not None:
                        raise self._error
                    self._check()
                    return Batch([], None)
                self._came.clear()
            await self._came.wait()

    def close(self, *, wait: bool = True) -> None:
        """Read no more; with `wait`, return once nothing is read any more."""
        with self._change:
            self._closed = True
            self._change.notify()
        if wait:
            self._thread.join()

    def _read(self) -> None:
        try:
            for each in self._rows:
                size = _size(each.item)
                with self._change:
                    while self._full() and not self._closed:
                        self._change.wait()
                    if self._closed:
                        return
                    wake = not self._ready
                    self._ready.append(each)
                    self._size += size
                if wake:
                    self._tell()
        except BaseException as error:
            self._error = error
        finally:
            with self._change:
                self._ended = True
            self._tell()

    def _tell(self) -> None:
        with contextlib.suppress(RuntimeError):  # nobody is there any more
            self._loop.call_soon_threadsafe(self._came.set)

    def _full(self) -> bool:
        return len(self._ready) >= 2 * MOST_ROWS or self._size > MOST_CHARACTERS


def fold(
    rows: Iterable[Item],
    *,
    begun_to: int,
    wanted: Container[int],
    digest: str | None,
    piped: bool,
    mismatch: Callable[[], Exception],
) -> Iterator[Digested]:
    """The rows that are still to be sent: those behind `begun_to`, and those `wanted`.

    Of a pipe all rows are digested; `mismatch` is raised where the first ones are not those of
    `digest`, and where there are fewer than were begun.
    """
    running = hashlib.blake2b(digest_size=10)
    number = 0
    held: list[Digested] = []
    for number, item in enumerate(rows, 1):
        if piped:
            running.update(repr(item).encode("utf-8", "backslashreplace"))
        if number < begun_to:
            if number in wanted:
                held.append(Digested(item, None))
            continue
        if number == begun_to:
            if piped and running.hexdigest() != digest:
                raise mismatch()
            yield from held
            held.clear()
            if number not in wanted:
                continue
        yield Digested(item, running.hexdigest() if piped else None)
    if number < begun_to:
        raise mismatch()


def _size(item: Item) -> int:
    if isinstance(item, Broken):
        return len(item.reason)
    assert isinstance(item, Row)
    return sum(len(value) for _, value in item.fields)
