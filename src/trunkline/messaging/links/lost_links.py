"""What becomes of a request to a domain that is for no link, or no more for one: its FallbackUrl,
and an alert to its account (30104, or 30105 without a FallbackUrl)."""

from __future__ import annotations

from datetime import datetime, timedelta

from trunkline.clock import Clock
from trunkline.messaging.delivery_errors import title
from trunkline.messaging.links.model import LinkDomain
from trunkline.store import GroupCommit, Job, Overloaded, StoreUnavailable
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.alerts.record import RecordAlerts

__all__ = ["LostLinks"]

FALLBACK, NOTHING = 30104, 30105
# Anybody can ask for links that there are not: a domain has one alert a minute of them.
PAUSE = timedelta(minutes=1)


class LostLinks:
    """Sends those who follow a link that there is not to where its domain says."""

    def __init__(
        self, commit: GroupCommit, record: RecordAlerts, alert: AlertMaker, clock: Clock
    ) -> None:
        self._commit = commit
        self._record = record
        self._alert = alert
        self._clock = clock
        self._told: dict[str, datetime] = {}  # real time of the last alert, by domain

    async def __call__(self, domain: LinkDomain) -> str | None:
        """The domain's FallbackUrl, or None."""
        now = self._clock.now()
        last = self._told.get(domain.id)
        if last is None or now - last >= PAUSE:
            self._told[domain.id] = now
            code = NOTHING if domain.fallback_url is None else FALLBACK
            alert = self._alert(
                domain.account_id,
                domain.world_id,
                code,
                resource=domain.sid,
                message=title(code),
            )
            try:
                await self._commit.submit(Job(self._record, alert))
            except (StoreUnavailable, Overloaded):
                del self._told[domain.id]
        return domain.fallback_url
