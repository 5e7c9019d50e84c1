"""Counting what is busy in a world."""

from __future__ import annotations

import asyncio

from trunkline.voice.activity import Activity

A, B = "0" * 31 + "1", "0" * 31 + "2"


async def test_a_world_is_idle_when_the_last_is() -> None:
    activity = Activity()
    assert activity.is_idle(A)
    await activity.wait(A)
    activity.busy(A)
    activity.busy(A)
    waiting = asyncio.ensure_future(activity.wait(A))
    activity.idle(A)
    await asyncio.sleep(0)
    assert (activity.is_idle(A), activity.is_idle(B), waiting.done()) == (False, True, False)
    activity.idle(A)
    await waiting
    assert activity.is_idle(A)


async def test_who_waits_is_not_misled_by_a_world_that_is_busy_again() -> None:
    activity = Activity()
    activity.busy(A)
    waiting = asyncio.ensure_future(activity.wait(A))
    await asyncio.sleep(0)
    activity.idle(A)
    activity.busy(A)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not waiting.done()
    activity.idle(A)
    await waiting


async def test_turns_tell_whether_anything_happened() -> None:
    activity = Activity()
    before = activity.turns(A)
    activity.busy(A)
    activity.idle(A)
    assert activity.is_idle(A)
    assert activity.turns(A) != before
    assert activity.turns(B) == 0
