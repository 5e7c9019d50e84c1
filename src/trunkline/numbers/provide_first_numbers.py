"""The numbers that a new world's account has from the start, so that it can send at once."""

from __future__ import annotations

from datetime import datetime

from trunkline.numbers import queries
from trunkline.numbers.buy_number import new_number
from trunkline.sids import SidFactory
from trunkline.store.database import Connection

__all__ = ["FIRST_NUMBERS", "provide_first_numbers"]

# All of 555-01XX: numbers for fiction, which belong to nobody.
FIRST_NUMBERS = ("+14155550100", "+12065550100", "+18005550100", "+18885550100")


async def provide_first_numbers(
    connection: Connection, *, world_id: str, account_sid: str, sids: SidFactory, now: datetime
) -> list[str]:
    """Give the account two local and two toll-free numbers, within the caller's transaction.

    It announces nothing: whoever makes a world tells `OwnNumbers` when it is committed.
    """
    rows = [
        {
            **new_number(number),
            "id": sids.new_id(),
            "world_id": world_id,
            "account_id": account_sid[2:],
            "created_at": now,
            "updated_at": now,
        }
        for number in FIRST_NUMBERS
    ]
    await queries.insert_numbers(connection, rows)
    return list(FIRST_NUMBERS)
