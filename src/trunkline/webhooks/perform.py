"""Make one request, and commit what came of it together with all that follows from the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import asyncpg
import structlog

from trunkline.clock import Clock
from trunkline.faults import fault
from trunkline.rest.operation import AccountIdentity
from trunkline.store import GroupCommit, Job, Overloaded, StoreUnavailable
from trunkline.store.patiently import TRY_AGAIN, patiently
from trunkline.webhooks.alerts.alert_overrides import alert_overrides
from trunkline.webhooks.alerts.catalogue import NOT_ACTIVE
from trunkline.webhooks.alerts.debugger import KIND as DEBUGGER
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.alerts.model import Alert
from trunkline.webhooks.alerts.record import RecordAlerts
from trunkline.webhooks.chaos import Disturbance
from trunkline.webhooks.http import Exchange
from trunkline.webhooks.kinds import Completion, DeliveryKind
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.webhooks.outgoing import MakeOutgoing
from trunkline.webhooks.send_disturbed import Requests, send_disturbed
from trunkline.webhooks.shown_url import shown_url
from trunkline.webhooks.target import InvalidTarget, read_target
from trunkline.webhooks.works import DueDeliveries, EndDeliveries, Ended
from trunkline.worlds import Worlds

__all__ = ["PerformDelivery"]

log = structlog.get_logger(__name__)

INTERNAL = 12400  # code of the alert for a defect of ours


class PerformDelivery:
    """Makes requests. `token_of` gives the auth token that signs those of an account, `account_of`
    the account with the status that counts: also that of its parent."""

    def __init__(
        self,
        *,
        commit: GroupCommit,
        requests: Requests,
        kinds: Mapping[str, DeliveryKind],
        token_of: Callable[[str], Awaitable[str]],
        account_of: Callable[[str], Awaitable[AccountIdentity | None]],
        due: DueDeliveries,
        end: EndDeliveries,
        record: RecordAlerts,
        outgoing: MakeOutgoing,
        alert: AlertMaker,
        worlds: Worlds,
        clock: Clock,
    ) -> None:
        self._commit = commit
        self._requests = requests
        self._kinds = kinds
        self._token_of = token_of
        self._account_of = account_of
        self._due = due
        self._end = end
        self._record = record
        self._outgoing = outgoing
        self._alert = alert
        self._worlds = worlds
        self._clock = clock

    async def __call__(self, delivery: Delivery, disturbance: Disturbance) -> bool | None:
        """Whether the app answered; None where it was not asked."""
        kind = self._kinds.get(delivery.kind)
        parameters = delivery.parameters
        if parameters is None and kind is not None:
            parameters = await kind.parameters(delivery)
        if kind is None or parameters is None:
            await self._drop(delivery)
            return None
        try:
            token = await self._token_of("AC" + delivery.account_id)
        except LookupError:  # the account was deleted
            await self._drop(delivery)
            return None
        if not await self._is_active(delivery):
            await self._refuse(kind, delivery)
            return None
        exchange, keep = await self._exchange(delivery, kind, parameters, token, disturbance)
        completion = await self._complete(kind, delivery, exchange)
        completion.jobs += keep
        completion.alerts += self._complaints(delivery)
        await self._write_down(delivery, exchange, completion)
        return exchange.status is not None

    async def _is_active(self, delivery: Delivery) -> bool:
        account = await self._account_of("AC" + delivery.account_id)
        return account is not None and account.status == "active"

    async def _refuse(self, kind: DeliveryKind, delivery: Delivery) -> None:
        """Request nothing for an account that is suspended or closed, nor a fallback. What the
        request was about goes on: a message that came in is received (behaviour 7.4)."""
        exchange = Exchange(
            url=shown_url(delivery.url), error=NOT_ACTIVE, reason="The account is not active."
        )
        completion = await self._complete(kind, delivery, exchange)
        completion.follow.clear()
        await self._write_down(delivery, exchange, completion)

    async def _complete(
        self, kind: DeliveryKind, delivery: Delivery, exchange: Exchange
    ) -> Completion:
        """What follows; a defect of ours ends the request as one that failed, and no more."""
        try:
            return await self._completion(kind, delivery, exchange)
        except Exception as error:
            log.error("webhook.defect", kind=delivery.kind, **fault(error))
            exchange.error, exchange.reason = INTERNAL, "Trunkline failed to take the answer."
            return Completion(
                alerts=[
                    self._alert(
                        delivery.account_id,
                        delivery.world_id,
                        INTERNAL,
                        delivery=delivery,
                        exchange=exchange,
                    )
                ]
            )

    async def _completion(
        self, kind: DeliveryKind, delivery: Delivery, exchange: Exchange
    ) -> Completion:
        """What the kind makes of an answer, however long the database is away: it was given, and
        is not to be asked for again."""
        return await patiently(lambda: kind.complete(delivery, exchange))

    async def _exchange(
        self,
        delivery: Delivery,
        kind: DeliveryKind,
        parameters: Parameters,
        token: str,
        disturbance: Disturbance,
    ) -> tuple[Exchange, list[Job]]:
        try:
            target = read_target(delivery.url)
        except InvalidTarget as error:
            url = shown_url(delivery.url)
            return Exchange(url=url, error=error.code, reason=str(error)), []
        outgoing = await self._outgoing(delivery, kind, target, parameters, token)
        exchange = await send_disturbed(self._requests, outgoing, disturbance)
        return exchange, self._outgoing.after(delivery, kind, parameters, outgoing, exchange)

    def _complaints(self, delivery: Delivery) -> list[Alert]:
        return [] if delivery.kind == DEBUGGER else alert_overrides(self._alert, delivery)

    async def _drop(self, delivery: Delivery) -> None:
        await self._kept(Job(self._end, self._ended(delivery, "dropped", None)))

    async def _write_down(
        self, delivery: Delivery, exchange: Exchange, completion: Completion
    ) -> None:
        outcome = "delivered" if exchange.error is None else "failed"
        ended = self._ended(delivery, outcome, exchange)
        try:
            await self._kept(
                Job(self._end, ended),
                *completion.jobs,
                *(Job(self._due, following) for following in completion.follow),
                *(Job(self._record, alert) for alert in completion.alerts),
            )
        except StoreUnavailable:
            raise
        except Exception as error:
            # It cannot be stored as it is, and would not be the next time: the app is not to be
            # asked for ever.
            log.error("webhook.end_not_stored", kind=delivery.kind, **fault(error))
            bare = self._ended(delivery, "failed", None, INTERNAL)
            await self._kept(Job(self._end, bare))

    def _ended(
        self,
        delivery: Delivery,
        outcome: str,
        exchange: Exchange | None,
        error_code: int | None = None,
    ) -> Ended:
        now, world_now = self._clock.now(), self._worlds.clock(delivery.world_id).now()
        return Ended(delivery, outcome, exchange, now, world_now, error_code)

    async def _kept(self, *jobs: Job) -> Sequence[Any]:
        """Commit what is known of a request that was made, however long the database is away.
        What was written in spite of an error is refused the second time, with all that follows."""
        while True:
            try:
                return await self._commit.submit(*jobs, urgent=True)
            except Overloaded as error:  # the platform stops: the next start makes it again
                raise StoreUnavailable(str(error)) from error
            except (StoreUnavailable, asyncpg.TransactionRollbackError):
                await asyncio.sleep(TRY_AGAIN)
