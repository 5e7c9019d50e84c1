"""Messages wait for their sender's turn."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support.waiting import eventually
from tests.unit.messaging.rates.setting import LONG, SHORT, TOLL_FREE, RatedNode
from trunkline.messaging.dispatch.gate import Gate
from trunkline.messaging.rates.bucket import BURST
from trunkline.messaging.rates.works import turn_jobs
from trunkline.worlds import Limits


def test_it_is_a_gate(node: RatedNode) -> None:
    gate: Gate = node.gate
    assert gate.earliest(node.world_id) is None


async def test_a_long_code_sends_a_segment_a_second_first_in_first_out(node: RatedNode) -> None:
    waiting = [node.dispatch() for _ in range(4)]
    node.accept(*waiting)
    await node.move(10)
    assert [dispatch.sid for _, dispatch in node.sent] == [d.sid for d in waiting]
    assert node.moments() == [0, 0.9, 1.9, 2.9]  # the burst is a tenth of a second


async def test_a_message_of_many_segments_takes_as_long(node: RatedNode) -> None:
    node.accept(node.dispatch(num_segments=5), node.dispatch())
    await node.move(10)
    assert node.moments() == [0, 4.9]


async def test_each_type_has_its_rate_and_no_sender_waits_for_another(node: RatedNode) -> None:
    for sender in (LONG, TOLL_FREE, SHORT, "Acme", "whatsapp:+14155550100"):
        node.accept(*(node.dispatch(sender) for _ in range(200)))
    await node.move(5)
    end = node.sent[0][0] + timedelta(seconds=4.95)
    sent = [dispatch.sender for moment, dispatch in node.sent if moment < end]
    assert sent.count(LONG) == 6  # at 0, 0.9, … 4.9 s
    assert sent.count(TOLL_FREE) == 16  # the fifteenth credit after the first is there at 4.9 s
    assert sent.count("Acme") == 51
    assert sent.count(SHORT) == 200
    assert sent.count("whatsapp:+14155550100") == 200
    last = max(moment for moment, dispatch in node.sent if dispatch.sender == SHORT)
    assert 1.8 <= (last - node.sent[0][0]).total_seconds() <= 2.0


async def test_without_limits_nothing_waits_and_nothing_is_leased(node: RatedNode) -> None:
    await node.limits.set(node.world_id, "off")
    waiting = [node.dispatch() for _ in range(50)]
    assert not any(node.gate.keeps(dispatch) for dispatch in waiting)
    assert turn_jobs(waiting[0]) == []
    assert await leases(node) == []


async def test_a_sender_with_credit_is_not_kept_once_the_lease_is_known(node: RatedNode) -> None:
    node.accept(node.dispatch())
    await node.move(60)
    assert not node.gate.keeps(node.dispatch())
    assert node.gate.keeps(node.dispatch())


async def test_a_world_comes_to_rest_while_messages_wait(node: RatedNode) -> None:
    node.accept(*(node.dispatch() for _ in range(3)))
    await node.move(0)
    assert len(node.sent) == 1
    assert node.dispatcher.is_idle(node.world_id)
    assert node.gate.acquiring.is_idle(node.world_id)
    due = node.gate.earliest(node.world_id)
    assert due is not None
    assert due - node.sent[0][0] == timedelta(seconds=1) - BURST


async def test_what_a_real_carrier_submits_waits_in_real_time(node: RatedNode) -> None:
    node.accept(*(node.dispatch(TOLL_FREE, carrier="real") for _ in range(4)))
    await node.move(3600)
    await eventually(lambda: len(node.sent) == 4)
    assert node.real[-1] - node.real[0] > 0.6  # a second, less the burst, and what commits take


async def test_what_waits_for_too_long_leaves_when_its_time_is_over(node: RatedNode) -> None:
    patient, hasty = node.dispatch(num_segments=100), node.dispatch(validity=10)
    last = node.dispatch()
    node.accept(patient, hasty, last)
    await node.move(11)
    assert [dispatch.sid for dispatch in node.expired] == [hasty.sid]
    assert [dispatch.sid for _, dispatch in node.sent] == [patient.sid]
    await node.move(100)
    assert node.moments() == [0, 99.9]  # and it used nothing up


async def test_what_is_too_old_or_made_to_fail_does_not_wait_for_a_turn(node: RatedNode) -> None:
    node.accept(node.dispatch(num_segments=100))
    await node.move(0)
    doomed = node.dispatch(options={"refused": 30003})
    old = node.dispatch(created_at=node.clock.now() - timedelta(hours=11))
    assert not node.gate.keeps(doomed)
    assert not node.gate.keeps(old)


async def test_new_limits_hold_at_once_for_what_waits(node: RatedNode) -> None:
    await node.limits.set(node.world_id, "custom", Limits(long_code=0.01))
    node.accept(*(node.dispatch() for _ in range(12)))
    await node.move(0)
    assert len(node.sent) == 1
    await node.limits.set(node.world_id, "custom", Limits(long_code=10))
    await node.move(2)
    assert len(node.sent) == 12
    await node.limits.set(node.world_id, "custom", Limits(long_code=0.01))
    node.accept(*(node.dispatch() for _ in range(50)))
    await node.move(0)
    assert len(node.sent) < 20
    await node.limits.set(node.world_id, "off")
    await node.dispatcher.idle(node.world_id)
    assert len(node.sent) == 62


async def test_what_was_used_up_under_slower_limits_does_not_hold_up_faster_ones(
    node: RatedNode,
) -> None:
    slow = Limits(long_code=0.001, mms_long_code=0.001, account_mms=0.001)
    await node.limits.set(node.world_id, "custom", slow)
    node.accept(node.dispatch(), node.dispatch(TOLL_FREE, num_media=1))
    await node.move(0)
    await node.limits.set(node.world_id, "off")
    await node.limits.set(node.world_id, "twilio")
    node.accept(node.dispatch(), node.dispatch(TOLL_FREE, num_media=1))
    await node.move(31)
    assert len(node.sent) == 4


async def test_media_count_one_each_and_the_account_has_a_rate_of_its_own(
    node: RatedNode,
) -> None:
    await node.limits.set(node.world_id, "custom", Limits(mms_long_code=2, account_mms=4))
    for n in range(10):
        sender = f"+1415555{n:04}"
        node.accept(*(node.dispatch(sender, num_media=1, num_segments=9) for _ in range(2)))
    await node.move(60)
    moments = node.moments()
    assert len(moments) == 20
    assert moments[-1] >= (20 - 1) / 4 - 0.2
    for start in moments:
        assert sum(start <= moment < start + 1 for moment in moments) <= 4 + 1
    rows = await node.database.fetch(
        "SELECT next_free FROM account_mms_rates WHERE world_id = $1", node.world_id
    )
    assert len(rows) == 1


async def test_a_reset_world_keeps_nothing_and_owes_nothing(node: RatedNode) -> None:
    await node.limits.set(node.world_id, "custom", Limits(long_code=0.001))
    kept = [node.dispatch() for _ in range(3)]
    node.accept(*kept)
    await node.move(0)
    media = Limits(long_code=0.001, account_mms=0.001)
    await node.limits.set(node.world_id, "custom", media)
    node.accept(node.dispatch(TOLL_FREE, num_media=1))
    await node.move(0)
    assert [d.sid for d in node.gate.clear(node.world_id)] == [d.sid for d in kept[1:]]
    assert node.gate.earliest(node.world_id) is None
    await node.database.execute("DELETE FROM sender_leases WHERE world_id = $1", node.world_id)
    node.accept(node.dispatch(), node.dispatch(TOLL_FREE, num_media=1))
    await node.move(0)
    assert len(node.sent) == 4


async def test_it_is_told_why_a_message_waits(node: RatedNode) -> None:
    waiting = [node.dispatch(num_segments=2) for _ in range(4)]
    for dispatch in waiting:
        assert node.room.room_for(node.world_id, LONG, dispatch.num_segments)
    node.accept(*waiting)
    await node.move(0)
    told = node.gate.explain(node.world_id, waiting[3].sid, LONG)
    assert told is not None
    assert (told.sender_type, told.rate, told.ahead) == ("long_code", 1.0, 4)
    assert told.expected_at is not None
    # The clock goes on by itself meanwhile.
    expected = told.expected_at - node.sent[0][0]
    assert expected.total_seconds() == pytest.approx(5.9, abs=0.5)
    elsewhere = node.gate.explain(node.world_id, "SM" + "0" * 32, LONG)
    assert elsewhere is not None
    assert (elsewhere.ahead, elsewhere.expected_at) == (6, None)
    assert node.gate.explain(node.world_id, waiting[0].sid, TOLL_FREE) is None


async def test_a_lane_that_is_stalled_is_not_given_what_would_all_go_at_once(
    node: RatedNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trunkline.messaging.rates.sender_gate.STALLED", 0.0)
    node.dispatcher.stalled = True
    node.accept(*(node.dispatch() for _ in range(20)))
    await node.gate.acquiring.idle(node.world_id)
    for _ in range(100):
        node.clock.hold(node.clock.now() + timedelta(milliseconds=250))
    held = len(node.dispatcher.ready)
    assert held == 2
    node.dispatcher.stalled = False
    await node.move(0)
    assert len(node.sent) <= held + 1
    await node.move(30)
    assert len(node.sent) == 20
    assert node.moments()[4] - node.moments()[3] == 1


async def test_what_never_was_submitted_does_not_stall_its_sender_for_ever(
    node: RatedNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trunkline.messaging.rates.sender_gate.STALLED", 0.0)
    node.dispatcher.stalled = True
    node.accept(*(node.dispatch() for _ in range(5)))
    await node.gate.acquiring.idle(node.world_id)
    for _ in range(20):
        node.clock.hold(node.clock.now() + timedelta(milliseconds=250))
    node.dispatcher.drop_all()  # an opt-out, for instance
    node.dispatcher.stalled = False
    await node.move(30)
    assert len(node.sent) == 3


async def test_many_that_were_let_go_leave_nothing_behind(node: RatedNode) -> None:
    await node.limits.set(node.world_id, "custom", Limits(long_code=1000))
    node.accept(*(node.dispatch() for _ in range(500)))
    await node.move(5)
    assert len(node.sent) == 500
    (queue,) = node.gate._queues.values()
    assert len(queue._expiries) <= 64
    assert sum(map(len, node.gate._laters.values())) <= 10


async def test_a_fast_sender_goes_by_batches_and_keeps_its_rate(node: RatedNode) -> None:
    await node.limits.set(node.world_id, "custom", Limits(long_code=1000))
    node.accept(*(node.dispatch() for _ in range(600)))
    await node.gate.acquiring.idle(node.world_id)
    moved = await node.advance(node.worlds.get(node.world_id), timedelta(seconds=2))
    assert moved.ran <= 60
    moments = node.moments()
    assert len(moments) == 600
    assert 0.5 - 0.02 <= moments[-1] <= 0.6 + 0.4  # the burst, and what commits take


async def test_ends_of_validity_are_not_kept_one_by_one(node: RatedNode) -> None:
    """Towards a real carrier each message has another one, ten hours away."""
    await node.limits.set(node.world_id, "custom", Limits(long_code=1000))
    start = node.clock.now()
    node.accept(
        *(
            node.dispatch(carrier="real", created_at=start + timedelta(microseconds=n))
            for n in range(300)
        )
    )
    await eventually(lambda: len(node.sent) == 300)
    assert sum(map(len, node.gate._laters.values())) <= 10


async def test_of_a_world_that_was_emptied_no_timer_keeps_anything(node: RatedNode) -> None:
    node.accept(*(node.dispatch() for _ in range(20)))
    await node.move(3)
    (queue,) = node.gate._queues.values()
    node.gate.clear(node.world_id)
    assert [len(later) for later in node.gate._laters.values()] == [0]
    assert not queue
    assert node.world_id not in node.gate._of_world


async def test_senders_that_nobody_leased_are_forgotten(node: RatedNode) -> None:
    node.accept(*(node.dispatch(f"Sender{n}", options={"refused": 30008}) for n in range(5)))
    assert node.gate._queues == {}
    node.accept(node.dispatch())
    await node.move(0)
    (queue,) = node.gate._queues.values()
    queue.lose()  # another node has it by now
    queue.used_at -= 3600
    await node.gate.renew()
    assert node.gate._queues == {}


async def leases(node: RatedNode) -> list[Any]:
    return await node.database.fetch(
        "SELECT * FROM sender_leases WHERE world_id = $1", node.world_id
    )
