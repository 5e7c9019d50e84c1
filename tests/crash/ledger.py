"""Compare what clients saw, what the database holds, and what the recipient wrote down."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from tests.crash.load import ANSWERING, FAILING, NO_RECEIPT, WIRE
from trunkline.messaging.model import MESSAGE

MESSAGES = """
SELECT m.id, m.status, m.recipient, m.direction, m.error_code, m.event_seq, m.sender, c.body
FROM messages m LEFT JOIN message_content c ON c.message_id = m.id AND c.part = 0
"""
EVENTS = "SELECT subject_id, seq, kind FROM message_events ORDER BY subject_id, seq"
DISPATCH = "SELECT message_id, step FROM dispatch"


@dataclass
class Ledger:
    """The database and the recipient's file at one moment, when nothing is on its way."""

    messages: dict[str, Any]  # by id
    events: dict[str, list[tuple[int, str]]]
    queue: dict[str, str]  # step by id
    log: list[str]  # ids, as often as they were handed over

    @classmethod
    async def read(cls, url: str, log: Path) -> Ledger:
        """Read both."""
        connection = await asyncpg.connect(url)
        try:
            # One snapshot: the tables are compared with each other.
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                messages = {row["id"].hex: row for row in await connection.fetch(MESSAGES)}
                events: dict[str, list[tuple[int, str]]] = {}
                for row in await connection.fetch(EVENTS):
                    events.setdefault(row["subject_id"].hex, []).append((row["seq"], row["kind"]))
                queue = {r["message_id"].hex: r["step"] for r in await connection.fetch(DISPATCH)}
        finally:
            await connection.close()
        lines = await asyncio.to_thread(log.read_text)
        return cls(messages, events, queue, [sid[2:] for sid in lines.split()])

    @property
    def in_doubt(self) -> set[str]:
        """The ids that are shown as in doubt."""
        return {id for id, step in self.queue.items() if step == "in_doubt"}

    def check(self, accepted: dict[str, str], *, doubts_have_ended: bool = False) -> None:
        """Everything that the platform promises about the messages in `accepted` and all others.

        Only where `doubts_have_ended` may a message have ended without an answer of the carrier.
        """
        lost = [sid for sid in accepted if sid[2:] not in self.messages]
        assert lost == [], "a 201 was answered, and the message is gone"
        wrong = [s for s, body in accepted.items() if self.messages[s[2:]]["body"] != body]
        assert wrong == [], "the text is another one"

        twice = [id for id, count in Counter(self.log).items() if count > 1]
        assert twice == [], "the recipient has it twice"
        unknown = [id for id in self.log if id not in self.messages]
        assert unknown == [], "the recipient has what the database does not know"

        handed_over = set(self.log)
        strange = {
            id: (row["status"], row["error_code"], self.events.get(id))
            for id, row in self.messages.items()
            if not self._is_settled(id, row, handed_over)
            and not (doubts_have_ended and self._ended_in_doubt(id, row))
        }
        assert not strange, strange
        assert set(self.queue) == self.in_doubt, "only what is in doubt is left in the queue"
        assert set(self.events) == set(self.messages)
        for id, row in self.messages.items():
            _check_walk(id, row, self.events[id])
        self._check_answers()

    def _is_settled(self, id: str, row: Any, handed_over: set[str]) -> bool:
        if row["direction"] == "inbound":
            return bool(row["status"] == "received")
        if row["recipient"].startswith(WIRE):
            if id in self.in_doubt:
                doubts = [kind for _, kind in self.events[id] if kind == "message.in_doubt"]
                return bool(row["status"] == "sending" and len(doubts) == 1)
            # What the recipient has is never shown as failed, what is shown as sent it has.
            return bool(row["status"] == "sent" and id in handed_over)
        if row["recipient"] == FAILING:
            return bool(row["status"] == "undelivered" and row["error_code"] == 30003)
        return bool(row["status"] == ("sent" if row["recipient"] == NO_RECEIPT else "delivered"))

    def _ended_in_doubt(self, id: str, row: Any) -> bool:
        return bool(
            (row["status"], row["error_code"]) == ("undelivered", 30008)
            and "message.in_doubt" in {kind for _, kind in self.events[id]}
        )

    def _check_answers(self) -> None:
        """A phone's automatic answer is committed with what it answers: one for each."""
        asked = sum(row["recipient"] == ANSWERING for row in self.messages.values())
        answers = sum(row["sender"] == ANSWERING for row in self.messages.values())
        assert answers == asked


def _check_walk(id: str, row: Any, events: list[tuple[int, str]]) -> None:
    """The events count up without a gap and walk the lifecycle, each status once."""
    assert [seq for seq, _ in events] == list(range(1, row["event_seq"] + 1)), (id, events)
    names = [kind.removeprefix("message.") for _, kind in events]
    walk = [name for name in names if name in MESSAGE.statuses]
    assert len(walk) == len(set(walk)), (id, walk)
    assert walk[0] in MESSAGE.initial, (id, walk)
    MESSAGE.check_path(tuple(walk))
    assert walk[-1] == row["status"], (id, walk)
