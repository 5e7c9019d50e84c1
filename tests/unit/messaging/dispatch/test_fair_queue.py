"""Whose turn it is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.messaging.dispatch.table_in_memory import WORLD, dispatch
from trunkline.messaging.dispatch.fair_queue import FairQueue

ONE, OTHER = "1" * 32, "2" * 32


def test_a_campaign_delays_another_account_by_one_message() -> None:
    ready = FairQueue()
    for n in range(1000):
        ready.append(dispatch(n, account=ONE))
    ready.append(dispatch(5000, account=OTHER))
    assert dispatch(5000).sid in {d.sid for d in ready.take(2)}
    assert len(ready) == 999


def test_a_campaign_delays_another_sender_of_the_account_by_one_message() -> None:
    ready = FairQueue()
    for n in range(1000):
        ready.append(dispatch(n, service="5" * 32))
    ready.append(dispatch(5000, sender="+1999"))
    assert dispatch(5000).sid in {d.sid for d in ready.take(2)}


def test_an_account_with_many_senders_has_no_more_turns_than_one_with_few() -> None:
    ready = FairQueue()
    for n in range(100):
        ready.append(dispatch(n, account=ONE, sender=f"+1{n}"))
        ready.append(dispatch(1000 + n, account=OTHER))
    assert sum(d.account_id == OTHER for d in ready.take(50)) == 25


def test_one_queue_is_first_come_first_served() -> None:
    ready = FairQueue()
    for n in range(300):
        ready.append(dispatch(n))
    taken = [d.sid for _ in range(3) for d in ready.take(128)]
    assert taken == [dispatch(n).sid for n in range(300)]
    assert (len(ready), ready.take(1)) == (0, [])


def test_what_a_world_had_is_gone() -> None:
    ready = FairQueue()
    of_another = dispatch(1, account=OTHER)
    of_another.world_id = "c" * 32
    ready.append(of_another)
    for n in range(2, 5):
        ready.append(dispatch(n, account=ONE, sender=f"+{n}"))
    assert len(ready.remove_world(WORLD)) == 3
    assert ready.remove_world(WORLD) == []
    assert (len(ready), ready.take(9)) == (1, [of_another])


@given(
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from("abc"), st.sampled_from(["+1", "+2", "+3"])),
            st.integers(1, 9),
        )
    )
)
def test_nothing_is_lost_nothing_passes_its_own_and_no_account_waits_for_two_of_another(
    steps: list[tuple[str, str] | int],
) -> None:
    ready = FairQueue()
    waiting: dict[tuple[str, str], list[str]] = {}
    for n, step in enumerate(steps):
        if not isinstance(step, int):
            account, sender = step
            ready.append(dispatch(n, account=account, sender=sender))
            waiting.setdefault((account, sender), []).append(dispatch(n).sid)
            continue
        before = {account for (account, _), sids in waiting.items() if sids}
        taken = ready.take(step)
        assert len(taken) == min(step, sum(map(len, waiting.values())))
        for d in taken:
            assert waiting[d.account_id, d.sender].pop(0) == d.sid
        if len(taken) >= len(before):
            assert {d.account_id for d in taken} == before
    assert len(ready) == sum(map(len, waiting.values()))
