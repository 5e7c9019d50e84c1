"""Find templates by filters, in the order that is asked for (Content v2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

import asyncpg
from sqlalchemy import Column, Select, literal, tuple_

from trunkline.messaging.content import queries
from trunkline.messaging.content.parameters import SearchContentParameters
from trunkline.messaging.content.tables import templates
from trunkline.rest import catalogue
from trunkline.rest.pages import PageRequest
from trunkline.store import Database
from trunkline.store.database import compiled

__all__ = ["SearchContent"]

MOMENT = timedelta(seconds=1)  # dates are shown without fractions: up to a second is all of it
MOST_AT_ONCE = 3  # searches by patterns; far fewer than connections, which all others need too
LONGEST_WAIT = 10.0  # seconds for a turn


@dataclass(frozen=True, slots=True)
class _Order:
    column: Column[Any]
    ascending: bool


class _Turns:
    """Who may search by a pattern: one of an account at a time, and few of all.

    A pattern may keep its connection for two seconds. Without turns, a dozen of them would keep
    everybody from the database, those too who only send.
    """

    def __init__(self) -> None:
        self._all = asyncio.Semaphore(MOST_AT_ONCE)
        self._accounts: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def take(self, account_sid: str) -> AsyncIterator[None]:
        """Wait for the account's turn; who waits keeps no other account from its own.

        429/20429 when it does not come in `LONGEST_WAIT`: its client may have gone long ago.
        """
        own = self._accounts.setdefault(account_sid, asyncio.Lock())
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(LONGEST_WAIT):
                    await held.enter_async_context(own)
                    await held.enter_async_context(self._all)
            except TimeoutError:
                raise catalogue.TOO_MANY_REQUESTS() from None
            yield


class SearchContent:
    """Pages of the templates of an account that fit a search."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turns = _Turns()

    async def __call__(
        self, account_sid: str, asked: SearchContentParameters, page: PageRequest
    ) -> list[asyncpg.Record]:
        """The rows of one page, in the order that is asked for: newest first without one.

        Errors: 20001 for a pattern that is no regular expression or takes more than two seconds;
        20429 for too many patterns at once; 21481 for a token whose template is gone, or another
        account's.
        """
        statement = queries.list_templates(
            account_sid[2:],
            created_from=asked.created_after,
            created_until=None if asked.created_before is None else _after(asked.created_before),
            name_pattern=asked.name or None,
            text_pattern=asked.content or None,
            languages=asked.languages,
            types=asked.types,
            eligibility=[_eligibility(one) for one in asked.eligibility],
        )
        order = _order(asked)
        place = page.after or page.before
        forwards = page.before is None
        if place is not None:
            value = await self._place(account_sid, place, order)
            key = tuple_(order.column, templates.c.id)
            further = order.ascending == forwards
            statement = statement.where(key > value if further else key < value)
        statement = _ordered(statement, order, forwards).limit(page.limit)
        if page.offset:
            statement = statement.offset(page.offset)
        if asked.name or asked.content:
            async with self._turns.take(account_sid):
                rows = await self._fetch(statement)
        else:
            rows = await self._fetch(statement)
        return rows if forwards else rows[::-1]

    async def _place(self, account_sid: str, place: str, order: _Order) -> Any:
        """Where a page starts, as a value of the order's columns."""
        row = await self._database.fetchrow(queries.PLACE_OF_TEMPLATE, place)
        if row is None or row["account_id"].hex != account_sid[2:]:
            raise catalogue.INVALID_PAGE_TOKEN()
        value = place if order.column is templates.c.id else row[order.column.name]
        return tuple_(literal(value, order.column.type), literal(place, templates.c.id.type))

    async def _fetch(self, statement: Select[Any]) -> list[asyncpg.Record]:
        sql, values = compiled(statement, ())
        async with self._database.transaction() as connection:
            await connection.execute(queries.LIMIT_TIME)
            try:
                rows: list[asyncpg.Record] = await connection.fetch(sql, *values)
            except asyncpg.InvalidRegularExpressionError:
                raise catalogue.UNKNOWN_PARAMETERS(
                    reason="A pattern is not a regular expression"
                ) from None
            except asyncpg.QueryCanceledError:
                raise catalogue.UNKNOWN_PARAMETERS(
                    reason="The search takes too long: use a simpler pattern"
                ) from None
        return rows


def _after(moment: datetime) -> datetime | None:
    """The end of the second that starts with `moment`; None at the end of time."""
    try:
        return moment + MOMENT
    except OverflowError:
        return None


def _order(asked: SearchContentParameters) -> _Order:
    if asked.sort_by_name is not None:
        return _Order(templates.c.friendly_name, asked.sort_by_name == "asc")
    if asked.sort_by_date is not None:
        return _Order(templates.c.updated_at, asked.sort_by_date == "asc")
    return _Order(templates.c.id, ascending=False)


def _ordered(statement: Select[Any], order: _Order, forwards: bool) -> Select[Any]:
    columns = (order.column, templates.c.id)
    if order.ascending == forwards:
        return statement.order_by(*(column.asc() for column in columns))
    return statement.order_by(*(column.desc() for column in columns))


def _eligibility(raw: str) -> tuple[str, str]:
    channel, colon, status = raw.partition(":")
    if not (channel and colon and status):
        raise catalogue.INVALID_PARAMETER(
            name="ChannelEligibility", reason="not <channel>:<status>"
        )
    return channel.lower(), status.lower()
