"""Worlds: list them, make one, empty one, and what it takes to use one."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

import asyncpg
import msgspec
from msgspec import Meta

from trunkline.accounts import AccountSet
from trunkline.control.errors import ControlError
from trunkline.control.operation import Call, Nothing, operation
from trunkline.control.platform import ControlledPlatform
from trunkline.worlds import World

__all__ = ["Credentials", "NewWorld", "WorldState", "WorldsResource"]


class Credentials(msgspec.Struct, kw_only=True):
    """All that a client of a world needs."""

    base_url: str
    account_sid: str
    auth_token: str
    test_account_sid: str
    test_auth_token: str
    api_key: str | None
    api_secret: str | None
    control_token: str
    gateway_key: str | None  # of the gateway; None in production
    numbers: list[str]


class WorldState(msgspec.Struct, kw_only=True):
    """A world."""

    name: str
    now: datetime
    clock_movable: bool
    limits: str
    created_at: datetime


class WorldList(msgspec.Struct):
    """Every world, oldest first."""

    worlds: list[WorldState]


class NewWorld(msgspec.Struct, forbid_unknown_fields=True):
    """A world to make."""

    name: Annotated[
        str,
        Meta(
            pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z",
            description="Letters, digits, dots, hyphens and underscores",
        ),
    ]


class CreatedWorld(msgspec.Struct):
    """A new world and what it takes to use it."""

    world: WorldState
    credentials: Credentials


class WorldsResource:
    """The operations on worlds."""

    def __init__(self, platform: ControlledPlatform) -> None:
        self._platform = platform
        self._making = asyncio.Lock()

    @operation("GET", "/worlds", answers=WorldList, in_world=False)
    async def list_worlds(self, call: Call, _: Nothing) -> WorldList:
        """List the worlds of the platform."""
        return WorldList([_shown(world) for world in self._platform.worlds.all()])

    @operation("POST", "/worlds", asks=NewWorld, answers=CreatedWorld, status=201, in_world=False)
    async def create_world(self, call: Call, asked: NewWorld) -> CreatedWorld:
        """Make a world with an account, credentials and numbers of its own."""
        self._refuse_in_production("has one world")
        exists = ControlError(409, "world_exists", f"There is a world '{asked.name}' already.")
        async with self._making:
            if self._platform.worlds.named(asked.name) is not None:
                raise exists
            try:
                world, account_set = await self._platform.create_world(asked.name)
            except asyncpg.UniqueViolationError:  # another node was faster
                raise exists from None
        return CreatedWorld(_shown(world), self._credentials(world, account_set, call))

    @operation("GET", "/credentials", answers=Credentials)
    async def fetch_credentials(self, call: Call, _: Nothing) -> Credentials:
        """Show base URL, credentials and numbers of a world's first account."""
        account_set = await self._platform.account_set(call.world)
        return self._credentials(call.world, account_set, call)

    @operation("POST", "/reset", answers=WorldState)
    async def reset_world(self, call: Call, _: Nothing) -> WorldState:
        """Empty a world.

        Its messages, opt-outs and settings of phones go, and its clock goes back to real time;
        accounts, credentials and numbers stay.
        """
        self._refuse_in_production("cannot be reset")
        await self._platform.reset(call.world)
        return _shown(call.world)

    def _credentials(self, world: World, account_set: AccountSet, call: Call) -> Credentials:
        return Credentials(
            base_url=call.base_url,
            account_sid=account_set.account_sid,
            auth_token=account_set.auth_token,
            test_account_sid=account_set.test_account_sid,
            test_auth_token=account_set.test_auth_token,
            api_key=account_set.api_key,
            api_secret=account_set.api_secret,
            control_token=self._platform.control_token,
            gateway_key=self._platform.gateway_key(world),
            numbers=list(self._platform.numbers_of(world)),
        )

    def _refuse_in_production(self, reason: str) -> None:
        if self._platform.settings.mode == "production":
            raise ControlError(409, "production_mode", f"A platform in production mode {reason}.")


def _shown(world: World) -> WorldState:
    return WorldState(
        name=world.name,
        now=world.clock.now(),
        clock_movable=world.clock_movable,
        limits=world.limits,
        created_at=world.created_at,
    )
