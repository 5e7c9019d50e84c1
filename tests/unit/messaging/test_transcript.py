from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from trunkline.clock import RealClock
from trunkline.messaging.transcript import ReadTranscript
from trunkline.sids import SidFactory
from trunkline.store import Database

PHONE, OWN = "+14155550123", "+12065550100"


class Writer:
    """Writes rows as they would be, in the order of the calls."""

    def __init__(self, database: Database, sids: SidFactory, world_id: str, account: str) -> None:
        self._database = database
        self._sids = sids
        self._world_id = world_id
        self._account = account
        self.now = RealClock().now()

    async def message(self, body: str | None, **changed: Any) -> str:
        known: dict[str, Any] = {
            "mms": False,
            "direction": "outbound-api",
            "status": "delivered",
            "sender": OWN,
            "num_media": 0,
            "error_code": None,
        } | changed
        id = self._sids.new_id()
        await self._database.execute(
            "INSERT INTO messages (id, mms, account_id, world_id, direction, status, sender,"
            " recipient, num_segments, num_media, error_code, event_seq, created_at, updated_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, 1, $11, $11)",
            id,
            known["mms"],
            self._account,
            self._world_id,
            known["direction"],
            known["status"],
            known["sender"],
            PHONE,
            known["num_media"],
            known["error_code"],
            self.now,
        )
        if body is not None:
            await self._database.execute(
                "INSERT INTO message_content (message_id, part, body) VALUES ($1, 0, $2)", id, body
            )
        return id

    async def waits(self, id: str) -> None:
        await self._database.execute(
            "INSERT INTO dispatch (message_id, world_id, account_id, sender, carrier, step, due_at,"
            " priority, owner, attempt)"
            " VALUES ($1, $2, $3, $4, 'virtual', 'deliver', $5, 0, $6, 1)",
            id,
            self._world_id,
            self._account,
            OWN,
            self.now + timedelta(hours=2),
            self._sids.new_id(),
        )

    async def automatic_reply(self, body: str) -> str:
        id = self._sids.new_id()
        await self._database.execute(
            "INSERT INTO automatic_replies (id, world_id, sender, recipient, body, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            id,
            self._world_id,
            OWN,
            PHONE,
            body,
            self.now,
        )
        return id


@pytest.fixture
def write(database: Database, sids: SidFactory, world_id: str, account_id: str) -> Writer:
    return Writer(database, sids, world_id, account_id)


async def test_messages_and_automatic_replies_are_in_one_order(
    write: Writer, database: Database, world_id: str
) -> None:
    stop = await write.message("STOP", direction="inbound", status="received")
    reply = await write.automatic_reply("Unsubscribed.")
    look = await write.message("Look", mms=True, num_media=2, status="failed", error_code=21610)
    found = await ReadTranscript(database)(world_id, 10)
    assert [(e.id, e.sid, e.kind, e.direction, e.body, e.status) for e in found] == [
        (stop, f"SM{stop}", "message", "inbound", "STOP", "received"),
        (reply, None, "automatic_reply", "outbound-reply", "Unsubscribed.", None),
        (look, f"MM{look}", "message", "outbound-api", "Look", "failed"),
    ]
    assert (found[2].num_media, found[2].error_code) == (2, 21610)
    assert found[2].error_message == "Attempt to send to unsubscribed recipient"
    assert {(e.sender, e.recipient) for e in found} == {(OWN, PHONE)}


async def test_the_newest_of_both_kinds_are_kept(
    write: Writer, database: Database, world_id: str
) -> None:
    for n in range(3):
        await write.message(f"message {n}")
        await write.automatic_reply(f"reply {n}")
    found = await ReadTranscript(database)(world_id, 3)
    assert [entry.body for entry in found] == ["reply 1", "message 2", "reply 2"]


async def test_what_a_message_waits_for_is_told(
    write: Writer, database: Database, world_id: str
) -> None:
    await write.waits(await write.message("Late", status="sent"))
    [entry] = await ReadTranscript(database)(world_id, 10)
    assert (entry.waits_for, entry.due_at) == ("deliver", write.now + timedelta(hours=2))


async def test_what_is_gone_is_empty(write: Writer, database: Database, world_id: str) -> None:
    await write.message(None, sender=None)
    [entry] = await ReadTranscript(database)(world_id, 10)
    assert (entry.body, entry.sender, entry.waits_for) == ("", "", None)


async def test_a_world_has_its_own(write: Writer, database: Database, sids: SidFactory) -> None:
    await write.message("Hi")
    assert await ReadTranscript(database)(sids.new_id(), 10) == []
