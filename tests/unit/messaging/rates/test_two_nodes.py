"""Restarts, other nodes, and what is on disk of a sender's credit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.support.waiting import eventually
from tests.unit.messaging.rates.setting import LONG, TOLL_FREE, RatedNode
from trunkline.messaging.rates.bucket import BURST
from trunkline.messaging.rates.model import Key, Turn
from trunkline.messaging.rates.works import KeepTurns, is_lease_lost
from trunkline.store import Job
from trunkline.worlds import TWILIO

MakeRated = Callable[..., RatedNode]
SECOND = timedelta(seconds=1)


async def test_a_restart_gives_no_credit_back(make_rated: MakeRated) -> None:
    before = make_rated()
    before.accept(before.dispatch(num_segments=30))
    await before.move(0)
    # It is killed here: nothing is given back or told.
    after = make_rated(owner=before.owner)
    after.accept(after.dispatch())
    await after.move(0)
    assert after.sent == []
    await after.move(40)
    assert after.sent[0][0] - before.sent[0][0] == 30 * SECOND - BURST


async def test_killed_again_and_again_a_sender_keeps_its_rate(make_rated: MakeRated) -> None:
    """Each process sends as fast as it may, and dies with messages in its memory."""
    sent = []
    owner = make_rated().owner
    for _ in range(8):
        node = make_rated(owner=owner)
        node.accept(*(node.dispatch(TOLL_FREE) for _ in range(10)))
        await node.move(1)
        await node.close()
        sent += [moment for moment, _ in node.sent]
    assert len(sent) > 20
    for n, start in enumerate(sent):
        for count, end in enumerate(sent[n:], 1):
            assert count <= 3 * (end - start + BURST).total_seconds() + 1 + 1e-5


async def test_a_crash_of_the_account_rate_gives_no_credit_back(make_rated: MakeRated) -> None:
    before = make_rated()
    before.accept(*(before.dispatch(f"+1415555{n:04}", num_media=1) for n in range(30)))
    await before.move(2)
    assert len(before.sent) == 30
    after = make_rated()
    await after.account_mms.load()
    key, now = Key(after.world_id, LONG, "world"), after.clock.now()
    before_it, after_it = (
        node.account_mms.next_free(key, node.account_id, now, TWILIO) for node in (before, after)
    )
    assert before_it == after_it
    assert after_it > before.sent[-1][0]


async def test_two_nodes_never_both_send_for_a_sender(make_rated: MakeRated) -> None:
    first, second = make_rated(), make_rated()
    mine, others = first.dispatch(), [second.dispatch() for _ in range(3)]
    await first.store(mine)
    await second.store(*others)
    first.accept(mine)
    await first.move(0)
    second.accept(*others)
    await eventually(lambda: len(second.given) == 3)
    assert second.sent == []
    assert not any(second.dispatcher.knows(dispatch.sid) for dispatch in others)
    owners = await first.database.fetch(
        "SELECT owner FROM dispatch WHERE message_id = ANY ($1::uuid[])",
        [dispatch.sid[2:] for dispatch in others],
    )
    assert {row["owner"].hex for row in owners} == {first.owner}


async def test_what_is_claimed_is_not_given_away(make_rated: MakeRated) -> None:
    first, second = make_rated(), make_rated()
    first.accept(first.dispatch())
    await first.move(0)
    claimed = second.dispatch()
    await second.store(claimed)
    await second.database.execute(
        "UPDATE dispatch SET claimed_at = $2 WHERE message_id = $1",
        claimed.sid[2:],
        claimed.created_at,
    )
    second.accept(claimed)
    await eventually(lambda: second.given)
    row = await second.database.fetchrow(
        "SELECT owner FROM dispatch WHERE message_id = $1", claimed.sid[2:]
    )
    assert row is not None
    assert row["owner"].hex == second.owner


async def test_both_ask_at_once_and_one_sends(make_rated: MakeRated) -> None:
    nodes = [make_rated() for _ in range(2)]
    for node in nodes:
        messages = [node.dispatch() for _ in range(5)]
        await node.store(*messages)
        node.accept(*messages)
    await asyncio.gather(*(node.gate.acquiring.idle(node.world_id) for node in nodes))
    assert sorted(len(node.given) for node in nodes) == [0, 5]
    await nodes[0].move(60)
    assert sorted(len(node.sent) for node in nodes) == [0, 5]


async def test_a_silent_node_loses_its_senders_and_is_refused_by_the_fence(
    make_rated: MakeRated,
) -> None:
    silent, other = make_rated(lease=0.0), make_rated()
    silent.accept(silent.dispatch())
    await silent.move(0)
    assert len(silent.sent) == 1
    other.accept(other.dispatch())
    await other.gate.acquiring.idle(other.world_id)
    await other.move(10)
    assert len(other.sent) == 1
    assert other.sent[0][0] - silent.sent[0][0] >= SECOND - BURST
    # It wakes, and does not know yet that its lease is over.
    late = silent.dispatch()
    await silent.store(late)
    silent.accept(late)
    await silent.move(10)
    assert [d.sid for d in silent.refused] == [late.sid]
    assert len(silent.sent) == 1
    again = silent.dispatch()
    await silent.store(again)
    silent.accept(again)
    await eventually(lambda: silent.given)


async def test_a_former_term_is_refused_even_when_the_node_is_owner_again(
    make_rated: MakeRated,
) -> None:
    node, other = make_rated(lease=0.0), make_rated(lease=0.0)
    key = Key(node.world_id, LONG, "world")
    first = (await node.leases.acquire([key]))[key]
    assert (await other.leases.acquire([key]))[key].owner == other.owner
    again = (await node.leases.acquire([key]))[key]
    assert (again.owner, again.term) == (node.owner, first.term + 2)
    work = KeepTurns(node.owner, lambda *_: None)
    results = await node.commit.submit(Job(work, Turn(key, first.term, node.clock.now())))
    assert is_lease_lost(results)
    results = await node.commit.submit(Job(work, Turn(key, again.term, node.clock.now())))
    assert results == [None]


async def test_an_unused_lease_is_given_back(make_rated: MakeRated, monkeypatch: Any) -> None:
    monkeypatch.setattr("trunkline.messaging.rates.sender_gate.UNUSED", -1.0)
    first, second = make_rated(), make_rated()
    first.accept(first.dispatch())
    await first.move(10)
    await first.gate.renew()
    second.accept(second.dispatch())
    await second.move(0)
    assert (len(first.sent), len(second.sent)) == (1, 1)


async def test_nothing_is_left_to_a_node_that_is_gone(make_rated: MakeRated) -> None:
    """Nobody would ever take it over: no such node is known."""
    gone, node = make_rated(), make_rated()
    late = node.dispatch()
    await node.store(late)
    await gone.leases.acquire([Key(node.world_id, LONG, "world")])
    node.accept(late)
    await eventually(lambda: node.given)
    owner = await node.database.fetchval(
        "SELECT owner FROM dispatch WHERE message_id = $1", late.sid[2:]
    )
    assert owner.hex == node.owner


async def test_a_sender_that_nobody_uses_is_forgotten_after_a_day(make_rated: MakeRated) -> None:
    node = make_rated()
    keys = [Key(node.world_id, sender, "world") for sender in ("Acme", "Other")]
    await node.leases.acquire(keys)
    await node.database.execute(
        "UPDATE sender_leases SET lease_until = now() - interval '25 hours'"
        " WHERE world_id = $1 AND sender = 'Acme'",
        node.world_id,
    )
    await node.leases.forget_old()
    assert [row["sender"] for row in await rows(node)] == ["Other"]


async def test_a_lease_in_use_is_renewed_and_a_lost_one_is_noticed(
    make_rated: MakeRated,
) -> None:
    node, other = make_rated(), make_rated()
    node.accept(*(node.dispatch(num_segments=50) for _ in range(2)))
    await node.move(0)
    (before,) = await rows(node)
    await node.gate.renew()
    (after,) = await rows(node)
    assert after["lease_until"] > before["lease_until"]
    await node.database.execute(
        "UPDATE sender_leases SET owner = $2, term = term + 1 WHERE world_id = $1",
        node.world_id,
        other.owner,
    )
    await node.store(*[d for q in node.gate._queues.values() for d in q.all()])
    await node.gate.renew()
    await eventually(lambda: node.given)


async def test_leases_end_with_the_node(make_rated: MakeRated) -> None:
    first, second = make_rated(), make_rated()
    first.accept(first.dispatch())
    await first.move(10)
    await first.leases.end_all()
    second.accept(second.dispatch())
    await second.move(0)
    assert len(second.sent) == 1


async def rows(node: RatedNode) -> list[Any]:
    return await node.database.fetch(
        "SELECT * FROM sender_leases WHERE world_id = $1", node.world_id
    )
