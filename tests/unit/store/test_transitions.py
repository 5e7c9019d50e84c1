"""The one place that writes a status."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trunkline.bus import Event
from trunkline.messaging.model import MESSAGE, NewMessage
from trunkline.messaging.works import CreateMessages, message_transitions
from trunkline.sids import SidFactory
from trunkline.store import Database, GroupCommit, Job
from trunkline.store.group_commit import Effects
from trunkline.store.transitions import Applied, Transition, TransitionRefused, Transitions

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
    await commit.submit(Job(CreateMessages(sids.new_id(), lambda _: None), made))
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


class Notes:
    """A follower that remembers what it was told of."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, tuple[str, ...], dict[str, Any]]] = []
        self.committed: list[str] = []
        self.failure: Exception | None = None

    async def follow(self, connection: Any, applied: Sequence[Applied], effects: Effects) -> None:
        for entry in applied:
            self.seen.append((entry.transition.subject, entry.transition.path, dict(entry.row)))
            effects.afterwards.append(partial(self.committed.append, entry.transition.subject))
        if self.failure is not None:
            raise self.failure


def followed(*followers: Notes) -> Transitions:
    return Transitions(
        MESSAGE,
        "messages",
        "message_events",
        {"error_code": "integer", "sent_at": "timestamptz"},
        returning=("sender", "recipient", "error_code"),
        followers=followers,
    )


def by(transitions: Transitions, job: Job) -> Job:
    return Job(transitions, job.item)


async def test_followers_are_told_what_was_applied_with_the_row_as_it_is_now(
    commit: GroupCommit, sids: SidFactory, world_id: str
) -> None:
    sent = await stored(commit, sids, world_id)
    first, second = Notes(), Notes()
    await commit.submit(
        by(followed(first, second), walk(sent, "sending", "sent", "undelivered", error_code=30003))
    )
    assert first.seen == second.seen
    ((subject, path, row),) = first.seen
    assert (subject, path) == (sent.sid, ("sending", "sent", "undelivered"))
    assert row["id"].hex == sent.sid[2:]
    assert row["account_id"].hex == sent.account_id
    assert (row["sender"], row["recipient"]) == (sent.sender, sent.recipient)
    assert row["error_code"] == 30003
    assert first.committed == [sent.sid]


async def test_followers_hear_nothing_of_what_was_refused(
    commit: GroupCommit, sids: SidFactory, world_id: str
) -> None:
    good, ended = await stored(commit, sids, world_id), await stored(commit, sids, world_id)
    await commit.submit(walk(ended, "sending", "sent", "delivered"))
    gone = message(sids, world_id)
    notes = Notes()
    transitions = followed(notes)
    results = await asyncio.gather(
        *(commit.submit(by(transitions, walk(each, "sending"))) for each in (good, ended, gone))
    )
    assert [isinstance(result[0], TransitionRefused) for result in results] == [False, True, True]
    assert [subject for subject, _, _ in notes.seen] == [good.sid]


async def test_followers_are_told_of_steps_of_one_subject_in_their_order(
    commit: GroupCommit, sids: SidFactory, world_id: str
) -> None:
    sent = await stored(commit, sids, world_id)
    notes = Notes()
    transitions = followed(notes)
    await commit.submit(
        *(by(transitions, walk(sent, step)) for step in ("sending", "sent", "delivered"))
    )
    assert [path for _, path, _ in notes.seen] == [("sending",), ("sent",), ("delivered",)]


async def test_a_transition_is_not_made_without_what_follows_from_it(
    database: Database,
    commit: GroupCommit,
    sids: SidFactory,
    world_id: str,
    published: list[Event],
) -> None:
    sent = await stored(commit, sids, world_id)
    published.clear()
    notes = Notes()
    notes.failure = ValueError("a defect")
    with pytest.raises(ValueError, match="defect"):
        await commit.submit(by(followed(notes), walk(sent, "sending")))
    assert await status(database, sent) == ("queued", 1)
    assert published == []
    assert notes.committed == []
