"""Names to addresses, whatever the resolver does."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from trunkline.webhooks.http.lookups import MOST_ADDRESSES, SHARES, Lookups


class Resolver:
    """Stands for the system's. Names beginning with `dead` hang until the end of the test."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.released = threading.Event()
        self.addresses: dict[str, list[str]] = {}
        self.under_way = 0
        self.most = 0
        self._lock = threading.Lock()

    def __call__(self, host: str, port: Any, **_: Any) -> list[Any]:
        with self._lock:
            self.asked.append(host)
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        try:
            if host.startswith("dead"):
                self.released.wait(60)
                raise socket.gaierror(socket.EAI_AGAIN, "silent")
            if host.startswith("bad"):
                raise UnicodeError("label too long")
            if host not in self.addresses:
                raise socket.gaierror(socket.EAI_NONAME, "unknown")
            return [(socket.AF_INET, 1, 6, "", (a, 0)) for a in self.addresses[host]]
        finally:
            with self._lock:
                self.under_way -= 1


@pytest.fixture
def resolver() -> Iterator[Resolver]:
    """A resolver that a test scripts."""
    resolver = Resolver()
    yield resolver
    resolver.released.set()


async def give_up(lookups: Lookups, host: str) -> None:
    """Wait for a name no longer than until its lookup has begun, or not even that."""
    waiting = asyncio.create_task(lookups.addresses(host))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


async def test_an_answer_counts_for_a_while(resolver: Resolver) -> None:
    resolver.addresses["app.example"] = ["1.1.1.1", "1.1.1.1", "2.2.2.2"]
    lookups = Lookups(resolver)

    assert await lookups.addresses("app.example") == ("1.1.1.1", "2.2.2.2")
    assert await lookups.addresses("APP.example") == ("1.1.1.1", "2.2.2.2")

    assert resolver.asked == ["app.example"]
    await lookups.close()


async def test_an_answer_does_not_count_for_ever(resolver: Resolver) -> None:
    resolver.addresses["app.example"] = ["1.1.1.1"]
    lookups = Lookups(resolver, keep=0)
    await lookups.addresses("app.example")
    resolver.addresses["app.example"] = ["2.2.2.2"]

    assert await lookups.addresses("app.example") == ("2.2.2.2",)
    await lookups.close()


async def test_many_who_ask_at_once_ask_once(resolver: Resolver) -> None:
    resolver.addresses["app.example"] = ["1.1.1.1"]
    lookups = Lookups(resolver)

    found = await asyncio.gather(*(lookups.addresses("app.example") for _ in range(50)))

    assert set(found) == {("1.1.1.1",)}
    assert resolver.asked == ["app.example"]
    await lookups.close()


@pytest.mark.parametrize("host", ["unknown.example", "bad..example"])
async def test_a_name_without_an_address_is_an_error(resolver: Resolver, host: str) -> None:
    lookups = Lookups(resolver)
    for _ in range(2):
        with pytest.raises(OSError):  # noqa: PT011 - any kind of it
            await lookups.addresses(host)
    await lookups.close()


async def test_a_name_of_a_thousand_addresses_has_a_few(resolver: Resolver) -> None:
    resolver.addresses["many.example"] = [f"1.1.{n // 256}.{n % 256}" for n in range(1000)]
    lookups = Lookups(resolver)

    assert len(await lookups.addresses("many.example")) == MOST_ADDRESSES
    await lookups.close()


async def test_localhost_is_not_asked_for(resolver: Resolver) -> None:
    lookups = Lookups(resolver)
    assert await lookups.addresses("localhost") == ("127.0.0.1", "::1")
    assert await lookups.addresses("app.localhost") == ("127.0.0.1", "::1")
    assert resolver.asked == []
    await lookups.close()


async def test_thousands_of_dead_names_do_not_hold_up_a_name_that_is_known(
    resolver: Resolver,
) -> None:
    resolver.addresses["app.example"] = ["1.1.1.1"]
    lookups = Lookups(resolver, keep=0)
    await lookups.addresses("app.example")

    await asyncio.gather(*(give_up(lookups, f"dead{n}.example") for n in range(3000)))

    async with asyncio.timeout(10):
        assert await lookups.addresses("app.example") == ("1.1.1.1",)
    assert resolver.most <= sum(SHARES.values())
    await lookups.close()


async def test_lookups_that_nobody_waits_for_are_not_made(resolver: Resolver) -> None:
    lookups = Lookups(resolver)
    await asyncio.gather(*(give_up(lookups, f"dead{n}.example") for n in range(500)))

    resolver.released.set()
    resolver.addresses["app.example"] = ["1.1.1.1"]
    async with asyncio.timeout(10):
        await lookups.addresses("app.example")

    assert len(resolver.asked) <= SHARES["new"] + 1
    await lookups.close()


async def test_closing_does_not_wait_for_a_dead_resolver(resolver: Resolver) -> None:
    lookups = Lookups(resolver)
    waiting = asyncio.create_task(lookups.addresses("dead.example"))
    await asyncio.sleep(0)

    async with asyncio.timeout(5):
        await lookups.close()
        await asyncio.gather(waiting, return_exceptions=True)

    assert waiting.cancelled()
