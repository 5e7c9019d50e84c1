"""First in, first out, but for what has waited for too long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from trunkline.messaging.model import Dispatch
from trunkline.messaging.rates.model import Key, Lease
from trunkline.messaging.rates.sender_queue import SPARE, SenderQueue, expiry_of
from trunkline.store import Job

START = datetime(2026, 1, 1, tzinfo=UTC)
# What happens: a message with a validity comes, the next one goes, one is taken out, time passes.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 20)),
        st.tuples(st.just("pop"), st.just(0)),
        st.tuples(st.just("remove"), st.integers(0, 10)),
        st.tuples(st.just("wait"), st.integers(0, 5)),
    ),
    max_size=60,
)


def dispatch(n: int, validity: int, created_at: datetime) -> Dispatch:
    return Dispatch(
        sid=f"SM{n:032x}",
        account_id="b" * 32,
        world_id="a" * 32,
        sender="+1",
        recipient="+2",
        carrier="virtual",
        step="submit",
        due_at=created_at,
        created_at=created_at,
        validity=validity,
        num_segments=1,
        num_media=0,
    )


@given(STEPS)
def test_it_does_what_a_list_would(steps: list[tuple[str, int]]) -> None:
    queue, model = SenderQueue(Key("a" * 32, "+1", "world"), "long_code"), list[Dispatch]()
    now = START
    for n, (step, value) in enumerate(steps):
        if step == "add":
            model.append(dispatch(n, value, now))
            queue.add(model[-1])
        elif step == "pop" and model:
            assert queue.pop() is model.pop(0)
        elif step == "remove" and value < len(model):
            queue.remove(model.pop(value).sid)
        elif step == "wait":
            now += timedelta(seconds=value)
            late = [d for d in model if now - d.created_at > timedelta(seconds=d.validity)]
            model = [d for d in model if d not in late]
            assert sorted(d.sid for d in queue.pop_expired(now)) == sorted(d.sid for d in late)
        assert queue.all() == model
        assert queue.head is (model[0] if model else None)
        assert queue.expiry == min(map(expiry_of, model), default=None)


def test_a_lease_that_is_ours_still_forgets_nothing_that_was_used_up() -> None:
    queue = SenderQueue(Key("a" * 32, "+1", "world"), "long_code")
    queue.hold(Lease("o", 1, START))
    assert queue.bucket is not None
    used = queue.bucket.take(START, timedelta(seconds=9))
    queue.hold(Lease("o", 1, START))  # what is on disk is older
    assert queue.bucket.next_free == used
    queue.hold(Lease("o", 3, START))  # another node had it meanwhile: the disk knows
    assert queue.bucket.next_free == START


def test_what_has_gone_is_not_remembered() -> None:
    queue = SenderQueue(Key("a" * 32, "+1", "world"), "long_code")
    queue.add(dispatch(0, 1, START))  # it stays at the top
    for n in range(1, 2000):
        queue.add(dispatch(n, 36_000, START))
        queue.remove(f"SM{n:032x}")
    assert len(queue._expiries) <= SPARE + 3


def test_a_long_line_in_a_slow_lane_is_not_counted_for_each_message() -> None:
    queue = SenderQueue(Key("a" * 32, "+1", "world"), "long_code")
    asked = 0

    def knows(_: str) -> bool:
        nonlocal asked
        asked += 1
        return True

    for n in range(1000):
        message = dispatch(n, 60, START)
        message.turn = turn = Job(None, None)  # type: ignore[arg-type]
        queue.note_let_go(0.0, message, turn)
    assert queue.count_stale(5.0, knows) == 1000
    asked = 0
    assert all(queue.count_stale(5.0 + n / 10_000, knows) == 1000 for n in range(100))
    assert asked <= 200
    queue.note_let_go(4.0, message, turn)
    assert queue.count_stale(5.0, knows) == 1001, "none is spared"
    assert queue.count_stale(6.0, lambda _: False) == 0
