"""What webhooks contribute to a group commit: requests that are due, and how they ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from trunkline.bus import Event
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects, Refused
from trunkline.webhooks import queries
from trunkline.webhooks.http import Exchange
from trunkline.webhooks.model import Delivery
from trunkline.webhooks.shown_url import shown_url
from trunkline.webhooks.target import InvalidTarget, read_target

__all__ = ["DueDeliveries", "EndDeliveries", "Ended", "Hears", "LogRequests", "host_of"]

Hears = Callable[[Sequence[Delivery]], None]


def host_of(url: str) -> str:
    """The host and port that a URL names; empty for one that names none."""
    try:
        return read_target(url).authority
    except InvalidTarget:
        return ""


class DueDeliveries:
    """Put requests into the queue. `hears` is told of them once they are committed."""

    order = 50

    def __init__(self, owner: str, hears: Hears) -> None:
        self._owner = owner
        self._hears = hears

    async def write(
        self, connection: Connection, items: Sequence[Delivery], events: Effects
    ) -> Sequence[None]:
        """Insert the rows."""
        await connection.copy_records_to_table(
            "deliveries_due",
            records=[self._row(delivery) for delivery in items],
            columns=queries.DUE_COLUMNS,
        )
        events.afterwards.append(partial(self._hears, items))
        return [None] * len(items)

    def _row(self, d: Delivery) -> tuple[Any, ...]:
        return (
            *_identity(d),
            host_of(d.url),
            d.url,
            d.method,
            d.data,
            d.due_at,
            d.created_at,
            d.real_time,
            self._owner,
        )


@dataclass(frozen=True, slots=True)
class Ended:
    """A request that was made, or is not to be made any more (`exchange` None)."""

    delivery: Delivery
    outcome: str  # "delivered", "failed" or "dropped"
    exchange: Exchange | None
    finished_at: datetime  # real time
    ended_at: datetime  # world time
    error_code: int | None = None  # in place of the exchange's: its answer could not be used


class EndDeliveries:
    """Take requests off the queue and write down what came of them.

    Before everything else of a commit: what is refused here (another node has ended it) leaves
    out the rest of its submission, so that a reply is made once.
    """

    order = 5

    def __init__(self, owner: str) -> None:
        self._owner = owner

    async def write(
        self, connection: Connection, items: Sequence[Ended], events: Effects
    ) -> Sequence[Refused | None]:
        """Delete and insert; Refused where the row was gone, or is another node's."""
        rows = await connection.fetch(queries.END, [e.delivery.id for e in items], self._owner)
        taken = {row["id"].hex for row in rows}
        ended = [item for item in items if item.delivery.id in taken]
        if ended:
            await connection.copy_records_to_table(
                "deliveries", records=[_row(item) for item in ended], columns=queries.LOG_COLUMNS
            )
            events.extend(_event(item) for item in ended)
        return [None if item.delivery.id in taken else Refused() for item in items]


class LogRequests:
    """Write down what came of requests that were never in the queue: somebody waited for them."""

    order = 6

    async def write(
        self, connection: Connection, items: Sequence[Ended], events: Effects
    ) -> Sequence[None]:
        """Insert the rows."""
        await connection.copy_records_to_table(
            "deliveries", records=[_row(item) for item in items], columns=queries.LOG_COLUMNS
        )
        events.extend(_event(item) for item in items)
        return [None] * len(items)


def _row(item: Ended) -> tuple[Any, ...]:
    d, exchange = item.delivery, item.exchange
    return (
        *_identity(d),
        d.url,
        d.method,
        d.data,
        item.outcome,
        None if exchange is None else exchange.status,
        _code(item),
        [] if exchange is None else msgspec.to_builtins(exchange.attempts),
        None if exchange is None else [(str(n), str(v)) for n, v in exchange.headers],
        exchange.body if exchange is not None and exchange.body else None,
        d.created_at,
        d.real_time,
        item.finished_at,
        item.ended_at,
    )


def _identity(d: Delivery) -> tuple[str, ...]:
    """The columns of `queries.IDENTITY`, which both tables begin with."""
    return d.id, d.token, d.subject[2:], d.subject[:2], d.account_id, d.world_id, d.kind


def _code(item: Ended) -> int | None:
    if item.error_code is not None or item.exchange is None:
        return item.error_code
    return item.exchange.error


def _event(item: Ended) -> Event:
    d, exchange = item.delivery, item.exchange
    data: dict[str, Any] = {"delivery": d.id, "kind": d.kind, "url": shown_url(d.url)}
    if "status" in d.data:
        data["told"] = d.data["status"]
    if exchange is not None:
        data["status"] = exchange.status
        data["attempts"] = len(exchange.attempts)
    if (code := _code(item)) is not None:
        data["error_code"] = code
    return Event(
        world=d.world_id,
        account="AC" + d.account_id,
        subject=d.subject,
        seq=0,
        kind=f"webhook.{item.outcome}",
        data=data,
        world_time=item.ended_at,
        real_time=item.finished_at,
    )
