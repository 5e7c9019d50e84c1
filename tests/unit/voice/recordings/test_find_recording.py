"""Finding the recording that the end of a call tells of."""

from __future__ import annotations

import pytest

from tests.unit.voice.calls import Node
from trunkline.voice.recordings.find_recording import FindRecording


@pytest.mark.parametrize(
    ("source", "status", "found"),
    [
        ("OutboundAPI", "completed", True),
        ("OutboundAPI", "processing", False),
        ("OutboundAPI", "absent", False),
        ("RecordVerb", "completed", False),
    ],
)
async def test_only_a_complete_recording_of_the_whole_call_is_told(
    node: Node, source: str, status: str, found: bool
) -> None:
    call, recording = await node.call(), node.sids.new_id()
    now = node.clock.now()
    await node.database.execute(
        "INSERT INTO recordings (id, account_id, world_id, call_id, status, source, track,"
        " channels, trim, owner, event_seq, duration, created_at, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, 'both', 1, false, $7, 1, 9, $8, $8)",
        recording, node.account_id, node.world_id, call[2:], status, source, node.id, now,
    )  # fmt: skip
    find = FindRecording(lambda: "https://trunkline.example")
    async with node.database.connection() as connection:
        told = await find(connection, call)
    if not found:
        assert told is None
        return
    assert told is not None
    assert (told.sid, told.seconds) == (f"RE{recording}", 9)
    assert told.url == (
        "https://trunkline.example/2010-04-01/Accounts/"
        f"AC{node.account_id}/Recordings/RE{recording}"
    )
