"""The retry policy."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trunkline.webhooks.http.retry import Failure, another_follows
from trunkline.webhooks.overrides import EVERY_FAILURE, Overrides

WORDS = st.frozensets(st.sampled_from(sorted(EVERY_FAILURE)))
POLICIES = st.builds(Overrides, rc=st.integers(0, 5), rp=WORDS)
FAILURES = st.sampled_from(Failure)


def test_by_default_a_failure_to_connect_is_retried_once() -> None:
    default = Overrides()
    assert another_follows(Failure.CONNECT, default, 0)
    assert not another_follows(Failure.CONNECT, default, 1)
    for failure in set(Failure) - {Failure.CONNECT}:
        assert not another_follows(failure, default, 0)


def test_each_word_covers_its_failure_alone() -> None:
    covered = {
        "ct": Failure.CONNECT,
        "rt": Failure.READ,
        "4xx": Failure.CLIENT_ERROR,
        "5xx": Failure.SERVER_ERROR,
    }
    for word, failure in covered.items():
        overrides = Overrides(rp=frozenset({word}))
        assert [f for f in Failure if another_follows(f, overrides, 0)] == [failure]


@given(POLICIES, FAILURES)
def test_there_are_never_more_retries_than_asked_for(
    overrides: Overrides, failure: Failure
) -> None:
    made = 0
    while another_follows(failure, overrides, made):
        made += 1
        assert made <= overrides.rc
    assert made in (0, overrides.rc)


@given(POLICIES, WORDS, FAILURES, st.integers(0, 5))
def test_a_longer_policy_never_retries_less(
    overrides: Overrides, more: frozenset[str], failure: Failure, made: int
) -> None:
    longer = Overrides(rc=overrides.rc, rp=overrides.rp | more)
    if another_follows(failure, overrides, made):
        assert another_follows(failure, longer, made)


@given(POLICIES, st.integers(0, 5))
def test_what_is_final_is_final(overrides: Overrides, made: int) -> None:
    assert not another_follows(Failure.FINAL, overrides, made)
