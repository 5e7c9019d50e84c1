from __future__ import annotations

import asyncio

from trunkline.cli.bulk.pending import ENOUGH, Pending
from trunkline.cli.bulk.row import Row


def row(number: int) -> Row:
    return Row(number, number + 1, ())


async def test_rows_come_in_order_and_one_that_is_put_back_comes_next() -> None:
    pending = Pending()
    pending.extend([row(1), row(2), row(3)])
    first = await pending.take()
    assert first == row(1)
    pending.put_back(first)
    assert [await pending.take() for _ in range(3)] == [row(1), row(2), row(3)]
    pending.end()
    assert await pending.take() is None


async def test_those_who_wait_get_what_comes() -> None:
    pending = Pending()
    takers = [asyncio.create_task(pending.take()) for _ in range(3)]
    await asyncio.sleep(0)
    pending.extend([row(1), row(2)])
    pending.end()
    assert await asyncio.gather(*takers) == [row(1), row(2), None]


async def test_nobody_gets_one_while_it_is_held() -> None:
    pending = Pending()
    taker = asyncio.create_task(pending.take())
    await asyncio.sleep(0)
    pending.hold()
    assert await taker is None
    pending.extend([row(1)])
    assert await pending.take() is None
    pending.release()
    assert await pending.take() == row(1)


async def test_there_is_room_while_few_wait() -> None:
    pending = Pending()
    pending.extend(row(n) for n in range(ENOUGH))
    waiting = asyncio.create_task(pending.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    await pending.take()
    await waiting
    assert len(pending.empty()) == ENOUGH - 1
    assert pending.empty() == []
