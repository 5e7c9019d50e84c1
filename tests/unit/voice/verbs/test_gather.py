"""<Gather>, key by key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.unit.voice.stand_ins import TestedCall, spoken
from trunkline.twiml.voice import Gather, Pause, Say
from trunkline.voice.media.wire import Silence
from trunkline.voice.session.outcome import GoTo
from trunkline.voice.verbs.gather import gather


class Asked:
    """A Gather under way."""

    def __init__(self, **attributes: Any) -> None:
        self.call = TestedCall()
        verb = Gather(**attributes)
        self.task = asyncio.ensure_future(gather(verb, self.call.session, self.call.page))

    @property
    def told(self) -> dict[str, str]:
        """What the action is told."""
        outcome = self.task.result()
        assert isinstance(outcome, GoTo)
        return dict(outcome.request.parameters)


@pytest.fixture
async def tasks() -> AsyncIterator[list[asyncio.Task[Any]]]:
    """What a test leaves behind is ended."""
    begun: list[asyncio.Task[Any]] = []
    yield begun
    for task in begun:
        task.cancel()
    await asyncio.gather(*begun, return_exceptions=True)


async def test_the_finishing_key_ends_the_input_and_is_not_part_of_it() -> None:
    asked = Asked()
    await asked.call.settle()
    await asked.call.press("12#")
    assert asked.told == {"Digits": "12", "FinishedOnKey": "#", "msg": "Gather End"}


async def test_as_many_keys_as_are_wanted_end_the_input() -> None:
    asked = Asked(num_digits=2)
    await asked.call.settle()
    await asked.call.press("1")
    assert not asked.task.done()
    await asked.call.press("2")
    assert asked.told["Digits"] == "12"
    assert asked.told["FinishedOnKey"] == ""


async def test_the_time_counts_from_the_end_of_the_prompts() -> None:
    asked = Asked(prompts=(Say(parts=("Hello",)), Pause(length=2)), timeout=3)
    await asked.call.settle()
    await asked.call.wait(100)
    assert not asked.task.done()
    assert await asked.call.played() == (spoken("Hello"), Silence(frames=100))
    await asked.call.wait(2.9)
    assert not asked.task.done()
    await asked.call.wait(0.2)
    assert asked.task.result() is None


async def test_each_key_gives_the_next_one_the_whole_time() -> None:
    asked = Asked(timeout=3)
    await asked.call.settle()
    for key in "123":
        await asked.call.wait(2)
        await asked.call.press(key)
    await asked.call.wait(3)
    assert asked.told["Digits"] == "123"


async def test_nothing_pressed_goes_on_with_the_next_verb() -> None:
    asked = Asked()
    await asked.call.settle()
    await asked.call.wait(5)
    assert asked.task.result() is None
    assert asked.call.parts.time.waiting == []


async def test_the_finishing_key_alone_is_no_input() -> None:
    asked = Asked()
    await asked.call.settle()
    await asked.call.press("#")
    assert asked.task.result() is None


async def test_an_app_may_want_to_hear_of_no_input() -> None:
    asked = Asked(action_on_empty_result=True)
    await asked.call.settle()
    await asked.call.wait(5)
    assert asked.told["Digits"] == ""


async def test_without_a_finishing_key_each_key_is_input() -> None:
    asked = Asked(finish_on_key="", num_digits=3)
    await asked.call.settle()
    await asked.call.press("*1#")
    assert asked.told["Digits"] == "*1#"


async def test_keys_of_before_do_not_count() -> None:
    call = TestedCall()
    await call.press("9")
    verb = Gather(num_digits=1)
    task = asyncio.ensure_future(gather(verb, call.session, call.page))
    await call.settle()
    await call.press("1")
    outcome = task.result()
    assert isinstance(outcome, GoTo)
    assert dict(outcome.request.parameters)["Digits"] == "1"


async def test_the_engine_is_told_whether_a_key_ends_the_prompts(
    tasks: list[asyncio.Task[Any]],
) -> None:
    for barge_in in (True, False):
        asked = Asked(barge_in=barge_in, prompts=(Say(parts=("Hello",)),))
        tasks.append(asked.task)
        await asked.call.settle()
        assert ("barge in", barge_in) in asked.call.leg.orders


async def test_it_goes_where_the_action_says() -> None:
    asked = Asked(action="/menu?step=2", method="GET", num_digits=1)
    await asked.call.settle()
    await asked.call.press("1")
    outcome = asked.task.result()
    assert isinstance(outcome, GoTo)
    assert outcome.request.url == "https://app.example/menu?step=2"
    assert outcome.request.method == "GET"


async def test_what_cannot_be_interrupted_is_heard_to_its_end_before_time_counts() -> None:
    asked = Asked(prompts=(Say(parts=("Long",)),), barge_in=False, timeout=2)
    await asked.call.settle()
    await asked.call.press("1")
    await asked.call.wait(10)
    assert not asked.task.done()
    await asked.call.played()
    await asked.call.press("2")
    await asked.call.wait(2)
    assert asked.told["Digits"] == "12"
