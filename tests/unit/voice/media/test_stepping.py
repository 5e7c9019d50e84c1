"""Steps of worlds that stand still."""

from __future__ import annotations

from itertools import pairwise

from tests.unit.voice.media.engine_run import WORLD, EngineRun
from trunkline.voice.media.stepping import Stepping
from trunkline.voice.media.wire import OpenWorld, Ringing, Silence, Stepped, StepWorld
from trunkline.voice.phones.script import StepAnswer


def test_runs_to_the_first_frame_that_reports(run: EngineRun) -> None:
    run.phone(StepAnswer(after_ms=1000))
    assert run.step(500) == [Ringing(leg="CA1", frame=1)]
    assert [report.frame for report in run.step(500)] == [51, 51]  # type: ignore[union-attr]
    assert run.step(500) == []
    assert run.frame == 500


def test_a_step_leaves_others_a_turn(run: EngineRun) -> None:
    run.phone()
    run.step(1)
    milliseconds = iter(range(1_000_000))
    stepping = Stepping(run.engine, lambda: next(milliseconds) / 1000)
    stepping.add(StepWorld(world=WORLD, until=100))
    assert stepping.run()
    assert 1 < run.frame < 100
    assert run.engine.take_reports() == []
    while stepping.run():
        pass
    assert run.engine.take_reports() == [Stepped(world=WORLD, frame=100)]


def test_a_world_that_is_gone_is_where_it_should_be(run: EngineRun) -> None:
    stepping = Stepping(run.engine, lambda: 0.0)
    stepping.add(StepWorld(world="W9", until=100))
    assert not stepping.run()
    assert run.engine.take_reports() == [Stepped(world="W9", frame=100)]


def test_a_disk_that_does_not_answer_holds_a_world_up_for_a_while_only(run: EngineRun) -> None:
    run.phone(StepAnswer(after_ms=0))
    run.step(1)
    run.play("CA1", Silence(frames=5))
    seconds = [0.0]
    stepping = Stepping(run.engine, lambda: seconds[0])
    run.engine.must_settle = lambda _: True  # type: ignore[method-assign]
    run.engine.settle = lambda _: None  # type: ignore[method-assign]
    stepping.add(StepWorld(world=WORLD, until=100))
    assert stepping.run()
    assert run.frame == 1
    seconds[0] = 60.0
    assert not stepping.run()
    assert run.frame == 6


def test_worlds_that_are_moved_share_one_turn(run: EngineRun) -> None:
    names = [f"W{number}" for number in range(20)]
    for name in names:
        run.engine.apply(OpenWorld(world=name, frame=0, frozen=True))
    milliseconds = iter(range(1_000_000))
    stepping = Stepping(run.engine, lambda: next(milliseconds) / 1000)
    for name in names:
        stepping.add(StepWorld(world=name, until=10))
    ran: list[int] = []
    while True:
        more = stepping.run()
        ran.append(sum(run.engine.worlds[name].frame for name in names))
        if not more:
            break
    # In real time a frame is due every 20 ms: none of them waits for all twenty worlds.
    assert max(after - before for before, after in pairwise([0, *ran])) <= 5
    assert ran[-1] == 200


def test_every_order_has_its_answer(run: EngineRun) -> None:
    run.phone()
    run.step(1)
    stepping = Stepping(run.engine, lambda: 0.0)
    for until in (50, 10):  # the first was given up: whoever asks again does not wait for ever
        stepping.add(StepWorld(world=WORLD, until=until))
    while stepping.run():
        pass
    assert run.engine.take_reports() == [
        Stepped(world=WORLD, frame=1),
        Stepped(world=WORLD, frame=10),
    ]
