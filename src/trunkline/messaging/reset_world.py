"""Empty a world: its messages, opt-outs and phones. Accounts, numbers and keys stay."""

from __future__ import annotations

from typing import Protocol

from trunkline.carriers.virtual import Phones
from trunkline.messaging import queries
from trunkline.messaging.consents.queries import RESET_CONSENTS
from trunkline.messaging.dispatch.dispatcher import Dispatcher
from trunkline.messaging.links.queries import RESET_WORLD as RESET_LINKS
from trunkline.messaging.rates.queries import RESET_WORLD as RESET_RATES
from trunkline.messaging.replies.loop_breaker import LoopBreaker
from trunkline.store import Database
from trunkline.store.database import Connection
from trunkline.worlds import World, Worlds

__all__ = ["ResetWorld"]


class Emptied(Protocol):
    """The webhooks of a world."""

    def forget_world(self, world_id: str) -> None:
        """Drop what waits in memory."""

    async def idle(self, world_id: str) -> None:
        """Wait for what is under way."""

    async def reset(self, connection: Connection, world_id: str) -> None:
        """Delete what is stored."""


class EndsCalls(Protocol):
    """The calls of a world."""

    async def end_calls(self, world_id: str) -> None:
        """End those that go on."""

    async def reset(self, connection: Connection, world_id: str) -> None:
        """Delete what is stored."""

    async def emptied(self, world_id: str) -> None:
        """That has committed."""


class Forgets(Protocol):
    """Something that keeps a world's affairs in mind."""

    def forget_world(self, world_id: str) -> None:
        """Keep them in mind no more."""


class ResetWorld:
    """Takes a world back to how it was made."""

    def __init__(
        self,
        database: Database,
        worlds: Worlds,
        phones: Phones,
        dispatcher: Dispatcher,
        webhooks: Emptied,
        loops: LoopBreaker,
        choose: Forgets,
        calls: EndsCalls,
    ) -> None:
        self._database = database
        self._worlds = worlds
        self._phones = phones
        self._dispatcher = dispatcher
        self._webhooks = webhooks
        self._loops = loops
        self._choose = choose
        self._calls = calls

    async def __call__(self, world: World) -> None:
        """Returns once all of it is gone and the clock is back at real time."""
        await self._calls.end_calls(world.id)
        with self._dispatcher.emptying(world.id):
            self._webhooks.forget_world(world.id)
            await self._dispatcher.idle(world.id)
            await self._webhooks.idle(world.id)
            async with self._database.transaction() as connection:
                for statement in (
                    *queries.RESET_WORLD,
                    *RESET_CONSENTS,
                    *RESET_LINKS,
                    *RESET_RATES,
                ):
                    await connection.execute(statement, world.id)
                await self._calls.reset(connection, world.id)
                await self._webhooks.reset(connection, world.id)
            await self._calls.emptied(world.id)
            self._phones.forget_world(world.id)
            self._choose.forget_world(world.id)
        self._webhooks.forget_world(world.id)
        self._loops.forget_world(world.id)
        world.clock.restart()
        await self._worlds.keep_clock(world)
