"""Who is about to change something at a provider says so first, durably; an equal request is not
sent while nobody knows what became of the first.

A row without an end means "unknown": that is what a crash leaves behind, and it is the safe side.
So a row is claimed before anything is sent, and set free only after the answer was passed on to the
caller: if it were free before, a crash in between would leave a caller without an answer, who sends
the request again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import structlog

from trunkline.clock import Clock
from trunkline.faults import fault
from trunkline.gateway.errors import OutcomeUnknown, Unavailable
from trunkline.gateway.proxy import queries
from trunkline.gateway.proxy.works import ClaimSends, Held, NewSend
from trunkline.gateway.proxy.write_ends import EndedSend, WriteEnds
from trunkline.store import Database, GroupCommit, Job, Overloaded, StoreUnavailable

__all__ = ["HOLD", "LEASE", "Claim", "Claims", "DuplicateOfUnknown"]

log = structlog.get_logger(__name__)

HOLD: Final = timedelta(seconds=60)  # an equal request is not sent after an unknown outcome
RENEW: Final = 30.0  # seconds after which requests that are still under way claim anew
LEASE: Final = HOLD + timedelta(seconds=2 * RENEW)
KEPT: Final = timedelta(seconds=60)  # a row at least, from its start
SWEPT: Final = 5000  # rows deleted at a time
# How long an equal request waits for the first one, in seconds: to tell what became of it where
# it runs here; elsewhere until its end, which is on its way to the table, arrives there.
PATIENCE: Final = 90.0
FOREIGN_PATIENCE: Final = (0.02, 0.08, 0.2, 0.3, 0.4)


class DuplicateOfUnknown(OutcomeUnknown):
    """An equal request was sent before, and its outcome is not known to have reached its sender.
    This one was not sent: look whether the first was carried out. An Idempotency-Key header
    makes it another one."""

    code = "duplicate_of_unknown"


class Claim:
    """The right to send one request. `answered` when the head of the answer is there; then, or
    without it, one of `free`, `hold` and `release`, of which only the first has any effect."""

    __slots__ = ("_claims", "_over", "ended", "fingerprint", "id", "started_at", "status", "told")

    def __init__(self, claims: Claims, fingerprint: bytes, id: str, started_at: datetime) -> None:
        loop = asyncio.get_running_loop()
        self.fingerprint = fingerprint
        self.id = id
        self.started_at = started_at
        self.status: int | None = None
        # Whether it was sent: told as soon as it is known what became of it, as far as ever.
        self.told: asyncio.Future[bool] = loop.create_future()
        self.ended: asyncio.Future[None] | None = None  # set free, on its way to the table
        self._claims = claims
        self._over = False

    def answered(self, status: int) -> None:
        """The provider answered. The outcome is known here, but not yet to the caller."""
        self.status = status
        self._tell(True)

    def free(self) -> None:
        """The caller has the outcome: an equal request is another one."""
        self._end(timedelta(0), self.status)

    def hold(self) -> None:
        """Nobody knows the outcome, or the caller does not: equal requests are refused for a
        while."""
        self._end(HOLD, self.status)

    def release(self) -> None:
        """Nothing was sent."""
        if not self._over:
            self._tell(False)
        self._end(timedelta(0), None)

    def refused(self) -> None:
        """It was not granted: there is nothing to be ended."""
        self._over = True
        self._tell(False)

    def _end(self, blocks: timedelta, status: int | None) -> None:
        if self._over:
            return
        self._over = True
        self._tell(True)
        self._claims.end(self, blocks, status)

    def _tell(self, sent: bool) -> None:
        if not self.told.done():
            self.told.set_result(sent)


class Claims:
    """The claims of one process; those of others are seen in the table."""

    def __init__(
        self,
        database: Database,
        commit: GroupCommit,
        clock: Clock,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._commit = commit
        self._clock = clock
        self._sleep = sleep
        self._claiming = ClaimSends()
        self._ends = WriteEnds(database)
        self._mine: dict[bytes, Claim] = {}
        self._keeper: asyncio.Task[None] | None = None

    async def claim(
        self, fingerprint: bytes, *, id: str, tenant_id: str, connection_id: str, method: str
    ) -> Claim:
        """Claim a request before it is sent; returns once the row is committed.

        Raises DuplicateOfUnknown, after it is known what became of the first if that is under way
        here, and Unavailable when nothing can be written.
        """
        arrived = self._clock.now()
        waits = iter(FOREIGN_PATIENCE)
        while True:
            await self._let_end(fingerprint)
            now = max(arrived, self._clock.now())
            claim = Claim(self, fingerprint, id, now)
            self._mine[fingerprint] = claim
            new = NewSend(
                fingerprint=fingerprint,
                id=id,
                tenant_id=tenant_id,
                connection_id=connection_id,
                method=method,
                started_at=now,
                blocks_until=now + LEASE,
            )
            held = await self._write(claim, new)
            if held is None:
                if self._keeper is None:
                    self._keeper = asyncio.create_task(self._keep())
                return claim
            self._forget(claim)
            claim.refused()
            if held.ended_at is None:
                # Under way elsewhere, or its process died. Its end may be on its way to the table:
                # a caller who has the answer may be here before it.
                if (wait := next(waits, None)) is not None:
                    await self._sleep(wait)
                    continue
            elif held.blocks_until <= arrived:
                continue  # it ended in the meantime, before this one came
            raise _duplicate(held.id, held.started_at, held.status)

    def end(self, claim: Claim, blocks: timedelta, status: int | None) -> None:
        """Write the end of a claim. Nobody waits for it but an equal request."""
        now = self._clock.now()
        claim.ended = ended = asyncio.get_running_loop().create_future()

        def written() -> None:
            self._forget(claim)
            ended.set_result(None)

        self._ends.put(
            EndedSend(
                fingerprint=claim.fingerprint,
                id=claim.id,
                ended_at=now,
                blocks_until=now + blocks,
                status=status,
                written=written,
            )
        )

    async def close(self) -> None:
        """Write the ends that are on their way. Claims without an end stay: they are unknown."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        await self._ends.close()

    async def sweep(self) -> None:
        """Delete rows that block nothing any more."""
        now = self._clock.now()
        while True:
            tag = await self._database.execute(queries.SWEEP, now - KEPT, now, SWEPT)
            if int(tag.split()[-1]) < SWEPT:
                return

    async def renew(self) -> None:
        """Go on blocking for requests that have been under way for a while."""
        now = self._clock.now()
        long_ago = now - timedelta(seconds=RENEW / 2)
        running = [c for c in self._mine.values() if c.started_at < long_ago and c.ended is None]
        if running:
            await self._database.execute(
                queries.RENEW,
                [claim.fingerprint for claim in running],
                [claim.id for claim in running],
                now + LEASE,
            )

    async def _let_end(self, fingerprint: bytes) -> None:
        """Wait for an equal request of this process. Raises DuplicateOfUnknown unless it was never
        sent, or was over before this one came."""
        while (first := self._mine.get(fingerprint)) is not None:
            if first.ended is not None:
                self._ends.hurry()
                await asyncio.shield(first.ended)
                continue
            sent = True
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    sent = await asyncio.shield(first.told)
            if sent:
                under_way = not first.told.done()
                raise _duplicate(first.id, first.started_at, first.status, under_way)

    async def _write(self, claim: Claim, new: NewSend) -> Held | None:
        try:
            written = self._commit.submit(Job(self._claiming, new))
        except Overloaded as error:
            self._forget(claim)
            claim.refused()
            raise Unavailable("Too much waits to be written. Nothing was sent.") from error
        try:
            results = await asyncio.shield(written)
        except asyncio.CancelledError:
            # It will be in the table, and nothing is sent: it is to block nothing.
            written.add_done_callback(lambda _: claim.release())
            raise
        except Exception as error:
            claim.release()  # as it may be in the table
            raise Unavailable from error
        held: Held | None = results[0]
        return held

    def _forget(self, claim: Claim) -> None:
        if self._mine.get(claim.fingerprint) is claim:
            del self._mine[claim.fingerprint]

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(RENEW)
            try:
                await self.renew()
                await self.sweep()
            except StoreUnavailable:
                continue
            except Exception as error:
                log.error("gateway.keep_failed", **fault(error))


def _duplicate(
    first: str, started_at: datetime, status: int | None, under_way: bool = False
) -> DuplicateOfUnknown:
    if status is None:
        outcome = "under_way" if under_way else "unknown"
    else:
        outcome = "failed" if status >= 500 else "answered"
    return DuplicateOfUnknown(
        data={
            "first": {
                "request_id": first.replace("-", ""),
                "sent_at": started_at.isoformat(timespec="milliseconds"),
                "outcome": outcome,
                "status": status,  # of the provider's answer
            }
        }
    )
