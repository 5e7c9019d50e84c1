"""A sender's queue holds ten hours of sending (behaviour 5.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.support.waiting import eventually
from tests.unit.messaging.rates.setting import LONG, SHORT, RatedNode
from trunkline.messaging.model import Opening
from trunkline.worlds import Limits

MakeRated = Callable[..., RatedNode]


async def test_a_queue_holds_as_much_as_its_sender_sends_in_ten_hours(node: RatedNode) -> None:
    room, world = node.room, node.world_id
    assert all(room.room_for(world, LONG, 10) for _ in range(3600))
    assert not room.room_for(world, LONG, 1)
    assert room.room_for(world, SHORT, 10)
    assert room.waiting(world, LONG) == 36_000
    room.leave(world, LONG, 10)
    assert not room.room_for(world, LONG, 11)
    assert room.room_for(world, LONG, 10)


async def test_without_limits_there_is_room(node: RatedNode) -> None:
    await node.limits.set(node.world_id, "custom", Limits(queue_seconds=1))
    assert node.room.room_for(node.world_id, LONG, 1)
    assert not node.room.room_for(node.world_id, LONG, 1)
    await node.limits.set(node.world_id, "off")
    assert all(node.room.room_for(node.world_id, LONG, 1) for _ in range(10))
    assert node.room.waiting(node.world_id, LONG) == 0


async def test_an_empty_queue_takes_any_message_and_media_count_one(node: RatedNode) -> None:
    await node.limits.set(node.world_id, "custom", Limits(queue_seconds=2))
    assert node.room.room_for(node.world_id, LONG, 10)
    assert not node.room.room_for(node.world_id, LONG, 1)
    node.room.leave(node.world_id, LONG, 10)
    assert node.room.room_for(node.world_id, LONG, 10, num_media=3)
    assert node.room.room_for(node.world_id, LONG, 10, num_media=3)
    assert not node.room.room_for(node.world_id, LONG, 10, num_media=3)


async def test_what_is_sent_makes_room(node: RatedNode) -> None:
    for _ in range(3):
        dispatch = node.dispatch(num_segments=2)
        assert node.room.room_for(node.world_id, LONG, 2)
        node.accept(dispatch)
    await node.move(0)
    assert node.room.waiting(node.world_id, LONG) == 4
    await node.move(10)
    assert node.room.waiting(node.world_id, LONG) == 0


async def test_a_start_counts_what_waits(make_rated: MakeRated) -> None:
    before = make_rated()
    waiting = [before.dispatch(num_segments=n) for n in (1, 2, 3)]
    submitted = before.dispatch(num_segments=50)
    await before.store(*waiting, submitted)
    await before.database.execute(
        "UPDATE dispatch SET step = 'deliver' WHERE message_id = $1", submitted.sid[2:]
    )
    claimed = before.dispatch(num_segments=70)
    await before.store(claimed)
    await before.database.execute(
        "UPDATE dispatch SET claimed_at = $2 WHERE message_id = $1",
        claimed.sid[2:],
        claimed.created_at,
    )
    after = make_rated()
    await after.room.count(after.world_id)
    assert after.room.waiting(after.world_id, LONG) == 6


async def test_what_a_service_chose_a_sender_for_is_counted_too(node: RatedNode) -> None:
    await node.limits.set(node.world_id, "custom", Limits(long_code=0.01))
    chosen = node.dispatch(num_segments=4, opening=Opening(sender=LONG))
    node.accept(node.dispatch(), chosen)
    await node.move(0)
    await node.room.count(node.world_id)
    assert node.room.waiting(node.world_id, LONG) == 4


async def test_what_is_tried_again_left_its_place_before(node: RatedNode) -> None:
    assert node.room.room_for(node.world_id, LONG, 5)
    node.accept(node.dispatch(num_segments=5, attempt=1))
    await node.move(0)
    assert len(node.sent) == 1
    assert node.room.waiting(node.world_id, LONG) == 5


async def test_what_is_accepted_while_the_table_is_read_counts(node: RatedNode) -> None:
    await node.store(node.dispatch(num_segments=2))
    counting = asyncio.create_task(node.room.count(node.world_id))
    await asyncio.sleep(0)
    assert node.room.room_for(node.world_id, LONG, 3)
    await counting
    assert node.room.waiting(node.world_id, LONG) == 5


async def test_a_full_queue_is_counted_again(node: RatedNode) -> None:
    """What was refused or deleted before it got as far as its sender's queue holds no place."""
    await node.limits.set(node.world_id, "custom", Limits(queue_seconds=5))
    assert node.room.room_for(node.world_id, LONG, 5)
    assert not node.room.room_for(node.world_id, LONG, 1)
    await eventually(lambda: node.room.waiting(node.world_id, LONG) == 0)
    assert node.room.room_for(node.world_id, LONG, 1)


async def test_what_other_nodes_accept_is_counted_and_not_without_end(
    make_rated: MakeRated,
) -> None:
    node, other = make_rated(), make_rated()
    await node.limits.set(node.world_id, "custom", Limits(queue_seconds=10))
    await other.store(*(other.dispatch(num_segments=3) for _ in range(3)))
    await node.room.count_where_needed()
    assert node.room.waiting(node.world_id, LONG) == 0  # nothing waits here: not asked
    assert node.room.room_for(node.world_id, LONG, 1)
    await node.room.count_where_needed()
    assert node.room.waiting(node.world_id, LONG) == 9
    await other.store(other.dispatch())
    await node.room.count_where_needed()
    assert node.room.waiting(node.world_id, LONG) == 9  # a million rows are much to count


async def test_what_never_came_to_its_queue_holds_its_sender_up_no_longer(node: RatedNode) -> None:
    """A sender that seems busy for ever is never chosen again while others are free."""
    assert node.room.room_for(node.world_id, LONG, 1)  # its media could not be had
    await node.room.count_where_needed()
    assert node.room.waiting(node.world_id, LONG) == 0


async def test_what_was_counted_before_a_reset_does_not_count_after_it(node: RatedNode) -> None:
    await node.store(node.dispatch(num_segments=2))
    counting = asyncio.create_task(node.room.count(node.world_id))
    await asyncio.sleep(0)
    node.room.forget_world(node.world_id)
    await counting
    assert node.room.waiting(node.world_id, LONG) == 0


async def test_nothing_is_kept_of_a_world_that_limits_nothing(node: RatedNode) -> None:
    await node.limits.set(node.world_id, "off")
    assert node.room.waiting(node.world_id, LONG) == 0
    assert node.world_id not in node.room._waiting
