"""Messages of services are given their senders once, and what memory holds of it may be lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.support.waiting import eventually
from tests.unit.messaging.make_service import SECOND, make_service
from tests.unit.messaging.node import NUMBER, PHONE, Node, dispatch_for, own_number
from trunkline.carriers import Accepted, InDoubt, NotSent
from trunkline.clock import RealClock
from trunkline.messaging.dispatch.queue_works import Claims, GiveBackClaims
from trunkline.messaging.model import Dispatch, NewMessage, Opening
from trunkline.messaging.services.choose_senders import ChooseSenders
from trunkline.messaging.services.model import Service
from trunkline.messaging.services.sticky import StickySenders
from trunkline.messaging.works import message_transitions
from trunkline.store import Database, Job

MakeNode = Callable[..., Node]


class Queues:
    """The queues of senders: how much waits, and which are full or broken."""

    def __init__(self) -> None:
        self.units: dict[str, int] = {}
        self.full: set[str] = set()
        self.broken: set[str] = set()

    def waiting(self, _world_id: str, sender: str) -> int:
        return self.units.get(sender, 0)

    def room_for(
        self, _world_id: str, sender: str, num_segments: int, *, num_media: int = 0
    ) -> bool:
        if sender in self.broken:
            raise RuntimeError("a defect")
        return sender not in self.full


def choosing(node: Node, queues: Queues | None = None) -> ChooseSenders:
    """Gives the node a lane `choose`, in which media become a link."""

    async def link_media(_: Dispatch) -> tuple[str, list[Job]]:
        return "https://l.example/AbCdEfG", []

    choose = ChooseSenders(
        database=node.database,
        commit=node.commit,
        transitions=message_transitions(),
        worlds=node.worlds,
        clock=RealClock(),
        services=node.services,
        find_number=node.numbers.find,
        numbers_version=lambda: 1,
        sticky=StickySenders(node.database),
        queues=queues,
        link_media=link_media,
        dispatcher=node.dispatcher,
    )
    node.dispatcher.add_lane("choose", choose, at_once=1)
    return choose


def of(service: Service, **changes: Any) -> dict[str, Any]:
    """The fields of a message of a service."""
    values = {
        "path": ("accepted",),
        "step": "choose",
        "sender": None,
        "service_id": service.sid[2:],
    }
    return {**values, **changes}


async def chosen_by(node: Node, message: NewMessage) -> str | None:
    """Why it was this sender."""
    found: str | None = await node.database.fetchval(
        "SELECT data->>'chosen_by' FROM message_events"
        " WHERE subject_id = $1 AND kind = 'message.queued'",
        message.sid[2:],
    )
    return found


async def sticky(node: Node) -> list[str]:
    """The senders that recipients are used to."""
    rows = await node.database.fetch(
        "SELECT k.sender FROM sticky_senders k JOIN messaging_services s ON s.id = k.service_id"
        " WHERE s.world_id = $1",
        node.world_id,
    )
    return [row["sender"] for row in rows]


@pytest.mark.parametrize(
    ("answers", "history"),
    [
        ([Accepted("x")], ["accepted", "queued", "sending", "sent"]),
        (
            [NotSent(0.0, "away"), Accepted("x")],
            ["accepted", "queued", "sending", "not_sent", "sent"],
        ),
        ([InDoubt("lost")], ["accepted", "queued", "sending", "in_doubt"]),
    ],
)
@pytest.mark.parametrize("lost", ["", "before", "after"])
async def test_a_real_carrier_gets_it_once_with_its_sender(
    node: Node, answers: list[Any], history: list[str], lost: str
) -> None:
    service = await make_service(node)
    choosing(node)
    remaining = list(answers)
    node.carrier.answer = lambda _: remaining.pop(0)
    node.commit.lose = [lost]
    message = await node.sent(**of(service))
    await node.pick_up()
    await node.move_clock(timedelta(minutes=2))
    assert await node.history(message) == history
    assert len(node.carrier.submitted) == len(answers)
    assert {m.sender for m in node.carrier.submitted} == {NUMBER}
    assert (await node.row(message))["sender"] == NUMBER


async def test_a_claim_that_is_being_written_is_taken_back(node: Node, database: Database) -> None:
    """Nobody knows yet whether the claim of a message that had step `choose` is committed."""
    service = await make_service(node)
    message = await node.store(**of(service))
    claims, give_back = Claims(node.owner), GiveBackClaims(node.owner)
    async with database.connection() as writing, database.connection() as taking:
        transaction = writing.transaction()
        await transaction.start()
        await claims.write(writing, [(message.sid, RealClock().now())], [])
        taken = asyncio.create_task(give_back.write(taking, [message.sid], []))
        pid = await writing.fetchval("SELECT pg_backend_pid()")

        async def waits_or_is_over() -> bool:
            blocked = await database.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))", pid
            )
            return bool(blocked) or taken.done()

        await eventually(waits_or_is_over)
        await transaction.commit()
        await taken
    assert (await node.queued(message))["claimed_at"] is None


@pytest.mark.parametrize("status", ["active", "suspended"])
async def test_what_another_node_has_queued_meanwhile_goes_as_that_node_wrote(
    node: Node, status: str
) -> None:
    service = await make_service(node)
    choosing(node)
    node.account_status = status
    message = await node.store(**of(service, path=("queued",), step="submit", sender=SECOND))
    stale = dispatch_for(message, status="accepted", opening=Opening(sender=NUMBER))
    node.dispatcher.accept(stale)
    await node.dispatcher.idle(node.world_id)
    await node.pick_up()
    row = await node.row(message)
    if status == "active":
        assert [m.sender for m in node.carrier.submitted] == [SECOND]
        assert (row["status"], row["sender"]) == ("sent", SECOND)
    else:
        assert (row["status"], row["error_code"], row["sender"]) == ("failed", 30002, SECOND)
    assert await node.queued(message) is None


async def test_two_nodes_that_chose_for_one_message_submit_it_once(make_node: MakeNode) -> None:
    one = make_node()
    other = make_node(owner=one.owner, carrier=one.carrier)
    service = await make_service(one)
    other.services.known, other.numbers.others = one.services.known, one.numbers.others
    choosing(one)
    choosing(other)
    messages = [await one.store(**of(service)) for _ in range(20)]
    await asyncio.gather(one.pick_up(), other.pick_up())
    await one.pick_up()
    assert sorted(m.sid for m in one.carrier.submitted) == sorted(m.sid for m in messages)
    for message in messages:
        assert await one.history(message) == ["accepted", "queued", "sending", "sent"]


async def test_the_trouble_of_one_is_not_that_of_its_batch(node: Node) -> None:
    service = await make_service(node)
    queues = Queues()
    queues.broken = {SECOND}
    choosing(node, queues)
    fine = [await node.store(**of(service)) for _ in range(3)]
    poison = await node.store(**of(service, sender=SECOND))
    await node.pick_up()
    assert sorted(m.sid for m in node.carrier.submitted) == sorted(m.sid for m in fine)
    for message in fine:
        row = await node.row(message)
        assert (row["status"], row["sender"]) == ("sent", NUMBER)
    assert (await node.row(poison))["status"] == "accepted"


@pytest.mark.parametrize("sender", [None, NUMBER])
async def test_a_full_queue_fails_what_names_its_sender_as_well(
    node: Node, sender: str | None
) -> None:
    service = await make_service(node)
    queues = Queues()
    queues.full = {NUMBER}
    queues.units = {SECOND: 1}
    choosing(node, queues)
    message = await node.sent(**of(service, sender=sender))
    row = await node.row(message)
    assert (row["status"], row["error_code"]) == ("failed", 30001)
    assert node.carrier.submitted == []


async def test_what_waits_for_others_is_queued_and_says_by_whom(node: Node) -> None:
    service = await make_service(node)
    queues = Queues()
    queues.units = {NUMBER: 1, SECOND: 1}
    choosing(node, queues)
    message = await node.sent(**of(service, sender=SECOND))
    assert await node.history(message) == ["accepted", "queued", "sending", "sent"]
    assert await chosen_by(node, message) == "request"


@pytest.mark.parametrize("carrier", ["fake", "virtual"])
async def test_what_is_too_old_when_its_turn_comes_is_not_sent(node: Node, carrier: str) -> None:
    service = await make_service(node)
    choosing(node)
    old = node.clock.now() - timedelta(seconds=61)
    late = await node.store(
        **of(service), carrier=carrier, created_at=old, options={"validity_period": 60}
    )
    await node.pick_up()
    row = await node.row(late)
    assert (row["status"], row["error_code"]) == ("failed", 30036)
    assert await node.history(late) == ["accepted", "queued", "failed"]
    assert node.carrier.submitted == []


async def test_media_as_a_link_are_none_for_the_carrier_and_after_a_restart(node: Node) -> None:
    service = await make_service(node)
    choosing(node)
    node.numbers.own = own_number(node.account_id, mms_capable=False)
    node.numbers.others = []
    node.carrier.answer = lambda _: NotSent(3600.0, "away")
    message = await node.sent(**of(service), sid=node.sids.new("MM"), num_media=1, body="look")
    (given,) = node.carrier.submitted
    assert (given.body, given.num_media) == ("look https://l.example/AbCdEfG", 0)
    # Another process reads it from the table.
    (loaded,) = await node.recover.load(
        list(await node.recover.lines(node.clock.now() + timedelta(days=1), node.world_id)),
        node.clock.now() + timedelta(days=1),
        [],
        ["fake"],
        10,
    )
    assert (loaded.sid, loaded.num_media, loaded.sender) == (message.sid, 0, NUMBER)


async def test_the_text_of_what_was_canceled_stays_as_it_was(node: Node) -> None:
    service = await make_service(node)
    choosing(node)
    node.numbers.own = own_number(node.account_id, mms_capable=False)
    node.numbers.others = []
    message = await node.store(
        **of(service, path=("scheduled",)), sid=node.sids.new("MM"), num_media=1, body="look"
    )
    # Canceled when memory had it already.
    await node.database.execute(
        "UPDATE messages SET status = 'canceled' WHERE id = $1", message.sid[2:]
    )
    await node.pick_up()
    row = await node.row(message)
    assert (row["status"], row["body"], row["num_media"]) == ("canceled", "look", 1)
    assert await node.queued(message) is None


async def test_who_a_recipient_is_used_to_is_what_the_table_says(node: Node) -> None:
    """Another node, or a reset of the world, may have changed it."""
    service = await make_service(node)
    choosing(node)
    first, second = await node.sent(**of(service)), await node.sent(**of(service))
    assert [await chosen_by(node, m) for m in (first, second)] == ["area_code", "sticky"]
    await node.database.execute(
        "UPDATE sticky_senders SET sender = $2 WHERE service_id = $1", service.sid[2:], SECOND
    )
    await node.sent(**of(service))
    assert node.carrier.submitted[-1].sender == SECOND
    await node.database.execute("DELETE FROM sticky_senders WHERE service_id = $1", service.sid[2:])
    assert await chosen_by(node, await node.sent(**of(service))) == "area_code"


async def test_one_recipient_twice_in_a_batch_is_written_by_one_sender_that_is_kept(
    node: Node,
) -> None:
    service = await make_service(node, area_code_geomatch=False)
    choosing(node)
    gone, kept = await node.store(**of(service)), await node.store(**of(service))
    # The first of them, for which the sender was chosen, comes to nothing.
    await node.database.execute(
        "UPDATE messages SET status = 'canceled' WHERE id = $1", gone.sid[2:]
    )
    await node.pick_up()
    (given,) = node.carrier.submitted
    assert (given.sid, given.recipient) == (kept.sid, PHONE)
    assert await sticky(node) == [given.sender]
