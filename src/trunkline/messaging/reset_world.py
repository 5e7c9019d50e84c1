"""Empty a world: its messages, opt-outs and phones. Accounts, numbers and keys stay."""

from __future__ import annotations

from trunkline.carriers.virtual import Phones
from trunkline.messaging import queries
from trunkline.messaging.dispatcher import Dispatcher
from trunkline.store import Database
from trunkline.worlds import World, Worlds

__all__ = ["ResetWorld"]


class ResetWorld:
    """Takes a world back to how it was made."""

    def __init__(
        self, database: Database, worlds: Worlds, phones: Phones, dispatcher: Dispatcher
    ) -> None:
        self._database = database
        self._worlds = worlds
        self._phones = phones
        self._dispatcher = dispatcher

    async def __call__(self, world: World) -> None:
        """Returns once all of it is gone and the clock is back at real time."""
        self._dispatcher.forget_world(world.id)
        await self._dispatcher.idle(world.id)
        async with self._database.transaction() as connection:
            for statement in queries.RESET_WORLD:
                await connection.execute(statement, world.id)
        self._phones.forget_world(world.id)
        self._dispatcher.forget_world(world.id)
        world.clock.restart()
        await self._worlds.keep_clock(world)
