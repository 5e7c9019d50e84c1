"""The rows of the queue, read back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest_asyncio

from tests.unit.webhooks.test_works import NOW, URL, Node
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.webhooks.queue_table import ReadQueue, delivery_of

HOST = "app.example:443"


@pytest_asyncio.fixture(loop_scope="session")
async def node(database: Database, sids: SidFactory, world_id: str) -> AsyncIterator[Node]:
    node = Node(database, sids, world_id)
    yield node
    await node.commit.close()


async def lease(node: Node, seconds: float) -> None:
    """Give the node a lease that ends so many seconds from now."""
    await node.database.execute(
        "INSERT INTO nodes (id, lease_until) VALUES ($1, now() + $2)"
        " ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until",
        node.owner,
        timedelta(seconds=seconds),
    )


async def test_the_lines_are_those_of_this_node(node: Node, sids: SidFactory) -> None:
    await node.stored()
    await node.stored()
    await node.stored(url="http://other.example:8000/")
    await node.stored(url="nonsense")
    another = sids.new_id()
    await node.stored(account_id=another)
    stranger = ReadQueue(node.database, owner=sids.new_id())
    assert sorted(await node.table.lines()) == sorted(
        [
            (HOST, node.account_id),
            ("other.example:8000", node.account_id),
            ("", node.account_id),
            (HOST, another),
        ]
    )
    assert await stranger.lines() == []


async def test_a_line_is_read_from_its_beginning(node: Node) -> None:
    made = [node.make() for _ in range(6)]
    for delivery in reversed(made):
        await node.stored(id=delivery.id)
    await node.stored(url="http://other.example/")
    found = await node.table.load_line(HOST, node.account_id, 4)
    assert [delivery.id for delivery in found] == [delivery.id for delivery in made[:4]]


async def test_what_memory_alone_knows_is_not_read_back(node: Node) -> None:
    made = await node.stored(parameters=[("Body", "hello")], data={})
    (found,) = await node.table.load_line(HOST, node.account_id, 10)
    assert found == replace(made, parameters=None)


async def test_a_row_of_the_log_is_read_like_one_of_the_queue(node: Node) -> None:
    made = await node.stored()
    await node.commit.submit(node.ended(made))
    found = delivery_of(await node.logged(made))
    assert found == replace(made, due_at=NOW)
    assert found.url == URL


async def test_a_row_without_data_has_none(node: Node) -> None:
    made: Any = await node.stored()
    await node.database.execute("UPDATE deliveries_due SET data = NULL WHERE id = $1", made.id)
    (found,) = await node.table.load_line(HOST, node.account_id, 10)
    assert found.data == {}


async def test_what_a_silent_node_left_is_taken_over(
    node: Node, database: Database, sids: SidFactory, world_id: str
) -> None:
    silent, alive = Node(database, sids, world_id), Node(database, sids, world_id)
    left, kept = await silent.stored(), await alive.stored()
    await lease(silent, -1)
    await lease(alive, 60)
    await lease(node, -1)  # its own is about to be renewed
    mine = await node.stored()
    assert await node.table.take_over()
    assert {row["owner"].hex for row in [await node.queued(left), await node.queued(mine)]} == {
        node.owner
    }
    assert (await node.queued(kept))["owner"].hex == alive.owner
    assert not await node.table.take_over()
    for each in (silent, alive, node):
        await database.execute("DELETE FROM nodes WHERE id = $1", each.owner)
        await each.commit.close()
