"""Make an alert of what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from trunkline.clock import Clock
from trunkline.sids import SidFactory
from trunkline.webhooks.alerts.catalogue import NOT_ACTIVE, alert_level, alert_title
from trunkline.webhooks.alerts.model import Alert
from trunkline.webhooks.model import Delivery
from trunkline.webhooks.shown_url import bounded, shown_url
from trunkline.worlds import Worlds

if TYPE_CHECKING:
    from trunkline.webhooks.http import Exchange

__all__ = ["BAD_GATEWAY", "AlertMaker"]

MOST_MESSAGE = 1_000  # characters
MOST_DETAILS = 20
MOST_DETAIL = 500
MOST_NAME = 60
BAD_GATEWAY = "502"  # what Twilio tells where there was no answer at all


class AlertMaker:
    """Makes alerts; they are recorded by `RecordAlerts`."""

    def __init__(self, sids: SidFactory, worlds: Worlds, clock: Clock) -> None:
        self._sids = sids
        self._worlds = worlds
        self._clock = clock

    def __call__(
        self,
        account_id: str,
        world_id: str,
        code: int,
        *,
        level: str | None = None,
        resource: str | None = None,
        service: str | None = None,
        message: str | None = None,
        delivery: Delivery | None = None,
        exchange: Exchange | None = None,
        url: str | None = None,
        method: str | None = None,
        details: Mapping[str, str] | None = None,
    ) -> Alert:
        """An alert of `code`, about `resource` (the delivery's subject when not given); its
        `level` is that of the code, unless given.

        `message` is one sentence, without anything of a message's text; without one it is the
        reason of the exchange, or else the title of the code. `url` and `method` are those of
        the exchange and the delivery, unless given. Whatever comes from outside is cut and
        cleaned of what PostgreSQL cannot hold.
        """
        told = dict(details or {})
        if exchange is not None:
            url = url or exchange.url
            if exchange.status is not None:
                told.setdefault("httpResponse", str(exchange.status))
            elif exchange.error not in (None, NOT_ACTIVE):  # nothing was requested of that
                told.setdefault("httpResponse", BAD_GATEWAY)
            message = message or exchange.reason
        if delivery is not None:
            url = url or delivery.url
            method = method or delivery.method
            resource = resource or delivery.subject
        return Alert(
            sid=self._sids.new("NO"),
            account_id=account_id,
            world_id=world_id,
            code=code,
            level=level or alert_level(code),
            message=bounded(message or alert_title(code), MOST_MESSAGE),
            resource=resource,
            service=service,
            delivery_id=None if delivery is None else delivery.id,
            url=None if url is None else shown_url(url),
            method=method,
            details={
                bounded(name, MOST_NAME): bounded(value, MOST_DETAIL)
                for name, value in list(told.items())[:MOST_DETAILS]
            },
            created_at=self._worlds.clock(world_id).now(),
            real_time=self._clock.now(),
        )
