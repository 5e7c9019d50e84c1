from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.unit.webhooks.log_support import Log, log_of
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.webhooks.history import History
from trunkline.webhooks.resend import NotResendable, Resend


@pytest_asyncio.fixture(loop_scope="session")
async def log(database: Database, sids: SidFactory, world_id: str) -> AsyncIterator[Log]:
    async with log_of(database, sids, world_id) as log:
        yield log


@pytest.fixture
def resend(log: Log) -> Resend:
    return Resend(
        database=log.database, commit=log.commit, due=log.due, make=log.make, kinds=log.kinds
    )


async def test_a_failed_request_comes_again_with_its_token_and_is_carried_out(
    log: Log, resend: Resend
) -> None:
    failed = await log.ended("failed")
    again = await resend(log.world_id, failed.id)
    assert again.id > failed.id
    assert (again.token, again.subject, again.kind) == (failed.token, failed.subject, "test")
    assert again.data == {"status": "sent", "resent": True}
    assert log.heard[-1] is again
    found = await History(log.database, log.kinds).newest(log.world_id, outcome="waiting")
    assert [request.id for request in found] == [again.id]


async def test_a_reply_is_made_once(log: Log, resend: Resend) -> None:
    delivered = await log.ended()
    again = await resend(log.world_id, delivered.id)
    assert again.data == {"status": "sent", "resent": True, "execute": False}


async def test_a_reply_to_a_repetition_counts_too(log: Log, resend: Resend) -> None:
    failed = await log.ended("failed")
    await log.finish(await resend(log.world_id, failed.id))
    assert (await resend(log.world_id, failed.id)).data["execute"] is False


async def test_a_repetition_that_failed_is_repeated_as_it_was(log: Log, resend: Resend) -> None:
    again = await resend(log.world_id, (await log.ended()).id)
    await log.finish(again, "failed")
    assert (await resend(log.world_id, again.id)).data["execute"] is False


async def test_what_waits_is_not_made_again(log: Log, resend: Resend) -> None:
    waiting = await log.wait()
    with pytest.raises(NotResendable, match="not ended yet"):
        await resend(log.world_id, waiting.id)


async def test_what_is_on_the_wire_is_not_said_to_wait(log: Log) -> None:
    begun = await log.wait()
    resend = Resend(
        database=log.database,
        commit=log.commit,
        due=log.due,
        make=log.make,
        kinds=log.kinds,
        is_under_way=lambda request_id: request_id == begun.id,
    )
    with pytest.raises(NotResendable, match="under way"):
        await resend(log.world_id, begun.id)
    with pytest.raises(NotResendable, match="waits for its turn"):
        await resend(log.world_id, (await log.wait()).id)


async def test_of_two_at_once_one_is_made(log: Log, resend: Resend) -> None:
    failed = await log.ended("failed")
    results = await asyncio.gather(
        *(resend(log.world_id, failed.id) for _ in range(2)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, NotResendable)]
    assert len(refused) == 1
    assert "already" in str(refused[0])


async def test_what_is_gone_is_not_made_again(log: Log, resend: Resend) -> None:
    delivered = await log.ended()
    log.kind.gone.add(delivered.subject)
    with pytest.raises(NotResendable, match="the message is gone"):
        await resend(log.world_id, delivered.id)


async def test_a_request_of_another_world_is_none(log: Log, resend: Resend) -> None:
    delivered = await log.ended()
    with pytest.raises(LookupError):
        await resend(log.sids.new_id(), delivered.id)
    with pytest.raises(LookupError):
        await resend(log.world_id, log.sids.new_id())
