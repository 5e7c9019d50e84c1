"""Forget what webhooks keep of a message, of a call, or of a world."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from trunkline.store.database import Connection
from trunkline.webhooks import queries

if TYPE_CHECKING:
    from trunkline.webhooks.http import Exchange

__all__ = ["forget_answer", "forget_answers", "forget_world"]


def forget_answer(exchange: Exchange) -> None:
    """Empty the answer of a request that has ended, before it is written down: an error page
    repeats what was asked. What came of the request - status, attempts, reason - stays."""
    exchange.body = b""
    exchange.headers = []


async def forget_answers(connection: Connection, subjects: Iterable[str]) -> None:
    """Empty the answers that apps gave about these messages or calls (SIDs): they can hold a text;
    and what apps were told in a call, which can be the keys that were pressed."""
    await connection.execute(queries.FORGET_ANSWERS, [sid[2:] for sid in subjects])


async def forget_world(connection: Connection, world_id: str) -> None:
    """Delete what waits, what was requested, alerts, cookies and settings of a world."""
    for statement in queries.RESET_WORLD:
        await connection.execute(statement, world_id)
