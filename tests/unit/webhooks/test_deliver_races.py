"""The queue of requests in any order of commits, ends, reads and trouble: each request is made,
in the order of its subject, and none again after its end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.unit.webhooks.delivering import WORLD, Queue, Unknown, settle
from trunkline.store import StoreUnavailable
from trunkline.webhooks import deliver
from trunkline.webhooks.chaos import Chaos
from trunkline.webhooks.model import Delivery

SUBJECTS = st.integers(0, 5)


class Races(RuleBasedStateMachine):
    """Lines that are full with four requests, and a table that is read slowly."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(deliver, "MOST_WAITING", 4)
        self.patch.setattr(deliver, "REFILL", 1)
        self.queue = Queue()
        self.queue.app.at_once = False
        self.queue.app.on_begin = self._begins
        self.reads: list[asyncio.Future[None]] = []
        self.slow = False
        self.tasks: list[asyncio.Task[Any]] = []
        self.made: dict[str, list[str]] = {}
        self.held: dict[str, int] = {}

        async def gate() -> None:
            if self.slow:
                self.reads.append(self.loop.create_future())
                await self.reads[-1]

        self.queue.table.gate = gate

    def teardown(self) -> None:
        try:
            self._drain()
        finally:
            self._run(self.queue.deliver.stop(grace=0))
            self.patch.undo()
            self.loop.close()

    @rule(subject=SUBJECTS, count=st.integers(1, 6), together=st.booleans())
    def commit(self, subject: int, count: int, together: bool) -> None:
        made = [self._make(subject) for _ in range(count)]
        for batch in [made] if together else [[delivery] for delivery in made]:
            self._do(lambda batch=batch: self.queue.commit(*batch))

    @rule(subject=SUBJECTS)
    def commit_unheard(self, subject: int) -> None:
        self.queue.store(self._make(subject))
        self._do(self.queue.deliver.doubt)

    @rule(subject=SUBJECTS)
    def hold(self, subject: int) -> None:
        name = f"SM{subject}"
        self.held[name] = self.held.get(name, 0) + 1
        self._do(lambda: self.queue.deliver.hold(name))

    @rule(subject=SUBJECTS)
    def release(self, subject: int) -> None:
        name = f"SM{subject}"
        self.held[name] = max(0, self.held.get(name, 0) - 1)
        self._do(lambda: self.queue.deliver.release(name))

    @precondition(lambda self: self.queue.app.under_way)
    @rule(
        which=st.integers(0, 100),
        answer=st.sampled_from([True, True, True, False, "gone", "unknown"]),
    )
    def end(self, which: int, answer: Any) -> None:
        under_way = list(self.queue.app.under_way)
        outcome = {"gone": StoreUnavailable("gone"), "unknown": Unknown("gone")}.get(answer, answer)
        self._do(lambda: self.queue.app.answer(under_way[which % len(under_way)], outcome))

    @rule(slow=st.booleans())
    def reads_are(self, slow: bool) -> None:
        self.slow = slow

    @precondition(lambda self: self.reads)
    @rule(which=st.integers(0, 100))
    def read_ends(self, which: int) -> None:
        read = self.reads.pop(which % len(self.reads))
        self._do(lambda: read.set_result(None))

    @rule(recover=st.booleans())
    def look(self, recover: bool) -> None:
        # One looks at a time, as `look_for_ever` does.
        if any(not task.done() for task in self.tasks):
            return
        queue = self.queue.deliver
        work = queue.recover if recover or queue._in_doubt else queue.refill

        async def look() -> None:
            with suppress(StoreUnavailable):
                await work()

        self._do(lambda: self.tasks.append(self.loop.create_task(look())))

    @rule(down=st.booleans())
    def database_is(self, down: bool) -> None:
        self.queue.table.down = down

    @invariant()
    def memory_is_bounded(self) -> None:
        for count in self.queue.deliver._of_line.values():
            assert 0 < count <= 4 + 1  # a read may find four beside the one that is left

    @invariant()
    def the_ends_of_a_subject_are_in_order(self) -> None:
        for subject, made in self.made.items():
            assert self._ended(subject) == made[: len(self._ended(subject))]

    def _make(self, subject: int) -> Delivery:
        # Subjects share two lines.
        made = self.queue.make(f"SM{subject}", url=f"http://app{subject % 2}.example/")
        self.made.setdefault(made.subject, []).append(made.id)
        return made

    def _begins(self, delivery: Delivery) -> None:
        assert not self.held.get(delivery.subject), "it was held back"
        # None of the subject that was committed before it is still there.
        assert min(i for i in self.made[delivery.subject] if i in self.queue.table.rows) == (
            delivery.id
        )

    def _ended(self, subject: str) -> list[str]:
        mine = set(self.made[subject])
        return [delivery_id for delivery_id in self.queue.app.ended if delivery_id in mine]

    def _drain(self) -> None:
        """Once everything is well again, everything is made."""
        self.slow = False
        self.queue.table.down = False
        for read in self.reads:
            read.set_result(None)
        for subject, count in self.held.items():
            for _ in range(count):
                self.held[subject] -= 1
                self._do(lambda subject=subject: self.queue.deliver.release(subject))
        self.queue.app.at_once = True
        for delivery_id in list(self.queue.app.under_way):
            self._do(lambda delivery_id=delivery_id: self.queue.app.answer(delivery_id))
        self._run(self.queue.deliver.recover())
        self._do(lambda: None)
        while self._run(self.queue.deliver.load(WORLD)):
            self._do(lambda: None)
        assert self.queue.table.rows == {}
        assert self.queue.kept == 0
        for subject, made in self.made.items():
            assert self._ended(subject) == made

    def _do(self, act: Any) -> None:
        async def acted() -> None:
            act()
            await settle(self.queue)

        self._run(acted())

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)


