"""Whose turn it is."""

from __future__ import annotations

import gc
import time
from collections import Counter, deque
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from trunkline.webhooks import hosts
from trunkline.webhooks.hosts import ANSWERING, FAILING, LATE, NEW, Lines, Share, Standing, Turn


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shares that a test can use up."""
    for standing, share in SMALL.items():
        monkeypatch.setattr(standing, "share", share)


SMALL = {
    ANSWERING: Share(most=6, per_host=3, per_account=4),
    NEW: Share(most=3, per_host=1, per_account=2),
    FAILING: Share(most=4, per_host=2, per_account=3),
    LATE: Share(most=3, per_host=0, per_account=2),
}


def begun(lines: Lines[Any]) -> list[Turn[Any]]:
    return list(lines.turns())


def items(turns: list[Turn[Any]]) -> list[Any]:
    return [turn.item for turn in turns]


def let_answer(lines: Lines[Any], *names: str, answered: bool = True) -> None:
    """Have hosts answer one request each, however many turns that takes."""
    for name in names:
        lines.add(name, "before", f"{name} before")
    while turns := begun(lines):
        for turn in turns:
            lines.end(turn, answered=answered)


def let_fail(lines: Lines[Any], *names: str) -> None:
    """Have hosts fail one request each."""
    let_answer(lines, *names, answered=False)


def test_new_and_failing_hosts_have_shares_of_their_own() -> None:
    assert len(set(Standing)) == 4
    lines: Lines[str] = Lines()
    let_fail(lines, *(f"dead{n}" for n in range(100)))
    for n in range(100):
        for number in range(10):
            lines.add(f"dead{n}", f"customer{n}", f"to the dead {number}")
    assert len(begun(lines)) == FAILING.share.most
    lines.add("nobody heard of it", "customer", "hello")
    assert items(begun(lines)) == ["hello"]


def test_a_line_is_served_in_order() -> None:
    lines: Lines[int] = Lines()
    for number in range(100):
        lines.add("host", "account", number)
    seen = []
    while turns := begun(lines):
        seen += items(turns)
        for turn in turns:
            lines.end(turn, answered=True)
    assert seen == list(range(100))


def test_the_lines_of_a_host_take_turns() -> None:
    lines: Lines[str] = Lines()
    for number in range(20):
        lines.add("host", "busy", f"busy {number}")
    lines.add("host", "quiet", "quiet")
    assert "quiet" in items(begun(lines))


@pytest.mark.usefixtures("small")
def test_hosts_take_turns() -> None:
    lines: Lines[str] = Lines()
    for number in range(20):
        lines.add("busy", f"account {number}", f"busy {number}")
    lines.add("quiet", "account", "quiet")
    assert items(begun(lines)) == ["busy 0", "quiet"]


@pytest.mark.usefixtures("small")
def test_a_host_that_answers_has_more_places_for_all_of_its_lines_at_once() -> None:
    lines: Lines[str] = Lines()
    for account in "abc":
        lines.add("host", account, account)
    (first,) = begun(lines)
    lines.end(first, answered=True)
    assert items(begun(lines)) == ["b", "c"]


@pytest.mark.usefixtures("small")
def test_a_host_that_answers_leaves_those_that_are_new_behind() -> None:
    lines: Lines[str] = Lines()
    lines.add("good", "customer", "1")
    (first,) = begun(lines)
    lines.add("good", "customer", "2")
    for n in range(10):
        lines.add(f"new{n}", f"account{n}", "?")
    assert len(begun(lines)) == NEW.share.most - 1
    lines.end(first, answered=True)
    lines.add("good", "other", "3")
    assert items(begun(lines))[:2] == ["2", "3"]


@pytest.mark.usefixtures("small")
def test_an_account_whose_dead_hosts_use_up_its_share_still_reaches_the_living() -> None:
    lines: Lines[str] = Lines()
    dead = [f"dead{n}" for n in range(50)]
    living = ["good0", "good1", "good2"]
    let_fail(lines, *dead)
    let_answer(lines, *living)
    for name in dead:
        lines.add(name, "account", "lost")
    assert len(begun(lines)) == FAILING.share.per_account
    for name in living:
        lines.add(name, "account", "a")
        lines.add(name, "account", "b")
    turns = begun(lines)
    assert items(turns) == ["a", "a", "a", "b"]
    lines.end(turns[0], answered=True)
    assert items(begun(lines)) == ["b"]
    lines.end(turns[1], answered=True)
    assert items(begun(lines)) == ["b"]


@pytest.mark.usefixtures("small")
def test_a_place_of_an_account_is_not_kept_for_a_line_whose_host_is_full() -> None:
    lines: Lines[str] = Lines()
    let_answer(lines, "full", "free", "another")
    for _ in range(3):
        lines.add("full", "neighbour", "n")
    full = begun(lines)
    assert len(full) == ANSWERING.share.per_host
    for _ in range(3):
        lines.add("another", "account", "x")
    others = begun(lines)
    assert len(others) == 3
    lines.add("full", "account", "waits for the host")
    lines.end(full[0], answered=None)
    lines.add("free", "account", "has a place")
    # One of the two has the last place of the account.
    assert len(begun(lines)) == 1
    lines.add("full", "neighbour", "n")
    begun(lines)
    lines.end(others[0], answered=None)
    assert items(begun(lines)) == ["has a place"]


def test_a_host_that_answers_never_waits_for_a_thousand_dead_ones() -> None:
    lines: Lines[str] = Lines()
    dead = [f"dead{n}" for n in range(1000)]
    let_fail(lines, *dead)
    let_answer(lines, "good")
    for name in dead:
        for number in range(20):
            lines.add(name, "account", f"lost {number}")
    stuck = begun(lines)
    for number in range(ANSWERING.share.per_host):
        lines.add("good", "account", f"{number}")
    # Not one dead host has answered, or given up, and all of them are under way at once.
    assert items(begun(lines)) == [f"{n}" for n in range(ANSWERING.share.per_host)]
    assert len(stuck) == FAILING.share.per_account


@pytest.mark.usefixtures("small")
def test_a_host_that_fails_gives_its_places_back_one_by_one() -> None:
    lines: Lines[int] = Lines()
    let_answer(lines, "host")
    for number in range(6):
        lines.add("host", "account", number)
    turns = begun(lines)
    assert items(turns) == [0, 1, 2]
    lines.end(turns[0], answered=False)
    assert lines.standing("host") is FAILING
    assert begun(lines) == []
    lines.end(turns[1], answered=None)
    assert items(begun(lines)) == [3]


def test_nothing_new_leaves_the_standing_as_it_was() -> None:
    lines: Lines[str] = Lines()
    lines.add("host", "account", "a")
    (turn,) = begun(lines)
    lines.end(turn, answered=None)
    assert lines.standing("host") is NEW
    assert lines.waiting("host", "account") == 0


def test_what_is_done_with_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "REMEMBERED", 10)
    lines: Lines[str] = Lines()
    for round_ in range(3):
        for number in range(100):
            lines.add(f"host{round_}/{number}", f"account{round_}/{number}", "x")
        while turns := begun(lines):
            for turn in turns:
                lines.end(turn, answered=number % 2 == 0)
    del turns, turn
    gc.collect()
    names = {"_Host": 10, "_Line": 0, "_Account": 0}
    # The lines of other tests may still be there in a traceback, e.g.; ours may not.
    reachable = Counter(type(found).__name__ for found in _reachable(lines))
    assert {name: reachable[name] for name in names} == names


def test_the_hosts_that_were_used_last_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "REMEMBERED", 3)
    lines: Lines[str] = Lines()
    let_answer(lines, "a", "b", "c")
    let_answer(lines, "a")
    let_answer(lines, "d")
    assert [lines.standing(name) for name in "abcd"] == [ANSWERING, NEW, ANSWERING, ANSWERING]


def test_hosts_that_nothing_was_learnt_of_push_no_others_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hosts, "REMEMBERED", 1)
    lines: Lines[str] = Lines()
    let_answer(lines, "known")
    for number in range(10):
        lines.add(f"dropped{number}", "account", "x")
    for turn in begun(lines):
        lines.end(turn, answered=None)
    assert lines.standing("known") is ANSWERING


def test_hosts_that_hang_give_their_places_to_others() -> None:
    lines: Lines[str] = Lines()
    for number in range(1000):
        lines.add(f"dead{number}", f"account{number % 10}", "x")
    lines.add("healthy", "account", "wanted")
    waves = 0
    while True:
        turns = begun(lines)
        waves += 1
        if "wanted" in items(turns):
            break
        for turn in turns:  # none of them has answered, and none has been given up
            lines.late(turn)
    assert waves <= 5


def test_there_is_a_limit_to_what_hangs() -> None:
    lines: Lines[int] = Lines()
    for number in range(3000):
        lines.add(f"dead{number}", f"account{number % 10}", number)
    under_way = 0
    while turns := begun(lines):
        under_way += len(turns)
        for turn in turns:
            lines.late(turn)
    assert under_way == LATE.share.most + NEW.share.most


@pytest.mark.parametrize(
    ("many_hosts", "many_accounts"), [(1, 1), (1000, 1), (1, 1000), (300, 300)]
)
def test_many_items_cost_little_each(many_hosts: int, many_accounts: int) -> None:
    lines: Lines[int] = Lines()
    count = 30_000
    started = time.process_time()
    for number in range(count):
        lines.add(f"h{number % many_hosts}", f"a{number // 7 % many_accounts}", number)
    waiting = deque(begun(lines))
    done = 0
    while waiting:
        turn = waiting.popleft()
        # Every third one fails, so that standings change all the time.
        lines.end(turn, answered=turn.item % 3 != 0)
        done += 1
        waiting.extend(lines.turns())
    assert done == count
    # 2 to 5 µs an item where this was written: what grows with what waits would be far above.
    assert time.process_time() - started < 3.0


def _reachable(start: object) -> list[object]:
    seen: dict[int, object] = {}
    todo = [start]
    while todo:
        found = todo.pop()
        if id(found) in seen or isinstance(found, type):
            continue
        seen[id(found)] = found
        todo.extend(gc.get_referents(found))
    return list(seen.values())


NAMES = st.integers(0, 4)


class Turns(RuleBasedStateMachine):
    """Any order of adds, ends and standings, beside a model that counts."""

    def __init__(self) -> None:
        super().__init__()
        self.kept = {standing: standing.share for standing in Standing}
        for standing, share in SMALL.items():
            standing.share = share
        self.lines: Lines[int] = Lines()
        self.number = 0
        self.waiting: dict[tuple[str, str], deque[int]] = {}
        self.under_way: list[Turn[int]] = []
        self.standing: dict[str, Standing] = {}
        self.where: dict[int, tuple[str, str]] = {}

    def teardown(self) -> None:
        try:
            self._drain()
        finally:
            for standing, share in self.kept.items():
                standing.share = share

    @rule(host=NAMES, account=NAMES, count=st.integers(1, 5))
    def add(self, host: int, account: int, count: int) -> None:
        for _ in range(count):
            key = (f"h{host}", f"a{account}")
            self.number += 1
            self.where[self.number] = key
            line = self.waiting.setdefault(key, deque())
            line.append(self.number)
            self.lines.add(*key, self.number)

    @precondition(lambda self: self.under_way)
    @rule(which=st.integers(0, 1000), answered=st.sampled_from([True, False, None]))
    def end(self, which: int, answered: bool | None) -> None:
        turn = self.under_way.pop(which % len(self.under_way))
        if answered is not None:
            self.standing[self.where[turn.item][0]] = ANSWERING if answered else FAILING
        self.lines.end(turn, answered=answered)

    @precondition(lambda self: self.under_way)
    @rule(which=st.integers(0, 1000))
    def late(self, which: int) -> None:
        self.lines.late(self.under_way[which % len(self.under_way)])

    @rule()
    def take_all(self) -> None:
        for turn in self.lines.turns():
            self._take(turn)
        self._nothing_waits_for_a_free_place()

    @rule(most=st.integers(0, 3))
    def take_some(self, most: int) -> None:
        turns = self.lines.turns()
        for _ in range(most):
            turn = next(turns, None)
            if turn is None:
                break
            self._take(turn)
            if turn.item % 2:  # at once, while the others are still being taken
                self.under_way.remove(turn)
                self.lines.end(turn, answered=None)

    @invariant()
    def no_share_is_exceeded(self) -> None:
        in_all, of_host, of_account = self._counts()
        for standing in Standing:
            assert in_all[standing] <= standing.share.most
        for (standing, _), count in of_account.items():
            assert count <= standing.share.per_account
        for _, count in of_host.items():
            assert count <= ANSWERING.share.per_host
        assert all(
            self.lines.standing(host) is self.standing.get(host, NEW) for host, _ in self.waiting
        )

    def _counts(self) -> tuple[Counter[Any], Counter[Any], Counter[Any]]:
        in_all: Counter[Any] = Counter()
        of_host: Counter[Any] = Counter()
        of_account: Counter[Any] = Counter()
        for turn in self.under_way:
            host, account = self.where[turn.item]
            in_all[turn.standing] += 1
            of_host[host] += 1
            of_account[turn.standing, account] += 1
        return in_all, of_host, of_account

    def _take(self, turn: Turn[int]) -> None:
        host, account = key = self.where[turn.item]
        standing = self.standing.get(host, NEW)
        assert turn.standing is standing
        in_all, of_host, of_account = self._counts()
        assert in_all[standing] < standing.share.most
        assert of_host[host] < standing.share.per_host
        assert of_account[standing, account] < standing.share.per_account
        assert self.waiting[key].popleft() == turn.item
        self.under_way.append(turn)

    def _nothing_waits_for_a_free_place(self) -> None:
        in_all, of_host, of_account = self._counts()
        for (host, account), waiting in self.waiting.items():
            standing = self.standing.get(host, NEW)
            share = standing.share
            if waiting:
                assert (
                    in_all[standing] >= share.most
                    or of_host[host] >= share.per_host
                    or of_account[standing, account] >= share.per_account
                )

    def _drain(self) -> None:
        while True:
            for turn in self.lines.turns():
                self._take(turn)
            if not self.under_way:
                break
            self.lines.end(self.under_way.pop(), answered=None)
        assert not any(self.waiting.values())


TestTurns = Turns.TestCase
TestTurns.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
