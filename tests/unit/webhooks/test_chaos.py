"""Webhook chaos."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.webhooks.delivering import START, WORLD, Queue, settle
from trunkline.webhooks import chaos as chaos_module
from trunkline.webhooks.chaos import CALM, Chaos, ChaosPlans, Disturbance

OTHER = "0" * 31 + "2"
SECOND = timedelta(seconds=1)
ALL = Chaos(seed=7, duplicate=0.5, reorder=0.5, delay=0.5, drop=0.5, contradict=0.5)


def plans(chaos: Chaos | None = ALL) -> ChaosPlans:
    return ChaosPlans(lambda _: chaos)


def decided(order: Sequence[str], chaos: Chaos = ALL) -> dict[str, list[Disturbance]]:
    """What each subject's requests meet when they come in this order."""
    asked, make = plans(chaos), Queue().make
    met: dict[str, list[Disturbance]] = {}
    for subject in order:
        met.setdefault(subject, []).append(asked.plan(make(subject)))
    return met


def test_a_calm_world_disturbs_nothing() -> None:
    make = Queue().make
    assert plans(None).plan(make()) is CALM
    assert plans(Chaos(seed=3)).plan(make()) is CALM
    assert not plans(None).contradicts(WORLD, "SM1")
    assert not plans(Chaos(seed=3)).contradicts(WORLD, "SM1")


@given(st.data())
def test_how_the_requests_of_others_fall_in_between_changes_nothing(data: Any) -> None:
    first = ["SM1", "SM2", "SM3"]
    rest = data.draw(st.permutations(["SM1"] * 4 + ["SM2"] * 4 + ["SM3"] * 4))
    assert decided([*first, *rest]) == decided([*first, *first * 4])


def test_another_seed_is_another_chaos() -> None:
    order = ["SM1"] * 30
    again = msgspec.structs.replace(ALL, seed=8)
    assert decided(order) == decided(order)
    assert decided(order) != decided(order, again)


def test_requests_of_a_subject_meet_different_fates() -> None:
    met = decided(["SM1"] * 50)["SM1"]
    assert {plan.duplicate for plan in met} == {True, False}
    assert {plan.reorder for plan in met} == {True, False}
    assert {plan.drop for plan in met} == {True, False}
    assert len({plan.delay for plan in met}) > 10
    assert all(timedelta() <= plan.delay <= 5 * SECOND for plan in met)


def test_one_probability_does_not_change_what_others_decide() -> None:
    order = ["SM1", "SM2"] * 20
    calmer = decided(order, msgspec.structs.replace(ALL, duplicate=0.0, delay=1.0))
    for subject, met in decided(order).items():
        kept = [(plan.reorder, plan.drop) for plan in calmer[subject]]
        assert kept == [(plan.reorder, plan.drop) for plan in met]
        late = [plan.delay for plan in calmer[subject]]
        assert [delay for delay, plan in zip(late, met, strict=True) if plan.delay] == [
            plan.delay for plan in met if plan.delay
        ]


def test_a_contradiction_does_not_hang_on_how_many_callbacks_went_before() -> None:
    # What is committed together differs from run to run, and is heard of only then.
    for number in range(20):
        before, after, make = plans(), plans(), Queue().make
        for asked in (before, after):
            for other in range(number):
                asked.plan(make(f"SM{other}"))
        after.plan(make("SMx"))
        after.plan(make("SMx"))
        assert before.contradicts(WORLD, "SMx") == after.contradicts(WORLD, "SMx")
        assert before.contradicts(WORLD, "SMx") == before.contradicts(WORLD, "SMx")


def test_some_messages_are_contradicted() -> None:
    asked = plans()
    assert {asked.contradicts(WORLD, f"SM{n}") for n in range(30)} == {True, False}
    always = plans(Chaos(contradict=1.0))
    assert all(always.contradicts(WORLD, f"SM{n}") for n in range(30))


def test_what_the_debugger_is_told_is_not_disturbed_and_disturbs_no_dice() -> None:
    make = Queue().make
    with_alerts, without = plans(), plans()
    for number in range(10):
        alert = make(f"NO{number}", kind="debugger")
        assert with_alerts.plan(alert) is CALM
        delivery = make(f"SM{number}")
        assert with_alerts.plan(delivery) == without.plan(delivery)


def test_worlds_have_dice_of_their_own() -> None:
    make, asked = Queue().make, plans()
    for number in range(10):
        here = asked.plan(make(f"SM{number}"))
        assert asked.plan(make(f"SM{100 + number}", world_id=OTHER)) == here


def test_chaos_that_is_set_again_begins_again() -> None:
    current = [ALL]
    asked, make = ChaosPlans(lambda _: current[0]), Queue().make
    first = [asked.plan(make(f"SM{n}")) for n in range(10)]
    current[0] = msgspec.structs.replace(ALL)
    assert [asked.plan(make(f"SMx{n}")) for n in range(10)] == first


def test_subjects_of_long_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chaos_module, "MOST_SUBJECTS", 10)
    asked, make = plans(), Queue().make
    for number in range(100):
        asked.plan(make(f"SM{number}"))
    assert len(asked._worlds[WORLD]._subjects) == 10


