"""Messages that wait for their time, on a real database: what finds them, restarts, and those that
are cancelled in the instant they are due."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.support.waiting import eventually
from tests.unit.messaging.node import NUMBER, Node
from trunkline.clock import RealClock
from trunkline.messaging.dispatch import queries
from trunkline.messaging.dispatch.queue_works import FinishDispatch
from trunkline.messaging.model import Dispatch, NewMessage, Opening
from trunkline.store import Job
from trunkline.store.transitions import Transition, TransitionRefused

MakeNode = Callable[..., Node]
SERVICE = "5" * 32
HOUR = timedelta(hours=1)


def with_choice(node: Node) -> Node:
    """Let the messages of a service have the node's number as their sender."""

    async def choose(batch: list[Dispatch]) -> None:
        for dispatch in batch:
            dispatch.sender, dispatch.step = NUMBER, "submit"
            dispatch.opening = Opening(sender=NUMBER)
            node.dispatcher.go_on(dispatch)

    node.dispatcher.add_lane("choose", choose, at_once=1)
    return node


def scheduled(node: Node, after: timedelta = HOUR, **changes: Any) -> NewMessage:
    """A message of a service that is to be sent later."""
    send_at = node.clock.now() + after
    values = {
        "path": ("scheduled",),
        "step": "choose",
        "sender": None,
        "service_id": SERVICE,
        "due_at": send_at,
        "options": {"send_at": send_at.isoformat(), "validity_period": 60},
    }
    return node.message(**{**values, **changes})


async def cancel(node: Node, message: NewMessage) -> bool:
    """As the API does; whether it came in time."""
    transition = Transition(
        subject=message.sid,
        world_id=message.world_id,
        path=("canceled",),
        world_time=node.clock.now(),
        real_time=RealClock().now(),
    )
    moved, _ = await node._writers.submit(
        Job(node.submit._transitions, transition), Job(FinishDispatch(), message.sid)
    )
    return not isinstance(moved, TransitionRefused)


@pytest.mark.parametrize("carrier", ["virtual", "fake"])
async def test_it_goes_out_at_its_time_and_the_whole_way(node: Node, carrier: str) -> None:
    message = await with_choice(node).send(scheduled(node, carrier=carrier))
    assert not node.dispatcher.knows(message.sid), "it is far off"
    await node.pick_up()
    assert (await node.row(message))["status"] == "scheduled"
    await node.move_clock(HOUR)
    history = await node.history(message)
    assert history[:4] == ["scheduled", "queued", "sending", "sent"]
    row = await node.row(message)
    assert (row["sender"], row["error_code"]) == (NUMBER, None)
    assert await node.queued(message) is None


async def test_a_restart_between_choice_and_submission_forgets_the_choice_only(
    make_node: MakeNode,
) -> None:
    before = make_node()
    chosen: list[Dispatch] = []

    async def killed_here(batch: list[Dispatch]) -> None:
        chosen.extend(batch)
        await asyncio.Event().wait()

    before.dispatcher.add_lane("choose", killed_here, at_once=1)
    message = await before.send(scheduled(before, timedelta(0)))
    await eventually(lambda: chosen)
    assert (await before.queued(message))["step"] == "choose"

    after = with_choice(make_node(owner=before.owner))
    await after.pick_up()
    assert [m.sid for m in after.carrier.submitted] == [message.sid]
    assert await after.history(message) == ["scheduled", "queued", "sending", "sent"]


async def test_one_that_was_cancelled_while_it_was_in_memory_is_not_sent(node: Node) -> None:
    for carrier in ("virtual", "fake"):
        message = await with_choice(node).send(
            scheduled(node, timedelta(seconds=30), carrier=carrier)
        )
        assert node.dispatcher.knows(message.sid)
        assert await cancel(node, message)
        await node.move_clock(timedelta(seconds=30))
        assert await node.history(message) == ["scheduled", "canceled"]
        assert not node.dispatcher.knows(message.sid)
    assert node.carrier.submitted == []


@pytest.mark.parametrize("carrier", ["virtual", "fake"])
async def test_cancelled_in_the_instant_it_is_due_exactly_one_happens(
    node: Node, carrier: str
) -> None:
    with_choice(node)
    messages = [
        await node.send(scheduled(node, timedelta(seconds=30), carrier=carrier)) for _ in range(40)
    ]
    node.clock.hold(node.clock.now() + timedelta(seconds=30))
    in_time = await asyncio.gather(*(cancel(node, message) for message in messages))
    await node.dispatcher.idle(node.world_id)
    for message, canceled in zip(messages, in_time, strict=True):
        history = await node.history(message)
        if canceled:
            assert history == ["scheduled", "canceled"]
        else:
            assert history[:4] == ["scheduled", "queued", "sending", "sent"]
        assert await node.queued(message) is None
    sent = {m.sid for m in node.carrier.submitted}
    assert sent.isdisjoint(m.sid for m, canceled in zip(messages, in_time, strict=True) if canceled)


async def blocks_read(node: Node, query: str, *arguments: Any) -> int:
    """How many blocks a statement looks at. None of its plan is a scan of a whole table."""
    rows = await node.database.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {query}", *arguments)
    lines = [row[0] for row in rows]
    assert not [line for line in lines if "Seq Scan" in line], "\n".join(lines)
    (first, *_) = [line for line in lines if "Buffers: shared" in line]
    return sum(int(n) for n in re.findall(r"(?:hit|read)=(\d+)", first))


async def test_nothing_that_reads_the_queue_reads_it_from_end_to_end(node: Node) -> None:
    await node.database.execute(
        "INSERT INTO dispatch (message_id, world_id, account_id, sender, carrier, step, due_at,"
        " priority, owner, attempt) SELECT gen_random_uuid(), $1, $2, '+' || n % 3, 'c', 'submit',"
        " now() + n * interval '1 second', 0, $3, 0 FROM generate_series(1, 50000) n",
        node.world_id,
        node.account_id,
        node.owner,
    )
    await node.database.execute("ANALYZE dispatch")
    owner, world, now = node.owner, node.world_id, node.clock.now()
    far = now + 24 * HOUR
    load = (owner, world, [node.account_id] * 3, ["+0", "+1", "+2"], far, ["c"], [])
    try:
        found = {
            "lines": await blocks_read(node, queries.LINES, owner, far),
            "of world": await blocks_read(node, queries.LINES_OF_WORLD, owner, far, world),
            "next": await blocks_read(node, queries.NEXT_DUE, owner, now + 5 * HOUR, world),
            "load": await blocks_read(node, queries.load_lines(5), *load),
            "claimed": await blocks_read(node, queries.CLAIMED, owner),
        }
    finally:
        await node.database.execute("DELETE FROM dispatch WHERE owner = $1", node.owner)
    assert all(blocks < 120 for blocks in found.values()), found
