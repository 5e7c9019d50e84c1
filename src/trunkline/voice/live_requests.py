"""Requests about calls for whose answers a call waits: made by `AskApp`, shown and made again as
they were."""

from __future__ import annotations

from trunkline.store import Database
from trunkline.voice import callback_queries
from trunkline.voice.status_callbacks import CALL_HEADERS
from trunkline.webhooks.alerts.alert_untaken import alert_untaken
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.ask import told_parameters
from trunkline.webhooks.http import Exchange
from trunkline.webhooks.kinds import Completion
from trunkline.webhooks.model import Delivery, Parameters

__all__ = ["LiveRequest"]


class LiveRequest:
    """The kind of such requests. When one is made again, for the developer's sake, the call has
    gone on long ago: what the app answers is shown, not done."""

    reads_body = True
    headers = CALL_HEADERS

    def __init__(self, database: Database, alert: AlertMaker) -> None:
        self._database = database
        self._alert = alert

    def conversation(self, parameters: Parameters) -> None:
        """The cookies of a call are the call's."""

    async def parameters(self, delivery: Delivery) -> Parameters | None:
        """What was told; None when the call was deleted."""
        found = await self._database.fetchval(callback_queries.IS_THERE, delivery.subject[2:])
        return None if found is None else told_parameters(delivery)

    async def complete(self, delivery: Delivery, exchange: Exchange) -> Completion:
        """An alert where the app does not answer."""
        return alert_untaken(self._alert, delivery, exchange)
