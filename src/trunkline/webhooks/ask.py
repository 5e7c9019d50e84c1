"""Ask an app while somebody waits: a caller hears silence until the document is there.

Such a request is not in the queue, as nobody would want its answer after a crash. It is written
down when it has ended, so the log, its alerts and `trunkline why` show it as any other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import structlog

from trunkline.clock import Clock
from trunkline.faults import fault
from trunkline.rest.operation import AccountIdentity
from trunkline.store import GroupCommit, Job, Overloaded, StoreUnavailable
from trunkline.store.patiently import TRY_AGAIN
from trunkline.webhooks.address_map import Connection
from trunkline.webhooks.alerts.alert_overrides import alert_overrides
from trunkline.webhooks.alerts.catalogue import NOT_ACTIVE
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.alerts.model import Alert
from trunkline.webhooks.alerts.record import RecordAlerts
from trunkline.webhooks.chaos import CALM, ChaosPlans
from trunkline.webhooks.http import AllowList, Exchange, Jar, Outgoing
from trunkline.webhooks.kinds import DeliveryKind, headers_of
from trunkline.webhooks.make_delivery import MakeDelivery
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.webhooks.send_disturbed import Requests, send_disturbed
from trunkline.webhooks.shown_url import bounded, shown_url
from trunkline.webhooks.target import InvalidTarget, Target, read_target
from trunkline.webhooks.works import Ended, LogRequests
from trunkline.worlds import Worlds

__all__ = ["PARAMETERS", "AskApp", "Asked", "told_parameters"]

log = structlog.get_logger(__name__)

RETRIEVAL = 11200
GIVEN_UP = "Whoever waited for the answer does so no more."
PARAMETERS = "parameters"  # of `Delivery.data`: what was told, as it is shown and told again
MOST_VALUE = 16_384  # characters of a parameter that are written down
GRACE = 4.0  # seconds for what is not written down yet when the platform stops


def told_parameters(delivery: Delivery) -> Parameters | None:
    """The parameters of a request that was made by `AskApp`; for its kind."""
    pairs = delivery.data.get(PARAMETERS)
    return None if pairs is None else [(name, value) for name, value in pairs]


@dataclass(slots=True)
class Asked:
    """What came of a request: `exchange.error` is the code of why there is no answer, of which an
    alert was made already. `delivery` goes into the alerts that the caller makes."""

    exchange: Exchange
    delivery: Delivery
    _alert: Callable[..., Alert] = field(repr=False)
    _alerts: list[Alert] = field(default_factory=list, repr=False)

    def refuse(self, code: int, message: str, details: Mapping[str, str] | None = None) -> None:
        """The answer cannot be used (it is no TwiML, for instance): the request has failed with
        `code`, and an alert says so. To be called before anything is awaited after the answer."""
        self.exchange.error, self.exchange.reason = code, message
        self.warn(code, message, details)

    def warn(self, code: int, message: str, details: Mapping[str, str] | None = None) -> None:
        """Alert of something in the answer. As early as `refuse`."""
        self._alerts.append(
            self._alert(code, message=message, exchange=self.exchange, details=details)
        )


class AskApp:
    """Makes requests whose answers somebody waits for. The collaborators are those of
    `PerformDelivery` and `MakeOutgoing`."""

    def __init__(
        self,
        *,
        commit: GroupCommit,
        requests: Requests,
        kinds: Mapping[str, DeliveryKind],
        token_of: Callable[[str], Awaitable[str]],
        account_of: Callable[[str], Awaitable[AccountIdentity | None]],
        allowed_of: Callable[[str], Awaitable[AllowList]],
        locate: Callable[[str, Target], Connection | None],
        chaos: ChaosPlans,
        make: MakeDelivery,
        record: RecordAlerts,
        alert: AlertMaker,
        worlds: Worlds,
        clock: Clock,
    ) -> None:
        self._commit = commit
        self._requests = requests
        self._kinds = kinds
        self._token_of = token_of
        self._account_of = account_of
        self._allowed_of = allowed_of
        self._locate = locate
        self._chaos = chaos
        self._make = make
        self._record = record
        self._alert = alert
        self._worlds = worlds
        self._clock = clock
        self._log = LogRequests()
        self._writing: set[asyncio.Task[None]] = set()

    async def __call__(
        self,
        *,
        subject: str,
        account_id: str,
        world_id: str,
        kind: str,
        url: str,
        method: str,
        parameters: Parameters,
        jar: Jar | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> Asked:
        """Make one request about `subject`, with the retries and redirects that its URL asks for;
        it takes 15 seconds at most, whatever that says (behaviour 2.1, 2.2).

        `kind` is one of the webhooks' kinds; `jar` holds the cookies of the call, and takes what
        the answer sets; `data` is kept with the request. Raises StoreUnavailable where nothing
        can be known of the account; for what an app does it raises nothing. Who is cancelled
        while it waits leaves it in the log, without an alert.

        Of webhook chaos, a request is lost or made twice: to delay it, or to let another pass it,
        means nothing to somebody who waits.
        """
        told = [[bounded(n, MOST_VALUE), bounded(v, MOST_VALUE)] for n, v in parameters]
        delivery = self._make(
            subject=subject,
            account_id=account_id,
            world_id=world_id,
            kind=kind,
            url=url,
            method=method,
            data={**(data or {}), PARAMETERS: told},
            parameters=parameters,
        )
        try:
            exchange = await self._exchange(delivery, jar)
        except asyncio.CancelledError:
            # The app may have it all the same; whoever looks for what went on is to find it.
            given_up = Exchange(url=shown_url(url), error=RETRIEVAL, reason=GIVEN_UP)
            self._later(self._asked(delivery, given_up))
            raise
        if jar is not None:
            now = self._clock.now().timestamp()
            for place, headers in exchange.set_cookies:
                jar.update(place, headers, now)
        asked = self._asked(delivery, exchange)
        if exchange.error is not None:
            asked.warn(exchange.error, exchange.reason)
        # It begins when the caller awaits something: until then the answer may be refused.
        self._later(asked)
        return asked

    async def finish(self, grace: float = GRACE) -> None:
        """Wait until what has ended is written down, so long at most."""
        if self._writing:
            _, left = await asyncio.wait(self._writing, timeout=grace)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    def _asked(self, delivery: Delivery, exchange: Exchange) -> Asked:
        account_id, world_id = delivery.account_id, delivery.world_id
        return Asked(
            exchange,
            delivery,
            partial(
                self._alert, account_id, world_id, resource=delivery.subject, delivery=delivery
            ),
            alert_overrides(self._alert, delivery),
        )

    def _later(self, asked: Asked) -> None:
        task = asyncio.create_task(self._write_down(asked))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _exchange(self, delivery: Delivery, jar: Jar | None) -> Exchange:
        shown = shown_url(delivery.url)
        try:
            target = read_target(delivery.url)
        except InvalidTarget as error:
            return Exchange(url=shown, error=error.code, reason=str(error))
        account_sid = "AC" + delivery.account_id
        try:
            token = await self._token_of(account_sid)
            account = await self._account_of(account_sid)
        except LookupError:  # the account was deleted
            account = None
        if account is None or account.status != "active":
            return Exchange(url=shown, error=NOT_ACTIVE, reason="The account is not active.")
        outgoing = Outgoing(
            target=target,
            locate=partial(self._locate, delivery.world_id),
            method=delivery.method,
            parameters=delivery.parameters or (),
            token=delivery.token,
            auth_token=token,
            headers=headers_of(self._kinds.get(delivery.kind)),
            cookies=jar,
            read_body=True,
            allowed=await self._allowed_of(account_sid),
        )
        plan = self._chaos.plan(delivery)
        if plan is CALM:
            return await self._requests.send(outgoing)
        return await send_disturbed(self._requests, outgoing, plan)

    async def _write_down(self, asked: Asked) -> None:
        delivery, exchange = asked.delivery, asked.exchange
        kept = replace(exchange)
        if (exchange.content_type or "").startswith("audio/"):
            kept.body = b""  # it is fetched anew where it is played
        ended = Ended(
            delivery,
            "delivered" if exchange.error is None else "failed",
            kept,
            self._clock.now(),
            self._worlds.clock(delivery.world_id).now(),
        )
        jobs = [Job(self._log, ended), *(Job(self._record, alert) for alert in asked._alerts)]
        while True:
            try:
                await self._commit.submit(*jobs, urgent=True)
            except Overloaded:  # the platform stops
                log.warning("webhook.not_written_down", delivery=delivery.id)
            except StoreUnavailable:
                await asyncio.sleep(TRY_AGAIN)
                continue
            except Exception as error:
                log.error("webhook.end_not_stored", kind=delivery.kind, **fault(error))
            return
