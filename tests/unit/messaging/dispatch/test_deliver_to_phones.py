"""Delivery to a phone and the message's transitions are one commit: never a doubt."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.messaging.node import APP, NUMBER, PHONE, Node, dispatch_for, own_number
from trunkline.messaging.works import StoredMedia, StoreMedia
from trunkline.store import Job

INBOUND = "SELECT * FROM messages WHERE world_id = $1 AND direction = 'inbound' ORDER BY id"


async def test_an_ordinary_phone_has_the_message_at_once(node: Node) -> None:
    message = await node.sent(carrier="virtual")
    row = await node.row(message)
    assert row["status"] == "delivered"
    assert row["sent_at"] is not None
    assert row["handset_at"] is not None
    assert await node.history(message) == ["queued", "sending", "sent", "delivered"]
    assert await node.queued(message) is None


@pytest.mark.parametrize(
    ("behaviour", "status", "error_code", "arrives"),
    [
        ({"fail_code": 30003}, "undelivered", 30003, False),
        ({"reject_code": 30007}, "failed", 30007, False),
        ({"no_receipt": True}, "sent", None, True),
    ],
    ids=["fail", "reject", "no receipt"],
)
async def test_a_phone_does_what_it_was_set_to(
    node: Node, behaviour: dict[str, Any], status: str, error_code: int | None, arrives: bool
) -> None:
    await node.behave(**behaviour)
    message = await node.sent(carrier="virtual")
    row = await node.row(message)
    assert (row["status"], row["error_code"]) == (status, error_code)
    assert (row["handset_at"] is not None) == arrives
    assert await node.queued(message) is None


@pytest.mark.parametrize("delay", [timedelta(seconds=5), timedelta(hours=5)])
async def test_a_slow_phone_has_it_at_the_moment_that_it_was_due(
    node: Node, delay: timedelta
) -> None:
    await node.behave(deliver_after_ms=delay // timedelta(milliseconds=1))
    message = await node.sent(carrier="virtual")
    assert (await node.row(message))["status"] == "sent"
    # What is far off waits in the table, not in memory.
    assert node.dispatcher.knows(message.sid) == (delay < timedelta(minutes=2))

    due = (await node.queued(message))["due_at"]
    node.clock.hold(due - timedelta(microseconds=1))
    await node.pick_up()
    assert (await node.row(message))["status"] == "sent"
    node.clock.hold(due)
    await node.pick_up()
    row = await node.row(message)
    assert (row["status"], row["handset_at"]) == ("delivered", due)


async def test_a_phone_that_was_switched_off_meanwhile_fails_it(node: Node) -> None:
    await node.behave(deliver_after_ms=5000)
    message = await node.sent(carrier="virtual")
    await node.behave(reject_code=30003)
    await node.move_clock(timedelta(seconds=5))
    row = await node.row(message)
    assert (row["status"], row["error_code"]) == ("undelivered", 30003)


async def test_an_answer_comes_with_the_delivery(node: Node) -> None:
    await node.behave(auto_reply="I am a phone.")
    await node.sent(carrier="virtual")
    (answer,) = await node.database.fetch(INBOUND, node.world_id)
    assert (answer["sender"], answer["recipient"]) == (PHONE, NUMBER)
    assert answer["status"] == "received"


async def test_an_answer_that_says_stop_counts(node: Node) -> None:
    await node.behave(auto_reply="Stop!")
    await node.sent(carrier="virtual")
    await node.behave()
    # Accepted before the phone had answered, submitted afterwards.
    late = await node.sent(carrier="virtual")
    row = await node.row(late)
    assert (row["status"], row["error_code"]) == ("failed", 21610)
    assert row["handset_at"] is None


async def test_what_waited_longer_than_its_validity_does_not_arrive(node: Node) -> None:
    message = await node.store(carrier="virtual", options={"validity_period": 60})
    await node.move_clock(timedelta(seconds=61))
    row = await node.row(message)
    assert (row["status"], row["error_code"]) == ("failed", 30036)
    assert row["handset_at"] is None


@pytest.mark.parametrize("lost", ["before", "after"])
@pytest.mark.parametrize("deliver_after_ms", [0, 5000])
async def test_a_commit_that_nobody_knows_of_delivers_once(
    node: Node, lost: str, deliver_after_ms: int
) -> None:
    await node.behave(auto_reply="I am a phone.", deliver_after_ms=deliver_after_ms)
    node.commit.lose = [lost]
    message = await node.sent(carrier="virtual")
    assert not node.dispatcher.knows(message.sid)
    await node.pick_up()
    await node.move_clock(timedelta(seconds=5))
    assert await node.history(message) == ["queued", "sending", "sent", "delivered"]
    assert len(await node.database.fetch(INBOUND, node.world_id)) == 1
    assert await node.queued(message) is None


async def test_the_trouble_of_one_leaves_the_others_alone(node: Node) -> None:
    messages = [await node.store(carrier="virtual") for _ in range(3)]
    node.commit.lose = ["", "before", ""]
    await node.pick_up()
    statuses = [(await node.row(message))["status"] for message in messages]
    assert sorted(statuses) == ["delivered", "delivered", "queued"]
    await node.pick_up()
    for message in messages:
        assert await node.history(message) == ["queued", "sending", "sent", "delivered"]


async def test_a_message_that_was_deleted_while_it_waited_stays_gone(node: Node) -> None:
    await node.behave(deliver_after_ms=5000, auto_reply="I am a phone.")
    message = await node.sent(carrier="virtual")
    await node.database.execute("DELETE FROM messages WHERE id = $1", message.sid[2:])
    await node.move_clock(timedelta(seconds=5))
    assert await node.row(message) is None
    assert await node.queued(message) is None
    assert await node.database.fetch(INBOUND, node.world_id) == []
    assert not node.dispatcher.knows(message.sid)


async def test_memory_that_is_behind_the_table_does_not_undo_it(node: Node) -> None:
    await node.behave(deliver_after_ms=timedelta(hours=1) // timedelta(milliseconds=1))
    message = await node.sent(carrier="virtual")
    # As it was read before the message was sent: its row says by now when to deliver it.
    node.dispatcher.accept(dispatch_for(message))
    await node.dispatcher.idle(node.world_id)
    assert (await node.queued(message))["step"] == "deliver"
    await node.move_clock(timedelta(hours=1))
    assert await node.history(message) == ["queued", "sending", "sent", "delivered"]


async def test_what_is_not_to_be_retained_goes_with_the_last_status(node: Node) -> None:
    await node.behave(deliver_after_ms=5000)
    options = {"content_retention": "discard", "address_retention": "obfuscate"}
    message = await node.sent(carrier="virtual", body="a secret", options=options)
    row = await node.row(message)
    assert (row["status"], row["body"], row["recipient"]) == ("sent", "a secret", PHONE)
    await node.move_clock(timedelta(seconds=5))
    row = await node.row(message)
    assert (row["status"], row["body"]) == ("delivered", "")
    assert row["recipient"] == "+1415555XXXX"


async def test_what_goes_to_another_number_of_the_world_comes_in_there_with_its_media(
    node: Node,
) -> None:
    other = "+14155550101"
    node.numbers.others = [own_number(node.account_id, phone_number=other, sms_url=APP)]
    urls = ("https://a.example/1", "https://a.example/2")
    sent = node.message(
        sid=node.sids.new("MM"),
        carrier="virtual",
        recipient=other,
        num_media=2,
        media_urls=urls,
        body="look",
    )
    await node.commit.submit(Job(node.create, sent))
    blobs = [node.sids.new_id() for _ in urls]
    for part, content in enumerate((b"one", b"two"), 1):
        media = StoredMedia(
            message_sid=sent.sid,
            part=part,
            media_id=node.sids.new_id(),
            content_type=f"image/{part}",
            blob_id=blobs[part - 1],
            size=len(content),
            moment=sent.created_at,
        )
        await node.commit.submit(Job(StoreMedia(), media))
    await node.pick_up()

    (inbound,) = await node.database.fetch(INBOUND, node.world_id)
    assert (inbound["mms"], inbound["num_media"], inbound["recipient"]) == (True, 2, other)
    files = await node.database.fetch(
        "SELECT * FROM message_content WHERE message_id = $1 AND part > 0 ORDER BY part",
        inbound["id"],
    )
    assert [(f["content_type"], f["blob_id"].hex, f["size"]) for f in files] == [
        ("image/1", blobs[0], 3),
        ("image/2", blobs[1], 3),
    ]
    (request,) = node.told
    told = dict(await node.inbound.parameters(request) or ())
    assert told["NumMedia"] == "2"
    assert told["MediaUrl1"].endswith(files[1]["media_id"].hex)
