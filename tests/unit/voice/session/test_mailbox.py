"""The mailbox of a session, and what it says of the session's world."""

from __future__ import annotations

import asyncio

from tests.unit.voice.stand_ins import WORLD
from trunkline.voice.activity import Activity
from trunkline.voice.media.wire import Digit
from trunkline.voice.session.events import EndOrder, TimeUp
from trunkline.voice.session.mailbox import Mailbox

ONE, TWO = TimeUp("one"), TimeUp("two")


async def test_events_come_in_their_order() -> None:
    mailbox = Mailbox(WORLD, Activity())
    mailbox.put(ONE)
    mailbox.put(TWO)
    assert [await mailbox.get(), await mailbox.get()] == [ONE, TWO]


async def test_who_waits_is_idle_and_busy_again_before_its_task_runs() -> None:
    activity = Activity()
    mailbox = Mailbox(WORLD, activity)
    assert not activity.is_idle(WORLD)
    reading = asyncio.ensure_future(mailbox.get())
    await asyncio.sleep(0)
    assert activity.is_idle(WORLD)
    mailbox.put(ONE)
    assert not activity.is_idle(WORLD)
    assert await reading is ONE
    assert not activity.is_idle(WORLD)


async def test_several_events_make_it_busy_once() -> None:
    activity = Activity()
    mailbox = Mailbox(WORLD, activity)
    reading = asyncio.ensure_future(mailbox.get())
    await asyncio.sleep(0)
    mailbox.put(ONE)
    mailbox.put(TWO)
    assert [await reading, await mailbox.get()] == [ONE, TWO]
    reading = asyncio.ensure_future(mailbox.get())
    await asyncio.sleep(0)
    assert activity.is_idle(WORLD)
    mailbox.put(ONE)
    await reading


async def test_who_gives_up_waiting_is_busy() -> None:
    activity = Activity()
    mailbox = Mailbox(WORLD, activity)
    reading = asyncio.ensure_future(mailbox.get())
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    assert not activity.is_idle(WORLD)
    mailbox.close()
    assert activity.is_idle(WORLD)


async def test_a_closed_one_hears_nothing() -> None:
    activity = Activity()
    mailbox = Mailbox(WORLD, activity)
    mailbox.put(ONE)
    mailbox.close()
    mailbox.close()
    mailbox.put(TWO)
    assert mailbox.waiting() == ()
    assert activity.is_idle(WORLD)


async def test_who_works_hears_that_something_came() -> None:
    mailbox = Mailbox(WORLD, Activity())
    alarm = mailbox.alarm()
    assert not alarm.done()
    mailbox.put(ONE)  # in the same turn of the event loop
    assert alarm.done()
    assert mailbox.waiting() == (ONE,)


async def test_events_can_be_forgotten_by_kind_or_one_by_one() -> None:
    mailbox = Mailbox(WORLD, Activity())
    order = EndOrder()
    for event in (ONE, Digit(leg="CA", frame=1, digit="1"), order, TWO):
        mailbox.put(event)
    mailbox.drop(Digit)
    mailbox.remove(order)
    assert mailbox.waiting() == (ONE, TWO)
