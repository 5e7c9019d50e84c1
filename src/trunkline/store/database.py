"""The connection pool, and how other parts speak to the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg
import msgspec
from sqlalchemy import MetaData
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.sql import ClauseElement

from trunkline.store.errors import StoreUnavailable

__all__ = ["Connection", "Database", "metadata"]

metadata = MetaData()
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | Any"
Query = str | ClauseElement

CHANNEL = "trunkline_changes"
# Nothing is wrong with what was asked: the same may work later.
UNREACHABLE = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,  # shut down, crashed, starting, cancelled
    asyncpg.InsufficientResourcesError,  # no disk, memory or connections left
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby: the primary is elsewhere
    asyncpg.InvalidAuthorizationSpecificationError,
)
DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
_encoder = msgspec.json.Encoder()


async def _set_up(connection: Connection) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: b"\x01" + _encoder.encode(value),
        decoder=lambda data: msgspec.json.decode(data[1:]),
        format="binary",
    )


def compiled(query: Query, args: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """SQL text and its positional arguments, from text or from a SQLAlchemy statement."""
    if isinstance(query, str):
        return query, args
    made = query.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
    names = made.positiontup or ()  # type: ignore[attr-defined]
    values = made.construct_params() or {}
    return str(made), tuple(values[name] for name in names)


class Database:
    """A pool of connections. Errors of the connection itself are told as `StoreUnavailable`."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], url: str) -> None:
        self.pool = pool
        self.url = url
        self._listeners: dict[str, list[Callable[[str], None]]] = {}
        self._reconnected: list[Callable[[], None]] = []
        self._listening: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str, *, size: int = 12) -> Database:
        """Connect to `url`. Raises StoreUnavailable with the reason in one sentence."""
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=2,
                max_size=size,
                init=_set_up,
                timeout=10,
                command_timeout=60,
                server_settings={"application_name": "trunkline", "timezone": "UTC"},
            )
        except (*UNREACHABLE, asyncpg.PostgresError, ValueError, TimeoutError) as error:
            raise StoreUnavailable(f"The database cannot be reached: {_reason(error)}") from error
        assert pool is not None
        return cls(pool, url)

    async def close(self) -> None:
        """Stop listening and close every connection."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        try:
            await asyncio.wait_for(self.pool.close(), 10)
        except TimeoutError:
            self.pool.terminate()

    async def fetch(self, query: Query, *args: Any) -> list[asyncpg.Record]:
        """All rows."""
        sql, values = compiled(query, args)
        async with self.connection() as connection:
            rows: list[asyncpg.Record] = await connection.fetch(sql, *values)
            return rows

    async def fetchrow(self, query: Query, *args: Any) -> asyncpg.Record | None:
        """The first row, or None."""
        sql, values = compiled(query, args)
        async with self.connection() as connection:
            return await connection.fetchrow(sql, *values)

    async def fetchval(self, query: Query, *args: Any) -> Any:
        """The first column of the first row, or None."""
        sql, values = compiled(query, args)
        async with self.connection() as connection:
            return await connection.fetchval(sql, *values)

    async def execute(self, query: Query, *args: Any) -> str:
        """Run a statement; the command tag, e.g. `UPDATE 1`."""
        sql, values = compiled(query, args)
        async with self.connection() as connection:
            tag: str = await connection.execute(sql, *values)
            return tag

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection of the pool, outside a transaction."""
        try:
            async with self.pool.acquire(timeout=10) as connection:
                yield connection
        except asyncpg.DataError:
            raise  # a value the column cannot hold; asyncpg counts it as an interface error
        except (*UNREACHABLE, TimeoutError) as error:
            raise StoreUnavailable(f"The database cannot be reached: {_reason(error)}") from error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection in a transaction: committed at the end, rolled back on an error."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    async def announce(self, connection: Connection, topic: str, key: str) -> None:
        """Tell every node, once this transaction commits, that the row of `key` changed."""
        await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, f"{topic}:{key}")

    def on_change(self, topic: str, callback: Callable[[str], None]) -> None:
        """Call `callback(key)` after each announced change, on this node too."""
        self._listeners.setdefault(topic, []).append(callback)

    def on_reconnect(self, callback: Callable[[], None]) -> None:
        """Call `callback` after notices may have been missed: caches empty themselves."""
        self._reconnected.append(callback)

    async def listen(self) -> None:
        """Start to receive announced changes; returns once the listener is in place."""
        ready = asyncio.Event()
        self._listening = asyncio.create_task(self._listen(ready))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({waiting, self._listening}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._listening.done():
            self._listening.result()

    async def _listen(self, ready: asyncio.Event) -> None:
        while True:
            lost = asyncio.Event()
            try:
                connection = await asyncpg.connect(self.url, timeout=10)
                try:
                    connection.add_termination_listener(lambda _, lost=lost: lost.set())
                    await connection.add_listener(CHANNEL, self._notice)
                    if ready.is_set():
                        for callback in self._reconnected:
                            callback()
                    ready.set()
                    await lost.wait()
                finally:
                    connection.terminate()
            except (*UNREACHABLE, asyncpg.PostgresError, TimeoutError):
                await asyncio.sleep(0.2)

    def _notice(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        topic, _, key = str(payload).partition(":")
        for callback in self._listeners.get(topic, ()):
            callback(key)


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if text.endswith(".") else f"{text}."
