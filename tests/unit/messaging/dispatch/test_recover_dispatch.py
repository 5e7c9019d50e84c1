"""What a crash, or another node, left in the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.unit.messaging.node import DEADLINE, NUMBER, Node
from trunkline.clock import RealClock
from trunkline.messaging.dispatch.hand_over import dispatch_of
from trunkline.messaging.dispatch.memory import LineKey
from trunkline.messaging.model import NewMessage
from trunkline.store import Job

MakeNode = Callable[..., Node]
FAR = timedelta(days=365)


async def claimed(node: Node, **changes: Any) -> NewMessage:
    """A message whose claim is on disk, and whose answer the process did not live to see."""
    message = await node.store(**changes)
    (attempt,) = await node.commit.submit(
        Job(node.submit._claims, (message.sid, RealClock().now()))
    )
    assert attempt == 1
    await node.database.execute(
        "UPDATE messages SET status = 'sending' WHERE id = $1", message.sid[2:]
    )
    return message


def line_of(node: Node) -> LineKey:
    """The line of the node's messages."""
    return node.world_id, node.account_id, NUMBER


async def test_the_lines_with_something_due_are_told(node: Node) -> None:
    now, hour = node.clock.now(), timedelta(hours=1)
    assert await node.recover.lines(now + 2 * hour, node.world_id) == {}
    first, _, other = (
        await node.store(),
        await node.store(),
        await node.store(sender="+14155550111"),
    )
    await node.database.execute(
        "UPDATE dispatch SET due_at = due_at + interval '1 hour' WHERE message_id = $1",
        other.sid[2:],
    )
    mine = {line_of(node): first.created_at}
    assert await node.recover.lines(node.clock.now(), node.world_id) == mine
    everywhere = await node.recover.lines(node.clock.now())
    assert {key: at for key, at in everywhere.items() if key[0] == node.world_id} == mine
    later = (*line_of(node)[:2], "+14155550111")
    assert await node.recover.lines(now + 2 * hour, node.world_id) == {
        **mine,
        later: other.created_at + hour,
    }


async def test_a_start_reads_what_is_not_claimed_in_due_order(node: Node) -> None:
    third, first, second = [await node.store() for _ in range(3)]
    for message, seconds in ((first, 3), (second, 2), (third, 1)):
        await node.database.execute(
            "UPDATE dispatch SET due_at = due_at - $2::interval WHERE message_id = $1",
            message.sid[2:],
            timedelta(seconds=seconds),
        )
    await claimed(node)
    await node.store(carrier="another")
    line, now = line_of(node), node.clock.now()
    rows = await node.recover.load([line], now, [second.sid], ["fake"], 10)
    assert [row.sid for row in rows] == [first.sid, third.sid]
    rows = await node.recover.load([line], now, [], ["fake"], 1)
    assert [row.sid for row in rows] == [first.sid]


async def test_each_line_has_its_share_of_a_reading(node: Node) -> None:
    many = [await node.store() for _ in range(5)]
    service = node.sids.new_id()
    few = [await node.store(service_id=service) for _ in range(2)]
    lines = [line_of(node), (node.world_id, node.account_id, service)]
    rows = await node.recover.load(lines, node.clock.now(), [], ["fake"], 3)
    assert [row.sid for row in rows] == [m.sid for m in (*many[:3], *few)]
    assert [row.service_id for row in rows] == [None, None, None, service, service]


async def test_the_validity_of_a_scheduled_message_counts_from_its_time(node: Node) -> None:
    send_at = node.clock.now().replace(microsecond=0) + timedelta(days=30)
    message = await node.store(
        path=("scheduled",),
        step="choose",
        sender=None,
        service_id=node.sids.new_id(),
        due_at=send_at,
        options={"send_at": send_at.isoformat(), "validity_period": 60},
    )
    line = (node.world_id, node.account_id, message.service_id or "")
    (row,) = await node.recover.load([line], send_at, [], ["fake"], 10)
    assert (row.created_at, row.due_at, row.status) == (send_at, send_at, "scheduled")
    assert (row.sender, row.step, row.validity) == ("", "choose", 60)
    assert dispatch_of(message, node.clock.now()) == replace(
        row, body=message.body, options=message.options
    )


async def test_what_is_read_again_is_sent_with_its_text(make_node: MakeNode) -> None:
    before = make_node()
    message = await before.store(body="typed long ago", options={"validity_period": 600})
    after = make_node(owner=before.owner)
    await after.pick_up()
    (given,) = after.carrier.submitted
    assert (given.sid, given.body) == (message.sid, "typed long ago")