TestRaces = Races.TestCase
TestRaces.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)

DICE = st.sampled_from([0.0, 0.4, 1.0])


class Disturbed(RuleBasedStateMachine):
    """Chaos of any kind, with commits, moves of the clock and ends in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.queue = Queue()
        self.queue.app.at_once = False
        self.made: list[str] = []

    @initialize(seed=st.integers(0, 50), duplicate=DICE, reorder=DICE, delay=DICE, drop=DICE)
    def set_chaos(
        self, seed: int, duplicate: float, reorder: float, delay: float, drop: float
    ) -> None:
        self.queue.chaos = Chaos(
            seed=seed, duplicate=duplicate, reorder=reorder, delay=delay, drop=drop
        )

    def teardown(self) -> None:
        async def drain() -> None:
            self.queue.app.at_once = True
            for delivery_id in list(self.queue.app.under_way):
                self.queue.app.answer(delivery_id)
            await settle(self.queue)
            while (due := await self.queue.deliver.earliest(WORLD)) is not None:
                self.queue.move(due - self.queue.clock.now())
                await settle(self.queue)
            await self.queue.deliver.stop(grace=0)

        try:
            self.loop.run_until_complete(drain())
            assert sorted(self.queue.app.ended) == self.made
            assert self.queue.table.rows == {}
            assert self.queue.kept == 0
        finally:
            self.loop.close()

    @rule(subjects=st.lists(st.integers(0, 3), min_size=1, max_size=4))
    def commit(self, subjects: list[int]) -> None:
        made = [self.queue.make(f"SM{subject}") for subject in subjects]
        self.made += [delivery.id for delivery in made]
        self._do(lambda: self.queue.commit(*made))

    @rule(seconds=st.floats(0.1, 3))
    def move(self, seconds: float) -> None:
        self._do(lambda: self.queue.move(timedelta(seconds=seconds)))

    @rule(subject=st.integers(0, 3))
    def hold_and_release(self, subject: int) -> None:
        self._do(lambda: self.queue.deliver.hold(f"SM{subject}"))
        self._do(lambda: self.queue.deliver.release(f"SM{subject}"))

    @precondition(lambda self: self.queue.app.under_way)
    @rule(which=st.integers(0, 100))
    def end(self, which: int) -> None:
        under_way = list(self.queue.app.under_way)
        self._do(lambda: self.queue.app.answer(under_way[which % len(under_way)]))

    @invariant()
    def each_is_made_once(self) -> None:
        begun = [delivery.id for delivery in self.queue.app.begun]
        assert len(begun) == len(set(begun))

    def _do(self, act: Any) -> None:
        async def acted() -> None:
            act()
            await settle(self.queue)

        self.loop.run_until_complete(acted())


TestDisturbed = Disturbed.TestCase
TestDisturbed.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
