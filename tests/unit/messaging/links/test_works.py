"""Links and clicks as they are committed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from tests.unit.messaging.node import Node
from trunkline.clock import RealClock
from trunkline.messaging.links import works
from trunkline.messaging.links.click_callback import KIND, ClickCallback
from trunkline.messaging.links.link_keys import LinkKeys
from trunkline.messaging.links.model import Link
from trunkline.messaging.links.queries import DROP_OLD
from trunkline.messaging.links.read_links import ReadLinks, SeenLink
from trunkline.messaging.links.works import Click, CreateLinks, RecordClicks
from trunkline.messaging.model import NewMessage
from trunkline.sids import id_floor
from trunkline.store import Job
from trunkline.webhooks.model import Delivery

KEYS = LinkKeys(b"secret")
CODE = "aaaaaaaaaa"
URL = "https://shop.example/"


async def linked(node: Node, code: str = CODE) -> tuple[NewMessage, Link]:
    """A message with a link, committed."""
    message = node.message(body=f"see https://go.example/{code}")
    link = Link(
        id=KEYS.link_id(code + message.sid),
        message_sid=message.sid,
        world_id=node.world_id,
        domain_id=None,
        target=KEYS.seal(code, URL),
        part=None,
        created_at=message.created_at,
    )
    await node.commit.submit(Job(node.create, message), Job(CreateLinks(), [link]))
    return message, link


def click(node: Node, link: Link, delivery: Delivery | None = None) -> Click:
    return Click(
        id=node.sids.new_id() if delivery is None else delivery.data["click"],
        link_id=link.id,
        message_sid=link.message_sid,
        world_id=node.world_id,
        user_agent="Phone/1",
        world_time=node.clock.now(),
        real_time=RealClock().now(),
        delivery=delivery,
    )


async def seen(node: Node, message: NewMessage) -> Sequence[SeenLink]:
    return await ReadLinks(node.database, KEYS)(node.world_id, message.sid)


async def test_clicks_of_one_batch_are_counted_together(node: Node) -> None:
    message, link = await linked(node)
    _, other = await linked(node)
    record = RecordClicks(node.due)

    await node.commit.submit(*(Job(record, click(node, each)) for each in (link, other, link)))

    (found,) = await seen(node, message)
    assert (found.clicks, len(found.clicked)) == (2, 2)


async def test_beyond_a_bound_clicks_are_only_counted(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    message, link = await linked(node)
    record = RecordClicks(node.due)
    monkeypatch.setattr(works, "MOST_CLICKS", 3)
    for size in (2, 2, 1):
        await node.commit.submit(*(Job(record, click(node, link)) for _ in range(size)))

    (found,) = await seen(node, message)
    assert (found.clicks, len(found.clicked)) == (5, 3)


async def test_a_click_of_a_link_that_is_gone(node: Node) -> None:
    message, link = await linked(node)
    await node.database.execute("DELETE FROM links WHERE id = $1", link.id)

    await node.commit.submit(Job(RecordClicks(node.due), click(node, link)))

    assert await seen(node, message) == []
    assert (
        await node.database.fetchval("SELECT count(*) FROM link_clicks WHERE link_id = $1", link.id)
        == 0
    )


async def test_what_a_restart_leaves_of_a_callback_is_rendered_again(node: Node) -> None:
    message = node.message(body=f"see https://go.example/{CODE}")
    link = Link(
        id=KEYS.link_id(CODE),
        message_sid=message.sid,
        world_id=node.world_id,
        domain_id=None,
        target=KEYS.seal(CODE, URL),
        part=None,
        created_at=message.created_at,
    )
    await node.commit.submit(Job(node.create, message), Job(CreateLinks(), [link]))
    number = node.sids.new_id()
    delivery = node.make_delivery(
        subject=message.sid,
        account_id=node.account_id,
        world_id=node.world_id,
        kind=KIND,
        url="https://app.example/click",
        data={"click": number},
    )
    await node.commit.submit(Job(RecordClicks(node.due), click(node, link, delivery)))
    assert [told.id for told in node.told] == [delivery.id]
    kind = ClickCallback(node.database, KEYS, node.alert)

    told = dict(await kind.parameters(delivery) or ())

    assert (told["link"], told["sms_sid"], told["user_agent"]) == (URL, message.sid, "Phone/1")
    assert told["click_time"].endswith("Z")
    # Once the text is forgotten, so is where the link led.
    await node.database.execute(
        "UPDATE message_content SET body = '' WHERE message_id = $1", message.sid[2:]
    )
    assert dict(await kind.parameters(delivery) or ())["link"] == ""
    await node.database.execute("DELETE FROM messages WHERE id = $1", message.sid[2:])
    delivery.parameters = None
    assert await kind.parameters(delivery) is None
    await node.database.execute("DELETE FROM links WHERE id = $1", link.id)


async def test_old_links_go_in_batches(node: Node) -> None:
    message, link = await linked(node)
    await node.commit.submit(*(Job(RecordClicks(node.due), click(node, link)) for _ in range(3)))
    long_ago = id_floor(RealClock().now() - timedelta(days=400))

    await _drop(node, long_ago)
    assert len(await seen(node, message)) == 1

    await _drop(node, id_floor(RealClock().now() + timedelta(days=1)))
    assert await seen(node, message) == []


async def _drop(node: Node, before: str) -> None:
    for statement in DROP_OLD:
        tag = ""
        while tag != "DELETE 0":
            tag = await node.database.execute(statement, before, 2)
