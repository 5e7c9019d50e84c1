"""A message from a phone: stored, with what its keyword means, in one commit."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.unit.messaging.node import APP, NUMBER, PHONE, Node, own_number
from trunkline.messaging.inbound.receive_message import MediaNotTaken, NoSuchNumber
from trunkline.messaging.media.files import MediaFile
from trunkline.store import Job

REPLIES = "SELECT * FROM automatic_replies WHERE world_id = $1 ORDER BY id"
MESSAGES = "SELECT count(*) FROM messages WHERE world_id = $1"


async def receive(node: Node, body: str) -> str:
    return await node.receive(world_id=node.world_id, phone=PHONE, number=NUMBER, body=body)


async def opted_out(node: Node) -> bool:
    row = await node.database.fetchrow(
        "SELECT * FROM consents WHERE account_id = $1 AND scope = $2 AND recipient = $3"
        " AND status = 'blocked'",
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
    assert await node.receive.jobs_of(node.world_id, PHONE, NUMBER, "hello") == []


async def stored_media(node: Node, sid: str) -> list[tuple[int, str, bytes]]:
    rows = await node.database.fetch(
        "SELECT part, content_type, blob_id FROM message_content"
        " WHERE message_id = $1 AND part > 0 ORDER BY part",
        sid[2:],
    )
    return [(row["part"], row["content_type"], node.blobs[row["blob_id"].hex]) for row in rows]


async def test_media_come_with_the_message(node: Node) -> None:
    node.files["http://example.com/b.gif"] = MediaFile("image/gif", b"fetched")
    sid = await node.receive(
        world_id=node.world_id,
        phone=PHONE,
        number=NUMBER,
        body="x" * 1000,
        media=[MediaFile("image/png", b"inline")],
        media_urls=["http://example.com/b.gif"],
    )
    assert sid[:2] == "MM"
    (row,) = await node.messages("inbound")
    assert (row["mms"], row["num_media"], row["num_segments"]) == (True, 2, 1)
    assert await stored_media(node, sid) == [
        (1, "image/png", b"inline"),
        (2, "image/gif", b"fetched"),
    ]


@pytest.mark.parametrize(
    ("media", "urls"),
    [
        ([], ["http://example.com/a.png"]),
        ([MediaFile("image/png", b"x")] * 11, []),
        ([MediaFile("image/png", b"x")] * 5, ["http://example.com/a.png"] * 6),
        ([MediaFile("image/png", b"x" * 2_500_001)] * 2, []),
    ],
    ids=["cannot be fetched", "too many", "too many together", "too large"],
)
async def test_media_that_cannot_be_had_are_refused_before_anything_is_stored(
    node: Node, media: list[MediaFile], urls: list[str]
) -> None:
    with pytest.raises(MediaNotTaken) as refusal:
        await node.receive(
            world_id=node.world_id,
            phone=PHONE,
            number=NUMBER,
            body="see",
            media_urls=urls,
            media=media,
        )
    assert str(refusal.value).endswith(".")
    assert "example.com" not in str(refusal.value)
    assert await node.database.fetchval(MESSAGES, node.world_id) == 0


async def test_it_is_receiving_until_the_app_was_asked(node: Node) -> None:
    node.numbers.own = own_number(
        node.account_id,
        sms_url=APP,
        sms_method="GET",
        sms_fallback_url="https://app.example/f",
    )
    sid = await receive(node, "hello")
    (row,) = await node.messages("inbound")
    assert (row["status"], row["event_seq"]) == ("receiving", 1)
    (request,) = node.told
    assert (request.subject, request.url, request.method) == (sid, APP, "GET")
    assert request.data == {"documents": 1, "fallback": ["https://app.example/f", "POST"]}


async def test_a_keyword_is_told_to_the_app_too(node: Node) -> None:
    node.numbers.own = own_number(node.account_id, sms_url=APP)
    await receive(node, "STOP")
    assert await opted_out(node)
    assert dict(node.told[0].parameters or ())["Body"] == "STOP"


async def test_an_answer_of_a_phone_is_told_to_the_app(node: Node) -> None:
    node.numbers.own = own_number(node.account_id, sms_url=APP)
    await node.commit.submit(*await node.receive.jobs_of(node.world_id, PHONE, NUMBER, "yes"))
    (row,) = await node.messages("inbound")
    assert row["status"] == "receiving"
    assert dict(node.told[0].parameters or ())["Body"] == "yes"


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
    jobs = await node.receive.jobs_of(node.world_id, PHONE, NUMBER, "stop")
    assert all(isinstance(job, Job) for job in jobs)
    await node.commit.submit(*jobs)
    assert await opted_out(node)
    assert len(await node.database.fetch(REPLIES, node.world_id)) == 1
    elsewhere = await node.receive.jobs_of(node.world_id, PHONE, "ACME", "stop")
    assert elsewhere == []