async def test_a_claim_of_a_former_process_is_shown_as_in_doubt_and_not_sent(
    make_node: MakeNode,
) -> None:
    before = make_node()
    message = await claimed(before)
    after = make_node(owner=before.owner)
    await after.recover.show_doubts()
    await after.pick_up()
    assert after.carrier.submitted == []
    assert (await after.row(message))["status"] == "sending"
    assert (await after.queued(message))["step"] == "in_doubt"
    assert (await after.history(message))[-1] == "in_doubt"
    assert [event.kind for event in after.events] == ["message.in_doubt", "alert.recorded"]

    again = make_node(owner=before.owner)
    await again.recover.show_doubts()
    assert (await after.history(message)).count("in_doubt") == 1
    assert len(await after.alerts(message)) == 1
    await again.move_clock(DEADLINE)
    row = await again.row(message)
    assert (row["status"], row["error_code"]) == ("undelivered", 30008)
    assert again.carrier.submitted == []


async def test_what_a_former_process_left_in_doubt_is_told_by_an_alert(
    make_node: MakeNode,
) -> None:
    before = make_node()
    message = await claimed(before)
    before.clock.hold(datetime(2099, 3, 1, 12, 0, tzinfo=UTC))
    await make_node(owner=before.owner).recover.show_doubts()
    (alert,) = await before.alerts(message)
    assert (alert.code, alert.level) == (30008, "warning")
    assert alert.account_id == message.account_id
    assert alert.message == (
        "The carrier fake may have the message: the platform stopped after the claim and before "
        "the answer. It is not sent again. The doubt ends at 2099-03-04T12:00:00Z: the message is "
        "undelivered then."
    )


async def test_what_is_in_hand_is_no_doubt(node: Node) -> None:
    message = await claimed(node)
    await node.recover.show_doubts(lambda sid: sid == message.sid)
    assert (await node.queued(message))["step"] == "submit"
    assert "in_doubt" not in await node.history(message)


async def test_an_answer_that_comes_while_the_table_is_read_wins(node: Node) -> None:
    answered, given_back = await claimed(node), await claimed(node)
    reading = node.recover._database.fetch

    async def slow(*query: Any) -> Any:
        rows = await reading(*query)
        await node.database.execute("DELETE FROM dispatch WHERE message_id = $1", answered.sid[2:])
        await node.database.execute(
            "UPDATE dispatch SET claimed_at = NULL WHERE message_id = $1", given_back.sid[2:]
        )
        return rows

    node.recover._database.fetch = slow  # type: ignore[method-assign]
    try:
        await node.recover.show_doubts()
    finally:
        del node.recover._database.fetch
    assert "in_doubt" not in await node.history(answered)
    assert "in_doubt" not in await node.history(given_back)
    assert (await node.queued(given_back))["step"] == "submit"
    assert [*await node.alerts(answered), *await node.alerts(given_back)] == []


async def test_a_node_that_is_silent_for_longer_than_its_lease_loses_its_rows(
    make_node: MakeNode,
) -> None:
    silent, other = make_node(), make_node()
    await silent.recover.keep_lease(60)
    waiting, in_doubt = await silent.store(), await claimed(silent)
    await other.recover.keep_lease(60)
    assert (await other.queued(waiting))["owner"].hex == silent.owner

    await silent.recover.end_lease()
    await other.recover.keep_lease(60)
    await other.recover.show_doubts(other.dispatcher.knows)
    await other.pick_up()
    assert [m.sid for m in other.carrier.submitted] == [waiting.sid]
    assert (await other.row(in_doubt))["status"] == "sending"
    assert (await other.queued(in_doubt))["step"] == "in_doubt"


async def test_a_late_answer_to_a_node_that_was_silent_settles_the_doubt(
    make_node: MakeNode,
) -> None:
    silent, other = make_node(), make_node()

    async def taken_over_meanwhile(_: Any) -> Any:
        await other.database.execute(
            "UPDATE dispatch SET owner = $1 WHERE world_id = $2", other.owner, other.world_id
        )
        await other.recover.show_doubts(other.dispatcher.knows)
        return silent_answer

    from trunkline.carriers import Accepted, NotSent

    silent.carrier.answer = taken_over_meanwhile
    silent_answer: Any = Accepted("late")
    settled = await silent.sent()
    assert (await silent.row(settled))["status"] == "sent"
    assert await silent.history(settled) == ["queued", "sending", "in_doubt", "sent"]
    assert await silent.queued(settled) is None

    # Nothing of the other node's is put back into the queue behind its back.
    silent_answer = NotSent(1.0, "not connected")
    doubtful = await silent.sent()
    assert (await other.queued(doubtful))["step"] == "in_doubt"
    assert await silent.history(doubtful) == ["queued", "sending", "in_doubt"]


async def test_the_next_moment_is_that_of_this_world_and_this_node(
    make_node: MakeNode,
) -> None:
    node, other = make_node(), make_node()
    before = node.clock.now()
    assert await node.recover.next_due(node.world_id, before) is None
    await other.store()
    assert await node.recover.next_due(node.world_id, before) is None
    message, later = await node.store(), await node.store(sender="+14155550111")
    assert await node.recover.next_due(node.world_id, before) == message.created_at
    assert await node.recover.next_due(node.world_id, message.created_at) == later.created_at
    assert await node.recover.next_due(node.world_id, later.created_at) is None
    assert await node.recover.next_due(node.sids.new_id(), before) is None
