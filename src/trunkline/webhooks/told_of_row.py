"""Kinds of requests that tell of a row, and whose answers are of no matter: status callbacks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from trunkline.store import Database
from trunkline.webhooks.alerts.alert_untaken import alert_untaken
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.http import Exchange
from trunkline.webhooks.kinds import Completion
from trunkline.webhooks.model import Delivery, Parameters

__all__ = ["ToldOfRow"]


class ToldOfRow(ABC):
    """See `kinds.DeliveryKind` and `kinds.Prepares`. What is told is rendered from the row as it is
    when it is sent, so that what was forgotten meanwhile is not told; nothing, once it is gone."""

    reads_body = False
    key_column = "id"  # of `facts`: what `key` names

    def __init__(self, database: Database, alert: AlertMaker, facts: str) -> None:
        """`facts` is the SQL that reads rows by an array of keys."""
        self._database = database
        self._alert = alert
        self._facts = facts

    @abstractmethod
    def render(self, delivery: Delivery, row: Any) -> Parameters:
        """What is told of a row."""

    def key(self, delivery: Delivery) -> str:
        """The id (32 hex digits) of the row that a request tells of: of its subject."""
        return delivery.subject[2:]

    def conversation(self, parameters: Parameters) -> None:
        """It belongs to none."""
        return

    async def parameters(self, delivery: Delivery) -> Parameters | None:
        """What was told, or would have been before the platform stopped."""
        await self.prepare([delivery])
        return delivery.parameters

    async def prepare(self, deliveries: Sequence[Delivery]) -> None:
        """Render many at once: a line that was too long for memory is read by the thousand."""
        keys = {self.key(delivery) for delivery in deliveries}
        rows = await self._database.fetch(self._facts, list(keys))
        found = {row[self.key_column].hex: row for row in rows}
        for delivery in deliveries:
            row = found.get(self.key(delivery))
            if row is not None:
                delivery.parameters = self.render(delivery, row)

    async def complete(self, delivery: Delivery, exchange: Exchange) -> Completion:
        """An alert where the app did not take it."""
        return alert_untaken(self._alert, delivery, exchange)
