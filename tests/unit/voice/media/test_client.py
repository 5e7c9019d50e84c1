"""The client of media processes: which process a leg goes to, who hears of what, and the time of
worlds in several processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trunkline.voice.legs import EngineLost, Heard, Leg, MediaUnavailable, RecordingOrder
from trunkline.voice.media.client import MediaClient
from trunkline.voice.media.engine import Engine
from trunkline.voice.media.playing import Sounds
from trunkline.voice.media.recording import RecordingWriter
from trunkline.voice.media.stepping import Stepping
from trunkline.voice.media.wire import (
    Answered,
    Command,
    Digit,
    HungUp,
    Played,
    RecordingEnded,
    Report,
    Ringing,
    ScriptDone,
    Silence,
    Statistics,
    StepWorld,
)
from trunkline.voice.phones.script import Step, StepAnswer, StepHangUp, StepPress, StepWait

AT_ONCE = StepAnswer(after_ms=0)


class EngineLink:
    """An engine in place of a process; it answers in the next turn of the event loop."""

    def __init__(self, reported: Callable[[Report], None], ended: Callable[[], None]) -> None:
        self.engine = Engine(Sounds(), RecordingWriter(), faulty=self._faulty)
        self.stepping = Stepping(self.engine, lambda: 0.0)
        self.pid = 1
        self.closed = False
        self.died = asyncio.Event()
        self._reported = reported
        self._ended = ended

    def send(self, command: Command) -> None:
        asyncio.get_running_loop().call_soon(self._take, command)

    def tick(self, frames: int) -> None:
        """Let frames pass in real time."""
        for _ in range(frames):
            self.engine.run_frame()
        self._flush()

    def die(self) -> None:
        """As if the process was killed."""
        if not self.closed:
            self.closed = True
            self.died.set()
            self.engine.close()
            self._ended()

    def kill(self) -> None:
        self.die()

    async def close(self) -> None:
        self.die()

    def _take(self, command: Command) -> None:
        if self.closed:
            return
        if isinstance(command, StepWorld):
            self.stepping.add(command)
            while self.stepping.run():
                pass
        else:
            self.engine.apply(command)
        self._flush()

    def _flush(self) -> None:
        for report in self.engine.take_reports():
            self._reported(report)

    def _faulty(self, error: Exception) -> None:
        raise error


class Bench:
    """A client whose processes are engines."""

    def __init__(self, **options: Any) -> None:
        self.links: list[EngineLink] = []
        self.now = 0.0
        self.heard: list[Heard] = []
        self.client = MediaClient(self._start, now=lambda: self.now, **options)  # type: ignore[arg-type]

    async def _start(
        self, reported: Callable[[Report], None], ended: Callable[[], None]
    ) -> EngineLink:
        link = EngineLink(reported, ended)
        self.links.append(link)
        return link

    async def open(self, sid: str, *script: Step, world: str = "W1", **options: Any) -> Leg:
        options = {"rings": True, "heard": None, **options}
        return await self.client.open_phone(sid, world, self.heard.append, script=script, **options)

    def told(self, kind: type) -> list[Any]:
        return [heard for heard in self.heard if isinstance(heard, kind)]


@pytest.fixture
async def bench() -> Any:
    made: list[Bench] = []

    def make(**options: Any) -> Bench:
        made.append(Bench(**options))
        return made[-1]

    yield make
    for one in made:
        await one.client.stop()


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


# Processes --------------------------------------------------------------------------------------
async def test_no_process_before_the_first_call(bench: Any) -> None:
    one = bench()
    await one.client.start()
    assert one.links == []
    await asyncio.gather(*(one.open(f"CA{number}") for number in range(5)))
    assert len(one.links) == 1


async def test_a_full_process_gets_company(bench: Any) -> None:
    one = bench(most_legs=2, most_processes=2)
    legs = [await one.open(f"CA{number}") for number in range(4)]
    await settled()
    assert [link.engine.legs for link in one.links] == [2, 2]
    with pytest.raises(MediaUnavailable, match="2 media processes"):
        await one.open("CA4")
    legs[0].hang_up()
    await one.open("CA5")
    await settled()
    assert [link.engine.legs for link in one.links] == [2, 2]


async def test_a_leg_goes_where_its_world_is(bench: Any) -> None:
    one = bench(most_legs=2, most_processes=2)
    first = await one.open("CA1", world="W1")
    await one.open("CA2", world="W1")
    await one.open("CA3", world="W2")
    first.hang_up()
    await one.open("CA4", world="W2")
    await settled()
    assert [sorted(link.engine.worlds) for link in one.links] == [["W1"], ["W2"]]


async def test_a_leg_goes_near_another_one_even_if_it_is_full(bench: Any) -> None:
    one = bench(most_legs=1)
    first = await one.open("CA1")
    await one.open("CA2", near=first)
    pair = await one.client.open_pair(
        "CA3", "CA4", "W1", one.heard.append, one.heard.append, near=first
    )
    await settled()
    assert one.links[0].engine.legs == 4
    assert [leg.sid for leg in pair] == ["CA3", "CA4"]


async def test_a_process_that_cannot_be_started(bench: Any) -> None:
    one = bench()

    async def fails(*_: object) -> EngineLink:
        raise MediaUnavailable("no")

    one.client._start_link = fails
    with pytest.raises(MediaUnavailable):
        await one.open("CA1")
    one.client._start_link = one._start
    await one.open("CA1")


async def test_a_process_that_nobody_needs_ends(bench: Any) -> None:
    one = bench(idle_seconds=0.0)
    leg = await one.open("CA1")
    leg.hang_up()
    await one.links[0].died.wait()
    await one.open("CA2")
    assert len(one.links) == 2
    await settled()
    assert not one.links[1].closed


async def test_the_end_of_a_process_is_told_to_its_legs_alone(bench: Any, tmp_path: Path) -> None:
    one = bench(most_legs=1, most_processes=2)
    first = await one.open("CA1", AT_ONCE)
    first.start_recording(RecordingOrder(recording="RE1", path=str(tmp_path / "r.wav")))
    other = await one.open("CA2")
    await settled()
    one.links[0].die()
    assert one.told(EngineLost) == [EngineLost("CA1")]
    first.play([Silence(frames=5)])
    first.hang_up()
    with pytest.raises(MediaUnavailable):
        await one.open("CA3", near=first)
    await one.open("CA4")
    assert len(one.links) == 3
    other.hang_up()


# Reports ----------------------------------------------------------------------------------------
async def test_a_process_that_says_nothing_is_killed(bench: Any) -> None:
    one = bench(look_seconds=0.001)
    await one.open("CA1", AT_ONCE)
    await one.links[0].died.wait()
    assert one.heard == [EngineLost("CA1")]
    await one.open("CA2", AT_ONCE)
    assert len(one.links) == 2


async def test_a_process_that_reports_lives(bench: Any) -> None:
    one = bench(look_seconds=0.001)
    await one.open("CA1", AT_ONCE)
    for _ in range(50):
        one.links[0]._reported(Statistics(legs=1, ticks=1, late=0, p50_ms=0, p99_ms=0))
        await asyncio.sleep(0.001)
    assert not one.links[0].closed


async def test_reports_go_to_who_opened_the_leg(bench: Any) -> None:
    one = bench()
    others: list[Heard] = []
    await one.open("CA1", AT_ONCE)
    await one.client.open_phone(
        "CA2", "W1", others.append, rings=True, script=(StepWait(ms=20),), heard=None
    )
    await settled()
    one.links[0].tick(3)
    assert [type(heard) for heard in one.heard] == [Ringing, Answered, ScriptDone]
    assert [type(heard) for heard in others] == [Ringing, ScriptDone]


async def test_nothing_is_told_of_a_leg_that_was_hung_up_but_its_recordings(
    bench: Any, tmp_path: Path
) -> None:
    one = bench()
    leg = await one.open("CA1", AT_ONCE)
    leg.start_recording(RecordingOrder(recording="RE1", path=str(tmp_path / "r.wav")))
    await settled()
    one.links[0].tick(1)
    one.heard.clear()
    leg.play([Silence(frames=5)])
    leg.hang_up()
    await settled()
    assert one.links[0].engine.legs == 0
    one.links[0].engine.settle(10)
    one.links[0].tick(0)
    assert [(type(heard), heard.reason) for heard in one.heard] == [(RecordingEnded, "hangup")]
    await settled()
    assert one.links[0].engine.worlds == {}


async def test_what_a_phone_heard_is_waited_for(bench: Any, tmp_path: Path) -> None:
    one = bench()
    path = tmp_path / "heard.wav"
    leg = await one.open("CA1", AT_ONCE, heard=str(path))
    await settled()
    one.links[0].tick(100)
    leg.hang_up()
    waiting = asyncio.ensure_future(one.client.written("CA1"))
    await settled()
    assert not waiting.done()
    one.links[0].engine.settle(10)
    one.links[0].tick(0)
    await waiting
    assert path.stat().st_size == 44 + 100 * 320
    await one.client.written("CA1")


async def test_a_listener_that_fails_is_not_the_end_of_others(bench: Any) -> None:
    one = bench()

    def fails(_: Heard) -> None:
        raise RuntimeError("a defect")

    await one.client.open_phone("CA1", "W1", fails, rings=True, script=(), heard=None)
    await one.open("CA2")
    await settled()
    one.links[0].tick(1)
    assert [type(heard) for heard in one.heard] == [Ringing]


# Time -------------------------------------------------------------------------------------------
async def test_frames_pass_in_real_time(bench: Any) -> None:
    one = bench()
    assert one.client.frame("W1") == 0
    one.now = 2.01
    assert one.client.frame("W1") == 100
    await one.open("CA1")
    await settled()
    assert one.links[0].engine.worlds["W1"].frame == 100


async def test_a_frozen_world_is_stepped_to_its_reports(bench: Any) -> None:
    one = bench()
    leg = await one.open("CA1", StepAnswer(after_ms=1000), StepPress(keys="1"))
    frame = await one.client.freeze("W1")
    one.now = 60.0
    one.links[0].tick(50)
    assert one.client.frame("W1") == frame
    while not one.told(Answered):
        await one.client.step("W1", frame + 1000)
    assert one.client.frame("W1") == one.told(Answered)[0].frame == frame + 51
    # At this very frame something is ordered, and nothing was missed.
    leg.play([Silence(frames=2)])
    await one.client.step("W1", frame + 1000)
    assert one.told(Digit)
    while not one.told(Played):
        await one.client.step("W1", frame + 1000)
    assert one.told(Played)[0].frame == frame + 53
    one.client.thaw("W1")
    one.now = 61.0
    assert one.client.frame("W1") == frame + 53 + 50


async def test_no_leg_no_time_to_step(bench: Any) -> None:
    one = bench()
    one.now = 10.0
    assert await one.client.freeze("W1") == 500
    assert await one.client.step("W1", 9000) == 9000
    one.client.thaw("W1")
    assert one.client.frame("W1") == 9000


async def test_a_leg_that_is_opened_in_a_frozen_world_stands_still(bench: Any) -> None:
    one = bench()
    one.now = 1.0
    freezing = one.client.freeze("W1")  # from this call on, not from its being awaited
    await one.open("CA1", AT_ONCE)
    await settled()
    one.links[0].tick(10)
    assert one.heard == []
    assert await freezing == 50
    await one.client.step("W1", 60)
    assert one.told(Answered)[0].frame == 51


async def test_a_world_that_was_frozen_and_thawed_at_once_can_be_frozen_again(bench: Any) -> None:
    one = bench()
    await one.open("CA1", AT_ONCE)
    first = one.client.freeze("W1")
    one.client.thaw("W1")
    second = one.client.freeze("W1")
    async with asyncio.timeout(5):
        assert await first == await second


async def test_other_worlds_go_on(bench: Any) -> None:
    one = bench()
    await one.open("CA1", world="W1")
    await one.open("CA2", AT_ONCE, world="W2")
    await one.client.freeze("W1")
    one.links[0].tick(1)
    assert [heard.leg for heard in one.told(Ringing)] == ["CA2"]


async def test_what_an_order_brings_about_is_told_without_a_frame(bench: Any) -> None:
    one = bench()
    leg = await one.open("CA1", AT_ONCE)
    frame = await one.client.freeze("W1")
    leg.play([Silence(frames=5)])
    leg.stop_playing()
    assert await one.client.step("W1", frame) == frame
    assert one.told(Played)[0].frame == frame


async def test_no_process_is_ahead_of_what_another_one_reports(bench: Any) -> None:
    one = bench(most_legs=1, most_processes=2)
    await one.open("CA1", StepAnswer(after_ms=1000))
    await one.open("CA2", StepAnswer(after_ms=400), StepHangUp())
    frame = await one.client.freeze("W1")
    while not one.told(HungUp):
        await one.client.step("W1", frame + 1000)
    reached = one.told(HungUp)[0].frame
    assert reached == frame + 21
    assert [link.engine.worlds["W1"].frame for link in one.links[:1]] == [reached]
    while len(one.told(Answered)) < 2:
        await one.client.step("W1", frame + 1000)
    assert one.told(Answered)[1].frame == frame + 51


async def test_a_process_that_dies_ends_no_step(bench: Any) -> None:
    one = bench()
    await one.open("CA1")
    frame = await one.client.freeze("W1")
    stepping = asyncio.ensure_future(one.client.step("W1", frame + 100))
    await asyncio.sleep(0)
    one.links[0].die()
    assert await stepping <= frame + 100
    assert await one.client.step("W1", frame + 100) == frame + 100
    assert one.told(EngineLost) == [EngineLost("CA1")]
