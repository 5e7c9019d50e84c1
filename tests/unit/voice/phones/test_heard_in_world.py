from __future__ import annotations

import uuid
from pathlib import Path

from tests.unit.voice.calls import Node
from trunkline.sids import SidFactory
from trunkline.store import Database
from trunkline.voice.phones.heard_in_world import heard_in_world


async def test_only_what_was_heard_in_the_world(
    node: Node, database: Database, sids: SidFactory, tmp_path: Path
) -> None:
    mine, silent = await node.call(), await node.call()
    for name in (f"{mine}.wav", f"{sids.new('CA')}.wav", "CAkey.wav", f"{silent}.txt"):
        (tmp_path / name).write_bytes(b"")
    async with database.transaction() as connection:
        found = await heard_in_world(connection, node.world_id, tmp_path)
        assert found == [tmp_path / f"{mine}.wav"]
        assert await heard_in_world(connection, uuid.uuid4().hex, tmp_path) == []
        assert await heard_in_world(connection, node.world_id, tmp_path / "none") == []
