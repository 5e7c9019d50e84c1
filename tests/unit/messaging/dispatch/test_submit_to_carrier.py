"""A claim is committed before the first byte goes out; what the carrier answers is written down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.support.waiting import eventually
from tests.unit.messaging.node import DEADLINE, NUMBER, PHONE, Carrier, Node, dispatch_for
from trunkline.carriers import Accepted, InDoubt, NotSent, OutboundMessage, Rejected
from trunkline.messaging.dispatch.submit_to_carrier import pause_after
from trunkline.rest.dates import iso8601

MakeNode = Callable[..., Node]


async def test_the_claim_is_on_disk_before_the_carrier_is_asked(node: Node) -> None:
    seen: list[Any] = []

    async def look(message: OutboundMessage) -> Accepted:
        # Through another connection: it sees what is committed.
        seen.append(
            await node.database.fetchrow(
                "SELECT d.claimed_at, d.attempt, d.owner, m.status FROM dispatch d"
                " JOIN messages m ON m.id = d.message_id WHERE m.id = $1",
                message.sid[2:],
            )
        )
        return Accepted("id-1")

    node.carrier.answer = look
    await node.sent()
    (claim,) = seen
    assert claim["claimed_at"] is not None
    assert (claim["attempt"], claim["status"], claim["owner"].hex) == (1, "sending", node.owner)


async def test_what_the_carrier_takes_is_sent_with_its_id(node: Node) -> None:
    message = await node.sent(body="hello there")
    (given,) = node.carrier.submitted
    assert (given.sid, given.sender, given.recipient) == (message.sid, NUMBER, PHONE)
    assert (given.body, given.attempt) == ("hello there", 1)
    row = await node.row(message)
    assert (row["status"], row["carrier_message_id"]) == ("sent", "id-1")
    assert row["sent_at"] is not None
    assert await node.history(message) == ["queued", "sending", "sent"]
    assert await node.queued(message) is None


async def test_what_the_carrier_refuses_fails_with_its_code(node: Node) -> None:
    node.carrier.answer = lambda _: Rejected(30005)
    message = await node.sent()
    row = await node.row(message)
    assert (row["status"], row["error_code"]) == ("failed", 30005)
    assert await node.history(message) == ["queued", "sending", "failed"]
    assert await node.queued(message) is None


async def test_what_never_left_is_tried_again_later(node: Node) -> None:
    answers = [NotSent(5.0, "not connected"), Accepted("id-2")]
    node.carrier.answer = lambda _: answers.pop(0)
    message = await node.sent()
    waiting = await node.queued(message)
    assert (waiting["step"], waiting["claimed_at"]) == ("submit", None)
    assert (await node.row(message))["status"] == "sending"

    await node.move_clock(timedelta(seconds=4))
    assert len(node.carrier.submitted) == 1
    await node.move_clock(timedelta(seconds=1))
    assert [m.attempt for m in node.carrier.submitted] == [1, 2]
    assert await node.history(message) == ["queued", "sending", "not_sent", "sent"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (InDoubt("the connection was lost"), "the connection was lost"),
        (RuntimeError("what a defect says is not told"), "RuntimeError in the carrier"),
        (asyncio.CancelledError(), "the carrier gave the submission up"),
        (Rejected(2**40), "the answer could not be stored: DataError"),
    ],
    ids=["told", "defect", "given up", "not storable"],
)
async def test_what_may_have_been_taken_is_in_doubt_until_the_deadline(
    node: Node, answer: Any, reason: str
) -> None:
    node.carrier.answer = lambda _: answer
    message = await node.sent()
    assert (await node.row(message))["status"] == "sending"
    assert (await node.queued(message))["step"] == "in_doubt"
    assert await node.history(message) == ["queued", "sending", "in_doubt"]
    told = await node.database.fetchval(
        "SELECT data->>'reason' FROM message_events WHERE subject_id = $1 AND seq = 3",
        message.sid[2:],
    )
    assert told == reason
    (alert,) = await node.alerts(message)
    assert (alert.code, alert.level) == (30008, "warning")
    until = iso8601((await node.queued(message))["due_at"])
    assert alert.message == (
        f"The carrier fake may have the message: {reason}. It is not sent again. "
        f"The doubt ends at {until}: the message is undelivered then."
    )

    await node.move_clock(DEADLINE - timedelta(minutes=1))
    assert (await node.row(message))["status"] == "sending"
    await node.move_clock(timedelta(minutes=1))
    row = await node.row(message)
    assert (row["status"], row["error_code"]) == ("undelivered", 30008)
    assert await node.queued(message) is None
    assert len(node.carrier.submitted) == 1
    assert [alert.level for alert in await node.alerts(message)] == ["warning", "error"]


async def test_a_doubt_that_is_not_noted_is_not_told(node: Node) -> None:
    """Another node has the message by now: what becomes of it is not ours to say."""

    async def lose(message: OutboundMessage) -> InDoubt:
        await node.database.execute("DELETE FROM dispatch WHERE message_id = $1", message.sid[2:])
        return InDoubt("lost")

    node.carrier.answer = lose
    message = await node.sent()
    assert await node.history(message) == ["queued", "sending"]
    assert await node.alerts(message) == []


async def test_what_never_left_is_no_alert(node: Node) -> None:
    node.carrier.answer = lambda _: NotSent(5.0, "not connected")
    message = await node.sent()
    assert await node.history(message) == ["queued", "sending", "not_sent"]
    assert await node.alerts(message) == []


async def test_a_carrier_that_does_not_answer_does_not_hold_its_window_for_ever(
    make_node: MakeNode,
) -> None:
    node = make_node(carrier=Carrier(window=1), patience=0.05)
    never = asyncio.Event()

    async def silent(_: OutboundMessage) -> None:
        await never.wait()

    node.carrier.answer = lambda m: silent(m) if len(node.carrier.submitted) == 1 else Accepted("x")
    first, second = await node.send(node.message()), await node.send(node.message())
    await node.dispatcher.idle(node.world_id)
    assert await node.history(first) == ["queued", "sending", "in_doubt"]
    assert (await node.row(second))["status"] == "sent"


async def test_no_more_than_the_window_is_claimed_at_once(make_node: MakeNode) -> None:
    node = make_node(carrier=Carrier(window=3))
    go = asyncio.Event()

    async def wait(_: OutboundMessage) -> Accepted:
        await go.wait()
        return Accepted("x")

    node.carrier.answer = wait
    for _ in range(10):
        await node.send(node.message())
    await node.until_submitted(3)
    claims = "SELECT count(*) FROM dispatch WHERE world_id = $1 AND claimed_at IS NOT NULL"
    assert await node.database.fetchval(claims, node.world_id) == 3
    go.set()
    await node.dispatcher.idle(node.world_id)
    assert node.carrier.most_at_once == 3
    assert len(node.carrier.submitted) == 10


async def test_who_opted_out_since_gets_nothing(node: Node) -> None:
    await node.receive(world_id=node.world_id, phone=PHONE, number=NUMBER, body="STOP")
    message = await node.sent()
    assert node.carrier.submitted == []
    row = await node.row(message)
    assert (row["status"], row["error_code"]) == ("failed", 21610)
    assert await node.queued(message) is None


async def test_what_waited_longer_than_its_validity_is_not_submitted(node: Node) -> None:
    message = await node.store(options={"validity_period": 60})
    node.clock.hold(node.clock.now() + timedelta(seconds=61))
    node.clock.release()
    await node.pick_up()
    assert node.carrier.submitted == []
    row = await node.row(message)
    assert (row["status"], row["error_code"]) == ("failed", 30036)
    assert await node.history(message) == ["queued", "failed"]


async def test_what_another_node_took_over_is_left_to_it(make_node: MakeNode) -> None:
    silent, other = make_node(), make_node()
    fresh, expired = await silent.store(), await silent.store(options={"validity_period": 60})
    await other.database.execute(
        "UPDATE dispatch SET owner = $1 WHERE world_id = $2", other.owner, other.world_id
    )
    # The node that was silent still holds both in memory, one of them for too long already.
    silent.dispatcher.accept(dispatch_for(fresh))
    silent.dispatcher.accept(dispatch_for(expired, validity=-1))
    await silent.dispatcher.idle(silent.world_id)
    assert silent.carrier.submitted == []
    assert await silent.history(expired) == ["queued"]
    await other.pick_up()
    assert {m.sid for m in other.carrier.submitted} == {fresh.sid, expired.sid}
    assert (await other.row(expired))["status"] == "sent"


async def test_two_that_have_the_same_row_submit_it_once(make_node: MakeNode) -> None:
    one = make_node()
    other = make_node(owner=one.owner, carrier=one.carrier)
    message = await one.store()
    # Both claims wait for the same commit.
    await asyncio.gather(
        one.submit([dispatch_for(message)]),
        one.submit([dispatch_for(message)]),
        other.submit([dispatch_for(message)]),
    )
    assert [m.sid for m in one.carrier.submitted] == [message.sid]
    assert await one.history(message) == ["queued", "sending", "sent"]


async def test_what_is_in_the_carriers_hands_is_claimed_by_nobody_else(
    make_node: MakeNode,
) -> None:
    one = make_node()
    other = make_node(owner=one.owner, carrier=one.carrier)
    go = asyncio.Event()

    async def wait(_: OutboundMessage) -> Accepted:
        await go.wait()
        return Accepted("x")

    one.carrier.answer = wait
    message = await one.send(one.message())
    await one.until_submitted()
    await other.submit([dispatch_for(message, status="sending")])
    go.set()
    await one.dispatcher.idle(one.world_id)
    assert len(one.carrier.submitted) == 1
    assert await one.history(message) == ["queued", "sending", "sent"]


async def test_what_was_deleted_while_it_waited_is_not_submitted(node: Node) -> None:
    message = await node.store()
    for table, column in (("dispatch", "message_id"), ("messages", "id")):
        await node.database.execute(f"DELETE FROM {table} WHERE {column} = $1", message.sid[2:])
    node.dispatcher.accept(dispatch_for(message))
    await node.dispatcher.idle(node.world_id)
    assert node.carrier.submitted == []
    assert not node.dispatcher.knows(message.sid)


async def test_a_row_whose_message_has_ended_is_taken_off(node: Node) -> None:
    message = await node.store()
    await node.database.execute(
        "UPDATE messages SET status = 'failed' WHERE id = $1", message.sid[2:]
    )
    node.dispatcher.accept(dispatch_for(message))
    await node.dispatcher.idle(node.world_id)
    assert node.carrier.submitted == []
    assert await node.queued(message) is None


@pytest.mark.parametrize("lost", ["before", "after"])
async def test_a_claim_that_may_not_have_been_written_is_no_doubt(node: Node, lost: str) -> None:
    message = node.message()
    node.commit.lose = [lost]
    await node.sent(sid=message.sid)
    # Whatever became of that commit, nothing was submitted, and the row does not look as if.
    assert node.carrier.submitted == []
    assert (await node.queued(message))["claimed_at"] is None
    await node.pick_up()
    assert [m.sid for m in node.carrier.submitted] == [message.sid]
    assert (await node.row(message))["status"] == "sent"
    assert await node.history(message) == ["queued", "sending", "sent"]


@pytest.mark.parametrize("lost", ["before", "after"])
@pytest.mark.parametrize(
    ("answer", "history"),
    [
        (Accepted("id-1"), ["queued", "sending", "sent"]),
        (NotSent(60.0, "busy"), ["queued", "sending", "not_sent"]),
        (InDoubt("lost"), ["queued", "sending", "in_doubt"]),
    ],
    ids=["accepted", "not sent", "in doubt"],
)
async def test_an_answer_is_written_down_once_however_long_the_database_is_away(
    node: Node, answer: Any, history: list[str], lost: str
) -> None:
    node.carrier.answer = lambda _: answer
    node.commit.lose = ["", lost, "before"]
    message = await node.sent()
    assert await node.history(message) == history
    assert len(node.carrier.submitted) == 1


async def test_the_trouble_of_one_leaves_the_others_alone(node: Node) -> None:
    go = asyncio.Event()

    async def wait(_: OutboundMessage) -> Accepted:
        await go.wait()
        return Accepted("x")

    node.carrier.answer = wait
    first, second = await node.store(), await node.store()
    node.commit.lose = ["", "before"]  # the second claim
    await node.dispatcher.load(node.world_id)
    await node.until_submitted()
    # One is released, to be read again; the other is in the carrier's hands, and known to be.
    await eventually(lambda: node.dispatcher.knows(first.sid) != node.dispatcher.knows(second.sid))
    (given,) = node.carrier.submitted
    assert node.dispatcher.knows(given.sid)
    await node.recover.show_doubts(node.dispatcher.knows)
    go.set()
    await node.pick_up()
    assert {m.sid for m in node.carrier.submitted} == {first.sid, second.sid}
    assert len(node.carrier.submitted) == 2
    for message in (first, second):
        assert await node.history(message) == ["queued", "sending", "sent"]


async def test_an_id_that_postgresql_does_not_take_is_kept_without_its_nul(node: Node) -> None:
    node.carrier.answer = lambda _: Accepted("id\0-1\udc80")
    message = await node.sent()
    row = await node.row(message)
    assert (row["status"], row["carrier_message_id"]) == ("sent", "id-1?")


async def test_a_stop_waits_for_answers_and_leaves_a_doubt_only_where_none_comes(
    node: Node,
) -> None:
    answered, never = asyncio.Event(), asyncio.Event()
    node.carrier.answer = lambda m: wait_for(answered if m.body == "answered" else never)

    async def wait_for(event: asyncio.Event) -> Accepted:
        await event.wait()
        return Accepted("x")

    first = await node.send(node.message(body="answered"))
    second = await node.send(node.message(body="never"))
    await node.until_submitted(2)
    stopping = asyncio.create_task(node.dispatcher.stop(grace=0.3))
    answered.set()
    await stopping
    assert (await node.row(first))["status"] == "sent"
    claimed = await node.queued(second)
    assert (claimed["step"], claimed["claimed_at"] is not None) == ("submit", True)


async def test_what_waits_for_a_free_place_is_not_begun_when_the_platform_stops(
    make_node: MakeNode,
) -> None:
    node = make_node(carrier=Carrier(window=1))
    go = asyncio.Event()

    async def wait(_: OutboundMessage) -> Accepted:
        await go.wait()
        return Accepted("x")

    node.carrier.answer = wait
    first, second = await node.store(), await node.store()
    await node.dispatcher.load(node.world_id)
    await node.until_submitted()
    stopping = asyncio.create_task(node.dispatcher.stop())
    await eventually(lambda: node.dispatcher.stopping)
    go.set()
    await stopping
    assert len(node.carrier.submitted) == 1
    statuses = {(await node.row(message))["status"] for message in (first, second)}
    assert statuses == {"sent", "queued"}


async def test_what_is_not_to_be_retained_goes_when_the_message_is_sent(node: Node) -> None:
    options = {"content_retention": "discard", "address_retention": "obfuscate"}
    message = await node.sent(body="a secret", options=options)
    row = await node.row(message)
    assert (row["body"], row["recipient"]) == ("", "+1415555XXXX")


def test_pauses_between_tries_grow_to_a_minute() -> None:
    pauses = [pause_after(attempt) for attempt in range(1, 40)]
    assert pauses[:4] == [0.1, 0.2, 0.4, 0.8]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 60.0
    assert pause_after(32_767) == 60.0
