"""Requests that are due, and how they ended, as parts of group commits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from trunkline.bus import Event
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit, Job
from trunkline.store.group_commit import Refused
from trunkline.webhooks.http import Attempt, Exchange
from trunkline.webhooks.model import Delivery
from trunkline.webhooks.queue_table import ReadQueue
from trunkline.webhooks.works import DueDeliveries, EndDeliveries, Ended, host_of

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)
URL = "https://user:secret@App.Example/status?x=1#rc=2"


class Node:
    """One node's part in the queue. `heard` is what it was told, `published` what everybody."""

    def __init__(self, database: Database, sids: SidFactory, world_id: str) -> None:
        self.database = database
        self.sids = sids
        self.world_id = world_id
        self.account_id = sids.new_id()
        self.owner = sids.new_id()
        self.published: list[Event] = []
        self.heard: list[Delivery] = []
        self.commit = GroupCommit(database, published=self.published.extend, writers=1)
        self.due = DueDeliveries(self.owner, self.heard.extend)
        self.end = EndDeliveries(self.owner)
        self.table = ReadQueue(database, owner=self.owner)

    def make(self, **changes: Any) -> Delivery:
        number = self.sids.new_id()
        values: dict[str, Any] = {
            "id": number,
            "token": self.sids.new_id(),
            "subject": self.sids.new("SM"),
            "account_id": self.account_id,
            "world_id": self.world_id,
            "kind": "message.status",
            "url": URL,
            "method": "POST",
            "data": {"status": "sent"},
            "due_at": LATER,
            "created_at": NOW,
            "real_time": NOW,
        }
        return Delivery(**{**values, **changes})

    async def stored(self, **changes: Any) -> Delivery:
        made = self.make(**changes)
        await self.commit.submit(Job(self.due, made))
        return made

    def ended(self, delivery: Delivery, **changes: Any) -> Job:
        values = {"outcome": "delivered", "exchange": exchange(), **changes}
        return Job(self.end, Ended(delivery=delivery, finished_at=LATER, ended_at=LATER, **values))

    async def logged(self, delivery: Delivery) -> Any:
        return await self.database.fetchrow("SELECT * FROM deliveries WHERE id = $1", delivery.id)

    async def queued(self, delivery: Delivery) -> Any:
        return await self.database.fetchrow(
            "SELECT * FROM deliveries_due WHERE id = $1", delivery.id
        )


def exchange(**changes: Any) -> Exchange:
    attempt = Attempt(
        url="https://app.example/status?x=1",
        started_at=NOW,
        ms=12,
        status=200,
        error=None,
        reason=None,
        signature="abc=",
    )
    values: dict[str, Any] = {
        "attempts": [attempt],
        "status": 200,
        "headers": [("Content-Type", "text/xml")],
        "body": b"<Response/>\xff\x00",
    }
    return Exchange(**{**values, **changes})


@pytest_asyncio.fixture(loop_scope="session")
async def node(database: Database, sids: SidFactory, world_id: str) -> AsyncIterator[Node]:
    node = Node(database, sids, world_id)
    yield node
    await node.commit.close()


@pytest_asyncio.fixture(loop_scope="session")
async def other(database: Database, sids: SidFactory, world_id: str) -> AsyncIterator[Node]:
    node = Node(database, sids, world_id)
    yield node
    await node.commit.close()


async def test_what_was_put_into_the_queue_is_read_from_it(node: Node) -> None:
    made = await node.stored()
    assert await node.table.load_line(host_of(URL), node.account_id, 10) == [made]
    assert await node.logged(made) is None


class Last:
    """The last work of a commit: remembers what had been heard by then, and may fail."""

    order = 1_000

    def __init__(self, heard: Sequence[Delivery]) -> None:
        self._heard = heard
        self.heard_by_then: list[list[Delivery]] = []

    async def write(self, _connection: Any, items: Sequence[Any], _events: Any) -> Sequence[None]:
        self.heard_by_then.append(list(self._heard))
        for error in items:
            if error is not None:
                raise error
        return [None] * len(items)


async def test_a_request_is_heard_of_once_it_is_committed(node: Node) -> None:
    made, last = node.make(), Last(node.heard)
    heard = node.commit.submit(Job(node.due, made), Job(last, None))
    before: list[list[Delivery]] = []
    heard.add_done_callback(lambda _: before.append(list(node.heard)))
    await heard
    assert last.heard_by_then == [[]]
    assert before == [[made]]  # before who submitted it hears
    assert await node.queued(made) is not None


async def test_what_is_not_committed_is_not_heard_of(node: Node) -> None:
    good, bad, last = node.make(), node.make(), Last(node.heard)
    results = await asyncio.gather(
        node.commit.submit(Job(node.due, good), Job(last, None)),
        node.commit.submit(Job(node.due, bad), Job(last, ValueError("a defect"))),
        return_exceptions=True,
    )
    assert results[0] == [None, None]
    assert isinstance(results[1], ValueError)
    assert node.heard == [good]
    assert await node.queued(good) is not None
    assert await node.queued(bad) is None


