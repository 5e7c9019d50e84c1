"""What a virtual phone does with a message."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from trunkline.carriers.virtual import Behaviour, plan_delivery
from trunkline.messaging.model import MESSAGE

behaviours = st.builds(
    Behaviour,
    deliver_after_ms=st.none() | st.integers(0, 10**9),
    fail_code=st.none() | st.integers(30001, 30046),
    reject_code=st.none() | st.integers(30001, 30046),
    no_receipt=st.none() | st.booleans(),
    auto_reply=st.none() | st.text(max_size=10),
    read=st.none() | st.booleans(),
)


def test_an_ordinary_phone_gets_the_message_at_once() -> None:
    plan = plan_delivery(Behaviour())
    assert plan.at_once.path == ("sending", "sent", "delivered")
    assert plan.at_once.arrives
    assert plan.later is None


def test_deliver_after_puts_the_last_status_off() -> None:
    plan = plan_delivery(Behaviour(deliver_after_ms=2000))
    assert plan.at_once.path == ("sending", "sent")
    assert not plan.at_once.arrives
    assert plan.delay == timedelta(seconds=2)
    assert plan.later is not None
    assert plan.later.path == ("delivered",)


def test_what_is_read_was_delivered() -> None:
    assert plan_delivery(Behaviour(read=True)).at_once.path == (
        "sending",
        "sent",
        "delivered",
        "read",
    )
    later = plan_delivery(Behaviour(read=True, deliver_after_ms=5)).later
    assert later is not None
    assert later.path == ("delivered", "read")
    # Who sends no receipts does not say either that it has read something.
    assert plan_delivery(Behaviour(read=True, no_receipt=True)).at_once.path[-1] == "sent"


def test_fail_is_sent_and_then_undelivered_with_the_code() -> None:
    plan = plan_delivery(Behaviour(fail_code=30003))
    assert plan.at_once.path == ("sending", "sent", "undelivered")
    assert plan.at_once.error_code == 30003
    assert not plan.at_once.arrives


def test_reject_fails_at_submission() -> None:
    plan = plan_delivery(Behaviour(reject_code=30007, fail_code=30003, deliver_after_ms=5))
    assert plan.at_once.path == ("sending", "failed")
    assert plan.at_once.error_code == 30007
    assert plan.later is None


def test_without_a_receipt_it_arrives_but_stays_sent() -> None:
    plan = plan_delivery(Behaviour(no_receipt=True, deliver_after_ms=5))
    assert plan.at_once.path == ("sending", "sent")
    assert plan.at_once.arrives
    assert plan.later is None


def test_a_phone_of_its_own_wins_over_the_default() -> None:
    default = Behaviour(fail_code=30003, auto_reply="hi")
    assert Behaviour(fail_code=30005).over(default) == Behaviour(fail_code=30005, auto_reply="hi")
    assert Behaviour().over(default) == default


def test_a_phone_that_says_how_messages_end_is_not_overruled_by_the_default() -> None:
    rejects = Behaviour(reject_code=30007, deliver_after_ms=5)
    assert Behaviour(fail_code=30003).over(rejects) == Behaviour(
        fail_code=30003, deliver_after_ms=5
    )
    fails = Behaviour(fail_code=30003)
    assert Behaviour(no_receipt=True).over(fails) == Behaviour(no_receipt=True)


@given(behaviours)
def test_every_plan_is_a_walk_of_the_lifecycle_to_its_end(behaviour: Behaviour) -> None:
    plan = plan_delivery(behaviour)
    path = ("queued", *plan.at_once.path, *(plan.later.path if plan.later else ()))
    MESSAGE.check_path(path)
    assert path[-1] in {"delivered", "read", "undelivered", "failed", "sent"}
    last = plan.later or plan.at_once
    assert (path[-1] in {"failed", "undelivered"}) == (last.error_code is not None)
    assert last.arrives == (path[-1] in {"delivered", "read", "sent"})
