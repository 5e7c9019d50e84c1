"""The one place that writes the status of a connection, as its lifecycle allows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from trunkline.gateway.connections import queries
from trunkline.gateway.connections.rows import connection_of_row
from trunkline.gateway.model import CONNECTION_LIFECYCLE, Connection, Status
from trunkline.store.database import Connection as Link

__all__ = ["change_status"]


async def change_status(
    link: Link,
    connection_id: str,
    status: Status,
    *,
    now: datetime,
    changes: Mapping[str, Any],
    only_from: Collection[Status] | None = None,
    revision: int | None = None,
    new_credentials: bool = False,
) -> Connection | None:
    """The connection with its new status and `changes`; None when it is gone, or is not as
    `only_from` and `revision` say, and nothing was written. The row stays locked to the end of
    the transaction, so of two at once the second sees what the first did."""
    before = [
        each
        for each in CONNECTION_LIFECYCLE.before(status)
        if only_from is None or each in only_from
    ]
    row = await link.fetchrow(
        queries.change_status(changes, new_credentials=new_credentials),
        connection_id,
        status,
        before,
        revision,
        now,
        *changes.values(),
    )
    return None if row is None else connection_of_row(row)
