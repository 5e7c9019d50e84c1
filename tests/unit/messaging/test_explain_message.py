from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from tests.unit.webhooks.log_support import YEAR, Log, log_of
from trunkline.messaging.consents.opt_outs import OptOuts
from trunkline.messaging.explain_message import ExplainMessage, is_redacted
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.webhooks.history import History

PHONE = "+14155550123"


@pytest_asyncio.fixture(loop_scope="session")
async def log(database: Database, sids: SidFactory, world_id: str) -> AsyncIterator[Log]:
    async with log_of(database, sids, world_id) as log:
        yield log


@pytest.fixture
def explain(log: Log) -> ExplainMessage:
    history = History(log.database, log.kinds)
    return ExplainMessage(log.database, log.worlds, OptOuts(log.database), history)


@pytest_asyncio.fixture(loop_scope="session")
async def message(log: Log) -> str:
    """The SID of an inbound message."""
    sid = log.sids.new("SM")
    now = log.worlds.clock(log.world_id).now()
    await log.database.execute(
        "INSERT INTO messages (id, mms, account_id, world_id, direction, status, sender,"
        " recipient, num_segments, num_media, event_seq, created_at, updated_at)"
        " VALUES ($1, false, $2, $3, 'inbound', 'received', $4, '+14155550100', 1, 0, 1, $5, $5)",
        sid[2:],
        log.account_id,
        log.world_id,
        PHONE,
        now,
    )
    return sid


async def happen(log: Log, sid: str, seq: int, kind: str, after: float = 0) -> None:
    """An event, so many seconds from now."""
    now = log.worlds.clock(log.world_id).now() + timedelta(seconds=after)
    await log.database.execute(
        "INSERT INTO message_events (subject_id, seq, account_id, kind, data, world_time,"
        " real_time) VALUES ($1, $2, $3, $4, NULL, $5, $5)",
        sid[2:],
        seq,
        log.account_id,
        kind,
        now,
    )


async def test_requests_stand_among_the_events_in_order_of_time(
    log: Log, explain: ExplainMessage, message: str
) -> None:
    await happen(log, message, 1, "message.receiving")
    await log.ended(subject=message)
    await happen(log, message, 2, "message.received")
    await log.ended("failed", subject=message, method="GET", data={})
    await log.wait(message, data={"status": "undelivered", "false": True, "resent": True})
    await log.ended()
    found = await explain(log.world_id, message)
    assert found is not None
    where = {"method": "POST", "url": "https://app.example/status"}
    assert [(entry.seq, entry.kind, entry.data) for entry in found.timeline] == [
        (1, "message.receiving", {}),
        (0, "webhook.delivered", {"told": "sent", **where, "status": 200, "attempts": 1}),
        (2, "message.received", {}),
        (
            0,
            "webhook.failed",
            {**where, "method": "GET", "status": 200, "attempts": 1, "error_code": 11200},
        ),
        (0, "webhook.waiting", {"told": "undelivered", **where, "resent": True, "untrue": True}),
    ]


async def test_a_request_stands_where_it_ended(
    log: Log, explain: ExplainMessage, message: str
) -> None:
    slow, quick = await log.wait(message, data={}), await log.wait(message, data={})
    await happen(log, message, 1, "message.receiving", after=5)
    await log.finish(slow, after=timedelta(seconds=9))
    await log.finish(quick, "failed", after=timedelta(seconds=7))
    waiting = await log.wait(message, data={})
    found = await explain(log.world_id, message)
    assert found is not None
    assert [entry.kind for entry in found.timeline] == [
        "webhook.waiting",
        "message.receiving",
        "webhook.failed",
        "webhook.delivered",
    ]
    first, *_, last = found.timeline
    assert (first.world_time, first.real_time) == (waiting.created_at, waiting.real_time)
    assert last.real_time > slow.real_time + timedelta(seconds=8)
    assert last.world_time == last.real_time - YEAR


async def test_events_keep_their_order_when_the_clock_of_the_machine_goes_back(
    log: Log, explain: ExplainMessage, message: str
) -> None:
    await happen(log, message, 1, "message.receiving", after=5)
    await happen(log, message, 2, "message.received")
    await log.ended(subject=message)
    found = await explain(log.world_id, message)
    assert found is not None
    assert [entry.seq for entry in found.timeline if entry.seq] == [1, 2]
    assert len(found.timeline) == 3


async def test_it_is_known_whether_a_text_was_redacted(log: Log, message: str) -> None:
    await happen(log, message, 1, "message.received")
    assert not await is_redacted(log.database, message)
    await happen(log, message, 2, "message.redacted")
    assert await is_redacted(log.database, message)
