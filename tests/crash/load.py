"""Clients that send as fast as they are answered, and remember every answer."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp

from tests.support.platform import World

WIRE = "+4477"  # served by the carrier with a real wire
SLOW = "+14155550170"  # what these phones do is set by `platform_under_load`
FAILING = "+14155550171"
NO_RECEIPT = "+14155550172"
ANSWERING = "+14155550173"
SPECIAL = (SLOW, FAILING, NO_RECEIPT, ANSWERING)
CLIENTS = 16
PAUSE = 0.02  # seconds before a client tries again after it was refused or cut off


@dataclass
class Load:
    """What all clients saw: the messages that were answered with 201, and what else came."""

    seed: int
    accepted: dict[str, str] = field(default_factory=dict)  # SID: body
    others: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0  # seconds from a request to its answer, or to the end of the connection

    def __post_init__(self) -> None:
        self._awaited: list[tuple[int, asyncio.Event]] = []
        self._random = random.Random(self.seed)
        self._numbers = itertools.count(1)

    @contextlib.asynccontextmanager
    async def on(self, world: World) -> AsyncIterator[None]:
        """Send for the length of an `async with` block."""
        stop = asyncio.Event()
        headers = {"Authorization": world.basic}
        timeout = aiohttp.ClientTimeout(total=30)
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
            clients = [
                asyncio.create_task(self._client(session, world, stop)) for _ in range(CLIENTS)
            ]
            try:
                yield
            finally:
                stop.set()
                await asyncio.gather(*clients)

    async def answers(self, count: int) -> None:
        """Wait until so many more messages were answered with 201; not one moment longer."""
        awaited = (len(self.accepted) + count, asyncio.Event())
        self._awaited.append(awaited)
        await asyncio.wait_for(awaited[1].wait(), 20)
        self._awaited.remove(awaited)

    async def _client(
        self, session: aiohttp.ClientSession, world: World, stop: asyncio.Event
    ) -> None:
        while not stop.is_set():
            started = time.monotonic()
            try:
                refusal = await self._request(session, world)
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                refusal = type(error).__name__
            self.slowest = max(self.slowest, time.monotonic() - started)
            if refusal is None:
                for count, reached in self._awaited:
                    if len(self.accepted) >= count:
                        reached.set()
                continue
            self.others[refusal] += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), PAUSE)

    async def _request(self, session: aiohttp.ClientSession, world: World) -> str | None:
        """Remember what was accepted. How it was refused; None where it was not."""
        url = f"{world.base_url}/2010-04-01/Accounts/{world.account_sid}/Messages.json"
        form = self._form(world)
        async with session.post(url, data=form) as answer:
            told = await answer.json()
        if "sid" not in told:
            return f"{told['status']}/{told['code']}"
        self.accepted[told["sid"]] = form["Body"]
        return None

    def _form(self, world: World) -> dict[str, str]:
        return {
            "To": self._recipient(),
            "From": world.numbers[0],
            "Body": f"message {next(self._numbers)} of load {self.seed}",
        }

    def _recipient(self) -> str:
        choice = self._random.random()
        if choice < 0.4:
            return f"{WIRE}{self._random.randrange(10**8):08d}"
        if choice < 0.6:
            return self._random.choice(SPECIAL)
        return f"+1415556{self._random.randrange(10**4):04d}"
