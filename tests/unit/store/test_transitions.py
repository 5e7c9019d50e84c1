"""The one place that writes a status."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trunkline.bus import Event
from trunkline.messaging.model import MESSAGE, NewMessage
from trunkline.messaging.works import CreateMessages, message_transitions
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit, Job
from trunkline.store.transitions import Transition, TransitionRefused

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest_asyncio.fixture(loop_scope="session")
async def published() -> list[Event]:
    return []


@pytest_asyncio.fixture(loop_scope="session")
async def commit(database: Database, published: list[Event]) -> AsyncIterator[GroupCommit]:
    commit = GroupCommit(database, published=published.extend)
    yield commit
    await commit.close()


def message(sids: SidFactory, world_id: str, **changes: Any) -> NewMessage:
    values: dict[str, Any] = {
        "sid": sids.new("SM"),
        "account_id": sids.new_id(),
        "world_id": world_id,
        "direction": "outbound-api",
        "path": ("queued",),
        "sender": "+14155550100",
        "recipient": "+14155550123",
        "body": "hello",
        "num_segments": 1,
        "num_media": 0,
        "created_at": NOW,
        "real_time": NOW,
    }
    return NewMessage(**{**values, **changes})


async def stored(commit: GroupCommit, sids: SidFactory, world_id: str, **more: Any) -> NewMessage:
    made = message(sids, world_id, **more)
    await commit.submit(Job(CreateMessages(sids.new_id()), made))
    return made


def walk(of: NewMessage, *path: str, **changes: Any) -> Job:
    transition = Transition(
        subject=of.sid,
        world_id=of.world_id,
        path=path,
        world_time=NOW,
        real_time=NOW,
        changes=changes,
    )
    return Job(TRANSITIONS, transition)


TRANSITIONS = message_transitions()


async def status(database: Database, of: NewMessage) -> tuple[str, int]:
    row = await database.fetchrow(
        "SELECT status, event_seq FROM messages WHERE id = $1", of.sid[2:]
    )
    assert row is not None
    return row["status"], row["event_seq"]


async def test_a_walk_writes_the_row_and_an_event_for_each_step(
    database: Database,
    commit: GroupCommit,
    sids: SidFactory,
    world_id: str,
    published: list[Event],
) -> None:
    sent = await stored(commit, sids, world_id)
    (numbers,) = await commit.submit(walk(sent, "sending", "sent", "delivered", sent_at=NOW))
    assert numbers == (2, 3, 4)
    assert await status(database, sent) == ("delivered", 4)
    assert [(e.seq, e.kind) for e in published] == [
        (1, "message.queued"),
        (2, "message.sending"),
        (3, "message.sent"),
        (4, "message.delivered"),
    ]
    kinds = await database.fetch(
        "SELECT kind FROM message_events WHERE subject_id = $1 ORDER BY seq", sent.sid[2:]
    )
    assert [row["kind"] for row in kinds] == [e.kind for e in published]


async def test_a_terminal_status_stays(
    database: Database, commit: GroupCommit, sids: SidFactory, world_id: str
) -> None:
    sent = await stored(commit, sids, world_id)
    await commit.submit(walk(sent, "sending", "sent", "undelivered", error_code=30003))
    (late,) = await commit.submit(walk(sent, "delivered"))
    assert isinstance(late, TransitionRefused)
    assert late.status == "undelivered"
    assert await status(database, sent) == ("undelivered", 4)


async def test_a_subject_that_is_gone_is_refused(
    commit: GroupCommit, sids: SidFactory, world_id: str
) -> None:
    never_stored = message(sids, world_id)
    (refusal,) = await commit.submit(walk(never_stored, "sending"))
    assert isinstance(refusal, TransitionRefused)
    assert refusal.status is None


async def test_steps_of_one_subject_in_one_batch_are_taken_in_order(
    database: Database, commit: GroupCommit, sids: SidFactory, world_id: str
) -> None:
    sent = await stored(commit, sids, world_id)
    results = await commit.submit(
        walk(sent, "sending"), walk(sent, "sent"), walk(sent, "delivered")
    )
    assert results == [(2,), (3,), (4,)]
    assert await status(database, sent) == ("delivered", 4)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.sampled_from(sorted(MESSAGE.statuses)), max_size=6))
def test_no_sequence_of_transitions_leaves_the_lifecycle(steps: list[str]) -> None:
    # The same rule in pure form: a step is taken exactly when the table allows it.
    current = "queued"
    for step in steps:
        if step in MESSAGE.steps[current]:
            assert current in MESSAGE.before(step)
            current = step
        else:
            assert current not in MESSAGE.before(step)
