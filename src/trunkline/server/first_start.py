"""Make a world with an account to work with: what a first start and a test fixture do."""

from __future__ import annotations

import os
from collections.abc import Callable

from trunkline.accounts import AccountSet, create_account_set
from trunkline.clock import Clock
from trunkline.numbers import provide_first_numbers
from trunkline.secret_box import SecretBox
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import World, Worlds
from trunkline.worlds.limits import Mode

__all__ = ["control_token", "create_world"]

CONTROL_TOKEN = "control_token"


async def create_world(
    database: Database,
    worlds: Worlds,
    sids: SidFactory,
    box: SecretBox,
    clock: Clock,
    name: str,
    *,
    clock_movable: bool,
    limits: Mode = "off",
    entropy: Callable[[int], bytes] = os.urandom,
) -> tuple[World, AccountSet, list[str]]:
    """A world with its first account, test credentials and API key, and its numbers, in one
    commit. It announces nothing."""
    async with database.transaction() as connection:
        world = await worlds.create(connection, name, clock_movable=clock_movable, limits=limits)
        now = clock.now()
        account_set = await create_account_set(
            connection, world_id=world.id, sids=sids, box=box, now=now, entropy=entropy
        )
        given = await provide_first_numbers(
            connection,
            world_id=world.id,
            account_sid=account_set.account_sid,
            sids=sids,
            now=now,
        )
    worlds.adopt(world)
    return world, account_set, given


async def control_token(
    database: Database, box: SecretBox, entropy: Callable[[int], bytes] = os.urandom
) -> str:
    """The bearer token of the control API, made at the first start."""
    made = "tlc_" + entropy(24).hex()
    sealed = await database.fetchval(
        "INSERT INTO platform_secrets (name, value) VALUES ($1, $2)"
        " ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING value",
        CONTROL_TOKEN,
        box.seal(made),
    )
    return box.unseal(sealed)
