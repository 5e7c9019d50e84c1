"""What worlds limit, on every node."""

from __future__ import annotations

import pytest_asyncio

from tests.support.waiting import eventually
from trunkline.clock import RealClock
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.worlds import TWILIO, Limits, WorldLimits, Worlds

Heard = list[tuple[str, Limits | None, Limits | None]]


class Node:
    """The limits that one node knows, and what it was told of this world's."""

    def __init__(self, database: Database, sids: SidFactory) -> None:
        self.worlds = Worlds(database, RealClock(), sids)
        self.limits = WorldLimits(database, self.worlds)
        self.heard: Heard = []
        self.limits.on_change.append(lambda *change: self.heard.append(change))

    async def load(self) -> Node:
        await self.worlds.load()
        await self.limits.load()
        self.heard.clear()
        return self


@pytest_asyncio.fixture(loop_scope="session")
async def node(database: Database, sids: SidFactory, world_id: str) -> Node:
    node = await Node(database, sids).load()
    assert node.worlds.get(world_id).limits == "off"
    return node


async def test_twilios_are_the_defaults() -> None:
    assert (TWILIO.long_code, TWILIO.toll_free, TWILIO.short_code) == (1, 3, 100)
    assert (TWILIO.alphanumeric, TWILIO.channel) == (10, 80)
    assert (TWILIO.mms_long_code, TWILIO.account_mms) == (1, 25)
    assert TWILIO.queue_seconds == 36_000


async def test_a_change_holds_at_once_and_is_told_once(node: Node, world_id: str) -> None:
    assert node.limits.of(world_id) is None
    await node.limits.set(world_id, "twilio")
    assert node.limits.of(world_id) == TWILIO
    assert node.worlds.get(world_id).limits == "twilio"
    assert node.heard == [(world_id, None, TWILIO)]
    faster = Limits(long_code=5)
    await node.limits.set(world_id, "custom", faster)
    assert node.limits.told(world_id) == ("custom", faster)
    assert node.heard[1:] == [(world_id, TWILIO, faster)]
    await node.limits.set(world_id, "off", faster)
    assert node.limits.told(world_id) == ("off", None)
    assert node.worlds.get(world_id).limits == "off"


async def test_the_next_start_knows_them(
    node: Node, database: Database, sids: SidFactory, world_id: str
) -> None:
    await node.limits.set(world_id, "custom", Limits(toll_free=0.5, queue_seconds=60))
    after = await Node(database, sids).load()
    assert after.limits.told(world_id) == ("custom", Limits(toll_free=0.5, queue_seconds=60))
    assert world_id in after.limits.limited()


async def test_other_nodes_hear_of_a_change(
    node: Node, database: Database, sids: SidFactory, world_id: str
) -> None:
    other = await Node(database, sids).load()
    await node.limits.set(world_id, "custom", Limits(short_code=7))
    await eventually(lambda: other.limits.of(world_id) == Limits(short_code=7))
    assert other.heard == [(world_id, None, Limits(short_code=7))]
    assert other.worlds.get(world_id).limits == "custom"
    await node.limits.set(world_id, "off")
    await eventually(lambda: other.limits.of(world_id) is None)
    assert other.heard[1:] == [(world_id, Limits(short_code=7), None)]


async def test_a_world_that_another_node_made_is_no_trouble(
    database: Database, sids: SidFactory, world_id: str
) -> None:
    early = Node(database, sids)  # it has not read the worlds
    await early.limits.refresh(world_id)
    await early.limits.refresh(sids.new_id())
    await early.limits.set(world_id, "twilio")
    assert early.limits.of(world_id) == TWILIO