@pytest.mark.parametrize(
    "wrong",
    [
        b'{"duplicate": 1.1}',
        b'{"reorder": -0.1}',
        b'{"seed": -1}',
        b'{"delay_seconds": 1e9}',
        b'{"chaos": 1}',
        b'{"delay": "NaN"}',
    ],
)
def test_what_is_no_probability_is_refused(wrong: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(wrong, type=Chaos)


# --- what apps see of it --------------------------------------------------------------------


@pytest_asyncio.fixture(loop_scope="session")
async def queue() -> AsyncIterator[Queue]:
    queue = Queue()
    yield queue
    await queue.deliver.stop(grace=0)


def statuses(queue: Queue, *told: str) -> list[Any]:
    return [queue.make("SM1", told) for told in told]


async def test_reordered_statuses_that_come_together_are_swapped(queue: Queue) -> None:
    queue.chaos = Chaos(reorder=1.0)
    queue.commit(*statuses(queue, "sent", "delivered"))
    queue.move(2 * SECOND)
    await settle()
    assert queue.app.told == ["delivered", "sent"]


async def test_a_status_that_comes_within_two_seconds_overtakes_the_one_before(
    queue: Queue,
) -> None:
    queue.chaos = Chaos(reorder=1.0)
    queue.commit(*statuses(queue, "sent"))
    queue.move(1.9 * SECOND)
    await settle()
    assert queue.app.begun == []
    queue.commit(*statuses(queue, "delivered"))
    queue.move(2 * SECOND)
    await settle()
    assert queue.app.told == ["delivered", "sent"]


async def test_a_status_that_nothing_follows_goes_out_after_two_seconds(queue: Queue) -> None:
    queue.chaos = Chaos(reorder=1.0)
    queue.commit(*statuses(queue, "sent"))
    assert await queue.deliver.earliest(WORLD) == START + 2 * SECOND
    queue.move(2 * SECOND)
    await settle()
    queue.commit(*statuses(queue, "delivered"))
    queue.move(2 * SECOND)
    await settle()
    assert queue.app.told == ["sent", "delivered"]


async def test_who_was_overtaken_follows_at_once(queue: Queue) -> None:
    queue.chaos = Chaos(seed=_seed_that_reorders_only_the_first(), reorder=0.5)
    queue.commit(*statuses(queue, "sent", "delivered"))
    await settle()
    assert queue.app.told == ["delivered", "sent"]


def _seed_that_reorders_only_the_first() -> int:
    for seed in range(100):
        met = decided(["SM1", "SM1"], Chaos(seed=seed, reorder=0.5))["SM1"]
        if [plan.reorder for plan in met] == [True, False]:
            return seed
    raise AssertionError("no such seed")


async def test_statuses_are_swapped_behind_one_that_is_under_way(queue: Queue) -> None:
    queue.app.at_once = False
    queue.commit(*statuses(queue, "queued"))
    await settle()
    queue.chaos = Chaos(reorder=1.0)
    queue.commit(*statuses(queue, "sent", "delivered"))
    queue.app.at_once = True
    queue.app.answer(queue.app.begun[0].id)
    await settle()
    queue.move(2 * SECOND)
    await settle()
    assert queue.app.told == ["queued", "delivered", "sent"]


async def test_statuses_that_wait_for_the_answer_are_swapped(queue: Queue) -> None:
    queue.chaos = Chaos(reorder=1.0)
    queue.deliver.hold("SM1")
    queue.commit(*statuses(queue, "sent", "delivered"))
    queue.move(2 * SECOND)
    await settle()
    assert queue.app.begun == []
    queue.deliver.release("SM1")
    await settle()
    assert queue.app.told == ["delivered", "sent"]


async def test_a_request_lets_only_the_next_one_pass(queue: Queue) -> None:
    queue.chaos = Chaos(reorder=1.0)
    queue.commit(*statuses(queue, "queued", "sent", "delivered"))
    queue.move(2 * SECOND)
    await settle()
    queue.move(2 * SECOND)
    await settle()
    assert queue.app.told == ["sent", "queued", "delivered"]


async def test_a_late_status_keeps_its_place(queue: Queue) -> None:
    queue.chaos = Chaos(delay=1.0, delay_seconds=60)
    queue.commit(*statuses(queue, "sent", "delivered"))
    await settle()
    assert queue.app.begun == []
    due = await queue.deliver.earliest(WORLD)
    assert due is not None
    assert START < due <= START + 60 * SECOND
    queue.move(120 * SECOND)
    await settle()
    assert queue.app.told == ["sent", "delivered"]


async def test_a_request_is_made_with_its_disturbance(queue: Queue) -> None:
    queue.chaos = Chaos(duplicate=1.0, drop=1.0)
    calm = statuses(queue, "sent")[0]
    queue.commit(calm)
    await settle()
    assert queue.app.disturbed[calm.id] == Disturbance(duplicate=True, drop=True)
    queue.chaos = None
    other = statuses(queue, "delivered")[0]
    queue.commit(other)
    await settle()
    assert queue.app.disturbed[other.id] is CALM