async def test_requests_are_heard_of_in_the_order_of_their_commit(node: Node) -> None:
    made = [node.make() for _ in range(50)]
    await asyncio.gather(*(node.commit.submit(Job(node.due, delivery)) for delivery in made))
    assert node.heard == made


async def test_the_end_takes_a_request_off_the_queue_and_is_written_down(node: Node) -> None:
    made = await node.stored()
    assert await node.commit.submit(node.ended(made)) == [None]
    assert await node.queued(made) is None
    row = await node.logged(made)
    assert row["outcome"] == "delivered"
    assert row["status"] == 200
    assert row["error_code"] is None
    assert row["response_headers"] == [["Content-Type", "text/xml"]]
    assert row["response_body"] == b"<Response/>\xff\x00"
    assert row["attempts"][0]["ms"] == 12
    assert row["finished_at"] == LATER
    assert row["data"] == {"status": "sent"}


async def test_no_body_is_kept_where_there_was_none(node: Node) -> None:
    made = await node.stored()
    await node.commit.submit(node.ended(made, exchange=exchange(body=b"")))
    assert (await node.logged(made))["response_body"] is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exchange": exchange(status=500, error=11200), "outcome": "failed"}, 11200),
        ({"exchange": exchange(), "outcome": "failed", "error_code": 12100}, 12100),
        ({"exchange": exchange(error=11205), "outcome": "failed", "error_code": 12400}, 12400),
        ({"exchange": None, "outcome": "dropped"}, None),
    ],
)
async def test_the_code_of_what_went_wrong_is_written_down(
    node: Node, changes: dict[str, Any], code: int | None
) -> None:
    made = await node.stored()
    await node.commit.submit(node.ended(made, **changes))
    row = await node.logged(made)
    assert (row["outcome"], row["error_code"]) == (changes["outcome"], code)
    assert node.published[-1].data.get("error_code") == code


async def test_the_end_is_an_event_that_shows_no_password(node: Node) -> None:
    made = await node.stored()
    await node.commit.submit(node.ended(made))
    event = node.published[-1]
    assert event.kind == "webhook.delivered"
    assert event.subject == made.subject
    assert event.data == {
        "delivery": made.id,
        "kind": "message.status",
        "url": "https://App.Example/status?x=1",
        "told": "sent",
        "status": 200,
        "attempts": 1,
    }


async def test_what_has_ended_does_not_end_again_and_brings_about_nothing(node: Node) -> None:
    made = await node.stored()
    await node.commit.submit(node.ended(made))
    node.published.clear()
    reply = node.make()
    first, second = await node.commit.submit(node.ended(made), Job(node.due, reply))
    assert isinstance(first, Refused)
    assert second is None
    assert await node.queued(reply) is None
    assert reply not in node.heard
    assert node.published == []


async def test_what_another_node_has_is_not_ended_here(node: Node, other: Node) -> None:
    made = await other.stored()
    reply = node.make()
    first, _ = await node.commit.submit(node.ended(made), Job(node.due, reply))
    assert isinstance(first, Refused)
    assert await other.queued(made) is not None
    assert await node.queued(reply) is None


async def test_a_refused_end_does_not_touch_the_others_of_its_commit(node: Node) -> None:
    good, gone = await node.stored(), node.make()
    reply, never = node.make(), node.make()
    results = await asyncio.gather(
        node.commit.submit(node.ended(gone), Job(node.due, never)),
        node.commit.submit(node.ended(good), Job(node.due, reply)),
    )
    assert isinstance(results[0][0], Refused)
    assert results[1] == [None, None]
    assert await node.queued(reply) is not None
    assert await node.queued(never) is None
    assert node.heard == [good, reply]


async def test_an_end_that_is_told_twice_in_one_commit_counts_once(node: Node) -> None:
    made = await node.stored()
    replies = [node.make(), node.make()]
    results = await asyncio.gather(
        *(node.commit.submit(node.ended(made), Job(node.due, reply)) for reply in replies)
    )
    assert [isinstance(end, Refused) for end, _ in results] == [False, True]
    assert await node.queued(replies[0]) is not None
    assert await node.queued(replies[1]) is None


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://user:secret@App.Example/a", "app.example:443"),
        ("http://127.1:8080", "127.0.0.1:8080"),
        ("http://[::1]/", "[::1]:80"),
        ("ftp://app.example/", ""),
        ("nonsense", ""),
        ("http://", ""),
    ],
)
def test_requests_stand_in_line_by_host_and_port(url: str, host: str) -> None:
    assert host_of(url) == host
