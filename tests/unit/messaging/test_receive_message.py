"""A message from a phone: stored, with what its keyword means, in one commit."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.unit.messaging.node import NUMBER, PHONE, Node, own_number
from trunkline.messaging.receive_message import MediaNotTaken, NoSuchNumber
from trunkline.store import Job

REPLIES = "SELECT * FROM automatic_replies WHERE world_id = $1 ORDER BY id"
MESSAGES = "SELECT count(*) FROM messages WHERE world_id = $1"


async def receive(node: Node, body: str) -> str:
    return await node.receive(world_id=node.world_id, phone=PHONE, number=NUMBER, body=body)


async def opted_out(node: Node) -> bool:
    row = await node.database.fetchrow(
        "SELECT * FROM opt_outs WHERE account_id = $1 AND scope = $2 AND recipient = $3",
        node.account_id,
        NUMBER,
        PHONE,
    )
    return row is not None


async def test_it_is_stored_as_received(node: Node) -> None:
    sid = await receive(node, "hello")
    row = await node.database.fetchrow(
        "SELECT m.*, c.body FROM messages m JOIN message_content c ON c.message_id = m.id"
        " WHERE m.id = $1",
        sid[2:],
    )
    assert row is not None
    assert (row["direction"], row["status"]) == ("inbound", "received")
    assert (row["sender"], row["recipient"], row["body"]) == (PHONE, NUMBER, "hello")
    assert (row["num_segments"], row["num_media"]) == (1, 0)
    assert row["account_id"].hex == node.account_id
    assert [event.kind for event in node.events] == ["message.receiving", "message.received"]
    assert await node.database.fetch(REPLIES, node.world_id) == []
    queued = "SELECT count(*) FROM dispatch WHERE message_id = $1"
    assert await node.database.fetchval(queued, sid[2:]) == 0


async def test_stop_blocks_and_is_answered_and_start_lets_in_again(node: Node) -> None:
    await receive(node, "STOP")
    assert await opted_out(node)
    await receive(node, "START")
    assert not await opted_out(node)
    stopped, started = await node.database.fetch(REPLIES, node.world_id)
    for reply in (stopped, started):
        assert (reply["sender"], reply["recipient"]) == (NUMBER, PHONE)
    assert "unsubscribed" in stopped["body"]
    assert stopped["body"] != started["body"]


async def test_start_of_somebody_who_never_left_is_an_ordinary_message(node: Node) -> None:
    await receive(node, "start")
    assert await node.database.fetch(REPLIES, node.world_id) == []


async def test_help_is_answered_and_changes_nothing(node: Node) -> None:
    await receive(node, "help")
    assert len(await node.database.fetch(REPLIES, node.world_id)) == 1
    assert not await opted_out(node)


async def test_stop_twice_at_once_blocks_once(node: Node) -> None:
    await asyncio.gather(*(receive(node, "STOP") for _ in range(5)))
    assert await opted_out(node)
    assert await node.database.fetchval(MESSAGES, node.world_id) == 5


@pytest.mark.parametrize("number", ["+14155550199", "hello", ""])
async def test_a_number_that_nobody_owns_takes_nothing(node: Node, number: str) -> None:
    with pytest.raises(NoSuchNumber):
        await node.receive(world_id=node.world_id, phone=PHONE, number=number, body="hello")
    assert await node.database.fetchval(MESSAGES, node.world_id) == 0


async def test_a_number_without_sms_takes_nothing(node: Node) -> None:
    node.numbers.own = own_number(node.account_id, sms_capable=False)
    with pytest.raises(NoSuchNumber):
        await receive(node, "hello")
    assert node.receive.jobs_of(node.world_id, PHONE, NUMBER, "hello") == []


async def test_media_are_refused_before_anything_is_stored(node: Node) -> None:
    with pytest.raises(MediaNotTaken):
        await node.receive(
            world_id=node.world_id,
            phone=PHONE,
            number=NUMBER,
            body="see",
            media_urls=("http://example.com/a.png",),
        )
    assert await node.database.fetchval(MESSAGES, node.world_id) == 0


async def test_whoever_stops_waiting_does_not_undo_it(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted, submit = asyncio.Event(), node._writers.submit

    def tell(*jobs: Job, urgent: bool = False) -> asyncio.Future[list[Any]]:
        submitted.set()
        return submit(*jobs, urgent=urgent)

    monkeypatch.setattr(node._writers, "submit", tell)
    task = asyncio.create_task(receive(node, "STOP"))
    await submitted.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    await receive(node, "and one more")
    await node._writers.close()  # another writer may have the first one still in hand
    assert await opted_out(node)
    assert await node.database.fetchval(MESSAGES, node.world_id) == 2


async def test_an_answer_of_a_phone_is_jobs_for_the_commit_of_what_it_answers(node: Node) -> None:
    jobs = node.receive.jobs_of(node.world_id, PHONE, NUMBER, "stop")
    assert all(isinstance(job, Job) for job in jobs)
    await node.commit.submit(*jobs)
    assert await opted_out(node)
    assert len(await node.database.fetch(REPLIES, node.world_id)) == 1
    elsewhere = node.receive.jobs_of(node.world_id, PHONE, "ACME", "stop")
    assert elsewhere == []
